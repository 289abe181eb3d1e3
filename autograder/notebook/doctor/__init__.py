"""The gradient doctor: what is likely to be wrong with a gradient that fails its check."""
