"""Let the iterations take small matrices, which are otherwise left to the SVD."""

from __future__ import annotations

import pytest

from fire_ref.fastpolar import routes, square, tall


@pytest.fixture
def iterated(monkeypatch: pytest.MonkeyPatch) -> None:
    """No matrix is too small."""
    monkeypatch.setattr(routes, "LEAST", 1)
    monkeypatch.setattr(tall, "LEAST_COLUMNS", 1)
    for module in (square, tall):
        monkeypatch.setattr(module, "FEW", 1)
