"""Numerical gradients, and their comparison with analytic gradients."""
