"""Collect submissions from archives and folders, even if their files were renamed."""
