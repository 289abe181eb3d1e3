"""The kernels that students' code runs in: their walls, their limits, and how they are there at once."""
