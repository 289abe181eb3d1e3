"""Grading: from a submission to scores, which are computed outside the student's process."""
