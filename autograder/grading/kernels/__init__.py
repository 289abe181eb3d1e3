"""The kernels that students' code runs in: their sandbox, their limits, and their fast start by forking."""
