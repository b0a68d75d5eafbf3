"""ViT-Tiny: its shapes, what FIRE takes of it, its attention in numpy's words, and its hidden units."""

from __future__ import annotations

import numpy as np
import pytest

from figures.experiments.vision.vit import HEAD, vit_tiny

from ....backends import available
from . import reading


def test_it_is_as_published() -> None:
    torch = available("torch")
    model = vit_tiny(192, 32, 100, 0)
    layer = 2 * 2 * 192 + 3 * 192**2 + (192**2 + 192) + (192 * 768 + 768) + (768 * 192 + 192)
    outside = (48 * 192 + 192) + 192 + 65 * 192 + 2 * 192 + (192 * 100 + 100)
    assert reading.count(model) == 12 * layer + outside
    assert 192 // HEAD == 3
    reading.last_layer_reads_features(model, model.head, torch.rand(2, 3, 32, 32), 192)


def test_fire_takes_queries_and_keys_only() -> None:
    available("torch")
    taken = reading.taken_by_fire(vit_tiny(64, 8, 10, 0), "vit")
    assert taken == {f"layers.{layer}.to_{one}.weight" for layer in range(12) for one in "qk"}


def test_patches_are_squares_of_the_image() -> None:
    torch = available("torch")
    model = vit_tiny(64, 12, 10, 0)
    seen: list[np.ndarray] = []
    model.patches.register_forward_hook(lambda _, given, __: seen.append(given[0].numpy()))
    image = torch.rand(2, 3, 12, 12)
    with torch.no_grad():
        model(image)
        model(image.contiguous(memory_format=torch.channels_last))
    assert seen[0].shape == (2, 9, 48)
    np.testing.assert_array_equal(seen[0][1, 5].reshape(3, 4, 4), image[1, :, 4:8, 8:12].numpy())
    np.testing.assert_array_equal(seen[0], seen[1])


def test_attention_is_softmax_of_queries_and_keys_head_by_head(rng: np.random.Generator) -> None:
    torch = available("torch")
    layer = vit_tiny(128, 8, 10, 0).layers[0].double()
    X = rng.standard_normal((5, 128))
    q, k, v = (X @ to.weight.detach().numpy().T for to in (layer.to_q, layer.to_k, layer.to_v))
    parts = []
    for head in (slice(0, 64), slice(64, 128)):
        scores = np.exp(q[:, head] @ k[:, head].T / 8)
        parts.append(scores / scores.sum(axis=1, keepdims=True) @ v[:, head])
    wanted = np.hstack(parts) @ layer.to_out.weight.detach().numpy().T + layer.to_out.bias.detach().numpy()
    with torch.no_grad():
        found = layer.attended(torch.from_numpy(X)[None])[0].numpy()
    np.testing.assert_allclose(found, wanted, rtol=1e-10, atol=1e-12)


def test_each_part_is_given_the_stream_without_its_scale_and_adds_to_it() -> None:
    torch = available("torch")
    layer = vit_tiny(64, 8, 10, 0).layers[0]
    X = torch.randn(2, 5, 64)
    with torch.no_grad():
        for last in (layer.fc2, layer.to_out):
            kept = {name: tensor.clone() for name, tensor in last.state_dict().items()}
            for tensor in last.parameters():
                tensor.zero_()  # the other part alone
            added = layer(X) - X
            assert added.abs().max() > 1e-2
            # Differences of numbers of size ten in float32.
            assert torch.allclose(layer(10 * X) - 10 * X, added, atol=1e-4)
            last.load_state_dict(kept)


def test_features_are_the_class_tokens_place_in_the_stream() -> None:
    torch = available("torch")
    model = vit_tiny(64, 8, 10, 0)
    with torch.no_grad():
        for layer in model.layers:
            for tensor in (*layer.to_out.parameters(), *layer.fc2.parameters()):
                tensor.zero_()
        found = model.features(torch.rand(3, 3, 8, 8))
        alone = (model.token + model.positions[:, :1])[0]
        wanted = (alone - alone.mean()) / (alone.var(correction=0) + 1e-5).sqrt()
        assert torch.allclose(found, wanted.expand(3, -1), atol=1e-4)


def test_positions_tell_patches_apart() -> None:
    torch = available("torch")
    model, image = vit_tiny(64, 8, 10, 0).eval(), torch.rand(1, 3, 8, 8)
    turned = torch.cat([image[..., 4:], image[..., :4]], dim=3)
    with torch.no_grad():
        assert not torch.allclose(model(image), model(turned), atol=1e-5)
        model.positions.zero_()
        assert torch.allclose(model(image), model(turned), atol=1e-5)


def test_units_are_those_of_the_mlps() -> None:
    torch = available("torch")
    model = vit_tiny(64, 8, 10, 0)
    assert [one.incoming for one in model.units()] == [layer.fc1 for layer in model.layers]
    reading.units_are_read_by_one_layer(model, torch.rand(2, 3, 8, 8))


def test_the_seed_decides() -> None:
    available("torch")
    reading.same_by_seed(vit_tiny, 64, 8, 10)
    # Positions and the class token are drawn small.
    assert float(vit_tiny(192, 32, 10, 0).positions.detach().std()) == pytest.approx(0.02, rel=0.05)
