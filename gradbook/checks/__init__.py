"""The checks that notebooks call, and the task context in which they run."""
