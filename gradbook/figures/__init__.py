"""Small figures that explain an idea on a few numbers, rather than on the course's images."""

from gradbook.figures.angles import colour_circle, half_circle
from gradbook.figures.arrays import axes, broadcasting
from gradbook.figures.convolution import columns, convolution, pooling, strides
from gradbook.figures.graphs import neuron, thinned_networks, two_layers
from gradbook.figures.losses import hinge, two_losses
from gradbook.figures.neighbours import distances, folds, regions, vote
from gradbook.figures.normalisation import batch, batch_norm, four_norms, two_norms
from gradbook.figures.programs import computation, host_and_device
from gradbook.figures.stages import stages
from gradbook.figures.valleys import valley

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
