"""Taking in what students handed in, whatever became of its name on the way."""
