"""Gradbook: a course in neural networks whose notebooks grade themselves, and the autograder behind it."""

__version__ = "0.1.0"
