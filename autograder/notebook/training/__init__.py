"""Training: the solver, its checkpoints, and models on disk."""
