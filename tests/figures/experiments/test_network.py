"""The network, and what is measured of one."""

from __future__ import annotations

import numpy as np
import pytest

from figures.experiments.network import drift, features, judged, mlp

from ...backends import available


def test_it_is_what_it_is_called() -> None:
    torch = available("torch")
    model = mlp(20, 12, 10, 3)
    shapes = [tuple(tensor.shape) for name, tensor in model.named_parameters() if name.endswith("weight")]
    assert shapes == [(12, 20), (12, 12), (12, 12), (10, 12)]
    assert [type(layer).__name__ for layer in model] == ["Linear", "ReLU"] * 3 + ["Linear"]
    again, other = mlp(20, 12, 10, 3), mlp(20, 12, 10, 4)
    assert all(torch.equal(a, b) for a, b in zip(model.parameters(), again.parameters(), strict=True))
    assert not torch.equal(model[0].weight, other[0].weight)


def test_torchs_own_generator_stays_as_it_was() -> None:
    torch = available("torch")
    torch.manual_seed(1)
    wanted = torch.rand(1)
    torch.manual_seed(1)
    mlp(4, 3, 2, 9)
    assert torch.equal(torch.rand(1), wanted)


def test_loss_and_accuracy() -> None:
    torch = available("torch")
    scores = torch.tensor([[2.0, 0.0], [0.0, 1.0], [3.0, 0.0]])
    loss, accuracy = judged(torch.nn.Identity(), scores, torch.tensor([0, 1, 1]))
    assert accuracy == pytest.approx(2 / 3)
    wanted = np.mean([np.log1p(np.exp(-2)), np.log1p(np.exp(-1)), np.log1p(np.exp(3))])
    assert loss == pytest.approx(wanted, rel=1e-6)


def test_features_are_what_the_last_layer_is_given() -> None:
    torch = available("torch")
    model, X = mlp(5, 4, 3, 0), torch.rand(7, 5)
    H = features(model, X)
    assert H.shape == (7, 4)
    assert (H >= 0).all()
    assert torch.allclose(model[-1](H.float()), model(X), atol=1e-6)


def test_drift_is_the_left_side_of_theorem_1(rng: np.random.Generator) -> None:
    torch = available("torch")
    H, K = rng.standard_normal((2, 9, 4))

    def normed(X: np.ndarray) -> np.ndarray:
        return X @ X.T / np.sum(X * X)

    wanted = float(np.linalg.norm(normed(H) - normed(K)))
    assert drift(torch.from_numpy(H), torch.from_numpy(K)) == pytest.approx(wanted, rel=1e-12)
    # A turn of the features, or another scale, is no drift: rounding of a difference of ones, under the root.
    Q = np.linalg.qr(rng.standard_normal((4, 4)))[0]
    assert drift(torch.from_numpy(H), torch.from_numpy(3 * H @ Q)) < 1e-7
    apart = torch.tensor([[1.0, 0.0], [0.0, 0.0]], dtype=torch.float64)
    assert drift(apart, apart.flip(0)) == pytest.approx(2**0.5)
    assert drift(0 * apart, apart) == pytest.approx(1.0)
