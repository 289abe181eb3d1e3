"""The course's configuration: read by nbgrader, the formgrader and the autograder alike."""

from autograder.configuration import configure

c = get_config()  # noqa: F821  (nbgrader provides it)
configure(c)

# Settings of your own go below, for example:
# c.CourseDirectory.db_url = "postgresql+psycopg://grader@localhost/gradebook"
# c.GradingExecute.timeout = 60
# c.GradingExecute.memory_limit = 4 * 2**30
