"""Training: the solver, its checkpoints, and saved models."""
