"""The learner's commands: open the notebooks, show where to continue, reset a task."""
