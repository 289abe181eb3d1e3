"""A catalogue of single faults in backward passes, each with inputs at which it shows.

It measures how well the gradient check finds wrong gradients, and how well the doctor names their causes.
"""

from __future__ import annotations

from tests.faults import (
    batchnorm,
    batchnorm_alt,
    convnet,
    convolution,
    dropout,
    fully_connected_net,
    groupnorm,
    im2col,
    layernorm,
    layers,
    linear,
    losses,
    pooling,
    pooling_fast,
    spatial_batchnorm,
    two_layer_net,
)
from tests.faults.subject import FAMILIES, Case, Fault, Subject, load

SUBJECTS: tuple[Subject, ...] = (
    *linear.SUBJECTS,
    *layers.SUBJECTS,
    *losses.SUBJECTS,
    *two_layer_net.SUBJECTS,
    *batchnorm.SUBJECTS,
    *batchnorm_alt.SUBJECTS,
    *layernorm.SUBJECTS,
    *dropout.SUBJECTS,
    *convolution.SUBJECTS,
    *im2col.SUBJECTS,
    *pooling.SUBJECTS,
    *pooling_fast.SUBJECTS,
    *spatial_batchnorm.SUBJECTS,
    *groupnorm.SUBJECTS,
    *fully_connected_net.SUBJECTS,
    *convnet.SUBJECTS,
)

__all__ = ["FAMILIES", "SUBJECTS", "Case", "Fault", "Subject", "load"]
