"""Small drawings that explain an idea on a few numbers, rather than on the course's pictures."""

from autograder.notebook.sketches.angles import colour_circle, half_circle
from autograder.notebook.sketches.arrays import axes, broadcasting
from autograder.notebook.sketches.graphs import neuron, two_layers
from autograder.notebook.sketches.losses import hinge, two_losses
from autograder.notebook.sketches.neighbours import distances, folds, regions, vote
from autograder.notebook.sketches.valleys import valley

__all__ = [
    "axes",
    "broadcasting",
    "colour_circle",
    "distances",
    "folds",
    "half_circle",
    "hinge",
    "neuron",
    "regions",
    "two_layers",
    "two_losses",
    "valley",
    "vote",
]
