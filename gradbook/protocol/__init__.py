"""The grading protocol: answers are recorded, encoded, and compared by a named relation."""
