"""Store grades so that nothing is lost and nothing is graded twice."""
