"""Small drawings that explain an idea on a few numbers, rather than on the course's pictures."""

from autograder.notebook.sketches.angles import colour_circle, half_circle
from autograder.notebook.sketches.arrays import axes, broadcasting
from autograder.notebook.sketches.convolution import columns, convolution, pooling, strides
from autograder.notebook.sketches.graphs import neuron, thinned_networks, two_layers
from autograder.notebook.sketches.losses import hinge, two_losses
from autograder.notebook.sketches.neighbours import distances, folds, regions, vote
from autograder.notebook.sketches.normalisation import batch, batch_norm, four_norms, two_norms
from autograder.notebook.sketches.programs import computation, host_and_device
from autograder.notebook.sketches.stages import stages
from autograder.notebook.sketches.valleys import valley

__all__ = [
    "axes",
    "batch",
    "batch_norm",
    "broadcasting",
    "colour_circle",
    "columns",
    "computation",
    "convolution",
    "distances",
    "folds",
    "four_norms",
    "half_circle",
    "hinge",
    "host_and_device",
    "neuron",
    "pooling",
    "regions",
    "stages",
    "strides",
    "thinned_networks",
    "two_layers",
    "two_losses",
    "two_norms",
    "valley",
    "vote",
]
