"""Release: from the instructor's source to what students get."""
