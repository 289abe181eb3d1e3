"""Writing down what was graded, such that nothing is lost and nothing is done twice."""
