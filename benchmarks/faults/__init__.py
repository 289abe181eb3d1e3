"""A catalogue of single faults in backward passes, each at inputs where it shows.

What finds wrong gradients is measured with it, and so is what names their cause.
"""

from __future__ import annotations

from benchmarks.faults import (
    batchnorm,
    batchnorm_alt,
    dropout,
    layernorm,
    layers,
    linear,
    losses,
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
)

__all__ = ["FAMILIES", "SUBJECTS", "Case", "Fault", "Subject", "load"]
