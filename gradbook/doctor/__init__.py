"""The gradient doctor: likely causes of a gradient that fails its check."""
