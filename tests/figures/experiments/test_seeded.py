"""A seed decides, and torch's own generator stays."""

from __future__ import annotations

from figures.experiments.seeded import seeded

from ...backends import available


def test_the_seed_decides_and_nothing_else() -> None:
    torch = available("torch")
    torch.manual_seed(1)
    wanted = torch.rand(1)
    torch.manual_seed(1)
    one, again, other = (seeded(lambda: torch.nn.Conv2d(3, 4, 3), seed) for seed in (5, 5, 6))
    assert torch.equal(torch.rand(1), wanted)
    assert torch.equal(one.weight, again.weight)
    assert not torch.equal(one.weight, other.weight)
