"""Grading many submissions at a time: processes of this machine, or those of a cluster."""
