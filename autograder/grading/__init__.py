"""Grading: from a submission to a score, decided outside the student's process."""
