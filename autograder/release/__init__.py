"""Release assignments: generate them from the instructor's source, check and prove them, bundle them."""
