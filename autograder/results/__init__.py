"""Results: what people read after grading."""
