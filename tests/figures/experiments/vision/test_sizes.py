"""How many updates a chunk takes, and that JSON gives the sizes back."""

from __future__ import annotations

import json
from dataclasses import asdict, replace

import pytest

from figures.experiments.vision.sizes import VisionSizes


def test_json_gives_it_back() -> None:
    one = VisionSizes(network="vgg16", clip=0.0, cosine=False)
    assert VisionSizes(**json.loads(json.dumps(asdict(one)))) == one


def test_a_warm_start_takes_as_many_updates_twice() -> None:
    sizes = VisionSizes(images=5000, epochs=60, batch=256)
    assert sizes.tasks == 2
    assert [sizes.updates_in(task) for task in (0, 1)] == [60 * 5000 // 256] * 2 == [sizes.updates] * 2
    assert [sizes.updates_before(task) for task in range(3)] == [0, 1171, 2342]


@pytest.mark.parametrize("protocol", ["continual", "classes"])
def test_growing_chunks_take_their_own_epochs(protocol: str) -> None:
    sizes = VisionSizes(images=1000, epochs=3, batch=100, protocol=protocol, chunks=10)
    assert [sizes.updates_in(task) for task in range(10)] == [3, 6, 9, 12, 15, 18, 21, 24, 27, 30]
    assert sizes.updates == 30
    assert sizes.updates_before(10) == 165
    assert sizes.tasks == 10


def test_there_is_always_an_update() -> None:
    sizes = replace(VisionSizes(), images=10, epochs=1, protocol="classes", chunks=20)
    assert [sizes.updates_in(task) for task in range(20)] == [1] * 20
