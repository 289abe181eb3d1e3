"""The autograder of Gradbook: release assignments, grade submissions in a sandbox, report the results."""

from autograder import moved

__version__ = "0.2.0"

moved.install()
