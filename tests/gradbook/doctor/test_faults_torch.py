"""The correct sources in the catalogue of faults agree with PyTorch: forward passes and gradients."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tests.faults import SUBJECTS, load

torch = pytest.importorskip(
    "torch", reason="PyTorch is the independent oracle; it is not among the project's dependencies"
)
functional = torch.nn.functional
SUBJECT = {subject.name: subject for subject in SUBJECTS}


def affine(x: Any, w: Any, b: Any) -> Any:
    return functional.linear(x.flatten(1), w.T, b)


def relu(x: Any) -> Any:
    return functional.relu(x)


def batchnorm(x: Any, gamma: Any, beta: Any, eps: float) -> Any:
    return functional.batch_norm(x, None, None, gamma, beta, training=True, eps=eps)


def layernorm(x: Any, gamma: Any, beta: Any, eps: float) -> Any:
    return functional.layer_norm(x, x.shape[1:], gamma, beta, eps)


def groupnorm(x: Any, gamma: Any, beta: Any, eps: float, G: int) -> Any:
    return functional.group_norm(x, G, gamma.flatten(), beta.flatten(), eps)


def conv(x: Any, w: Any, b: Any, stride: int, pad: int) -> Any:
    return functional.conv2d(x, w, b, stride, pad)


def max_pool(x: Any, stride: int) -> Any:
    return functional.max_pool2d(x, (3, 4), stride)


LAYERS: dict[str, Callable[..., Any]] = {
    "affine_backward": affine,
    "affine_backward, all sizes 4": affine,
    "relu_backward": relu,
    "relu_backward at 0": relu,
    "batchnorm_backward": batchnorm,
    "batchnorm_backward with a constant feature": batchnorm,
    "batchnorm_backward_alt": batchnorm,
    "layernorm_backward": layernorm,
    "layernorm_backward with a blank sample": layernorm,
    "spatial_batchnorm_backward": batchnorm,
    "spatial_groupnorm_backward": groupnorm,
    "conv_backward_naive": conv,
    "conv_backward_naive, all square, no padding": conv,
    "conv_backward_fast": conv,
    "conv_backward_fast, all square, no padding": conv,
    "max_pool_backward_naive": max_pool,
    "max_pool_backward_naive with ties": max_pool,
    "max_pool_backward_fast": max_pool,
    "max_pool_backward_fast with ties": max_pool,
}


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("name", LAYERS)
def test_a_layer_agrees_with_torch(name: str, seed: int) -> None:
    case = SUBJECT[name].case(load(SUBJECT[name]), np.random.default_rng(seed))
    given = [torch.tensor(x, requires_grad=True) for x in case.inputs.values()]
    out = LAYERS[name](*given, **case.constants)
    np.testing.assert_allclose(case.f(**case.inputs), out.detach().numpy(), rtol=1e-12, atol=1e-12)
    out.backward(torch.tensor(case.upstream))
    for x, found in zip(given, case.analytic(), strict=True):
        np.testing.assert_allclose(found, x.grad.numpy(), rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize(
    ("name", "of_torch"),
    [
        ("softmax_loss", functional.cross_entropy),
        ("svm_loss", lambda x, y: x.shape[1] * functional.multi_margin_loss(x, y)),
    ],
)
def test_a_loss_agrees_with_torch(name: str, of_torch: Callable[..., Any]) -> None:
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal((9, 5)), rng.integers(0, 5, 9)
    x[3] *= 500
    scores = torch.tensor(x, requires_grad=True)
    expected = of_torch(scores, torch.tensor(y))
    expected.backward()
    loss, dx = load(SUBJECT[name])[name](x, y)
    np.testing.assert_allclose(loss, expected.item(), rtol=1e-12)
    np.testing.assert_allclose(dx, scores.grad.numpy(), rtol=1e-10, atol=1e-12)
