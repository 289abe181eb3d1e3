"""A catalogue of single faults in backward passes, each at inputs where it shows.

What finds wrong gradients is measured with it, and so is what names their cause.
"""

from __future__ import annotations

from benchmarks.faults import (
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
from benchmarks.faults.subject import FAMILIES, Case, Fault, Subject, load

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
