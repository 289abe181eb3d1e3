"""Hypotheses about a wrong gradient: each function yields the causes that explain it."""
