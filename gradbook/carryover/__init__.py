"""Carrying over functions and classes from an earlier notebook."""
