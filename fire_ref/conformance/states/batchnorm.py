"""BatchNorm's running statistics: gathered with weights that are no more."""

from __future__ import annotations

import re
from collections.abc import Collection

from .comparing import same
from .mistake import Mistake
from .networks import Networks

_MEAN = re.compile(r"^(?P<layer>.*?)[./](running|moving)_mean$")


def stale(networks: Networks, changed: Collection[str]) -> list[Mistake]:
    """
    Note running statistics that are as they were, behind a convolution that is not.

    Parameters
    ----------
    networks : Networks
        Before and after.
    changed : collection of str
        Weights that are others now.

    Returns
    -------
    list of Mistake
        Notes, one for each BatchNorm; the convolution is the nearest by name that has as many outputs.
    """
    found = []
    outputs = {name: size for name in changed if (size := _outputs(networks, name))}
    for name, tensor in networks.before.items():
        layer = _MEAN.match(name)
        if layer is None or name not in networks.after or not same(tensor, networks.after[name]):
            continue
        near = [one for one, size in outputs.items() if (size,) == tensor.shape]
        if near:
            conv = max(near, key=lambda one: _nearness(one, layer["layer"]))
            text = f"are those of before, and {conv!r} is another now"
            found.append(Mistake("STALE_BATCHNORM", name, f"running statistics {text}", "note", 0.8))
    return found


def _outputs(networks: Networks, name: str) -> int:
    """Return the outputs of a convolution; 0 for any other tensor."""
    layout = networks.choice(name).layout
    if layout is None or not layout.spatial:
        return 0
    return networks.before[name].shape[layout.letters.index("O")]


def _nearness(conv: str, layer: str) -> tuple[int, int]:
    """Count the parts of two names that agree at the beginning, then the digits at the end that do."""
    one, other = re.split(r"[./]", conv)[:-1], re.split(r"[./]", layer)
    alike = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    rest = [re.sub(r"^[a-z_]+", "", part[-1]) if part else "" for part in (one, other)]
    return alike, int(rest[0] == rest[1]) * 1000 - abs(_number(rest[0]) - _number(rest[1]))


def _number(text: str) -> int:
    digits = re.findall(r"\d+", text)
    return int(digits[-1][:6]) if digits else 0
