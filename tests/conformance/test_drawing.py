"""The drawing: axes that hold everything, points where the numbers say, nothing that is no number."""

from __future__ import annotations

import math
import re
import xml.etree.ElementTree as ET

import pytest

from fire_ref.conformance.drawing import BOTTOM, HEIGHT, LEFT, POINTS, RIGHT, SHAPES, TOP, WIDTH, axes, draw, legend
from fire_ref.conformance.record import Probe

from .reports import SHAPES as PROBES
from .reports import broken, probe, wrong


def dots(text: str) -> list[tuple[float, float]]:
    found = []
    for node in ET.fromstring(text).iter("path"):
        place = re.fullmatch(r"translate\((\S+) (\S+)\)", node.get("transform", ""))
        if place:
            found.append((float(place[1]), float(place[2])))
    return found


def lines(text: str) -> list[list[tuple[float, float]]]:
    drawn = [node.get("d", "")[1:] for node in ET.fromstring(text).iter("path") if node.get("class") == "line"]
    return [[(float(x), float(y)) for x, y in (pair.split() for pair in d.split("L"))] for d in drawn]


def test_points_and_line_are_where_the_numbers_say() -> None:
    # The axes: s from 0.01 to 1, p from 0 to 1.08.
    one = Probe("p", (3, 3), (0.01, 0.1, 1.0), (0.0, 0.54, 1.0), (0.27, 0.54, 0.81))
    text = draw([one])
    xs = [LEFT, (LEFT + WIDTH - RIGHT) / 2, WIDTH - RIGHT]
    high = HEIGHT - TOP - BOTTOM
    ys = [HEIGHT - BOTTOM, HEIGHT - BOTTOM - high / 2, HEIGHT - BOTTOM - high / 1.08]
    assert dots(text) == [pytest.approx(point, abs=0.06) for point in zip(xs, ys, strict=True)]
    wanted = [HEIGHT - BOTTOM - high * share for share in (0.25, 0.5, 0.75)]
    assert lines(text)[0] == [pytest.approx(point, abs=0.06) for point in zip(xs, wanted, strict=True)]


def test_each_probe_has_its_own_look() -> None:
    probes = wrong().fingerprint.probes
    nodes = [node for node in ET.fromstring(draw(probes)).iter("path") if node.get("transform")]
    looks = {(node.get("class"), node.get("d")) for node in nodes}
    assert len(looks) == len(probes) == 4
    assert {d for _, d in looks} == set(SHAPES[:4])
    assert len(nodes) == sum(len(probe.values) for probe in probes)
    shown = ET.fromstring(f"<ul>{legend(probes).replace('&times;', 'x')}</ul>")
    assert [(i[0][0].get("class"), i[0][0].get("d")) for i in shown][1:] == [(f"dot k{k}", SHAPES[k]) for k in range(4)]
    assert [item[1].text for item in list(shown)[1:]] == list(PROBES)


def test_a_sign_tells_its_numbers() -> None:
    told = [node.text for node in ET.fromstring(draw([Probe("p", (1, 1), (0.5,), (0.25,), (0.75,))])).iter("title")]
    assert told == ["p: s = 0.5, measured 0.25, declared 0.75"]


def test_whatever_blew_up_lies_on_the_edge() -> None:
    text = draw(broken().fingerprint.probes)
    assert not re.search(r"nan|inf", re.sub(r"<title>.*?</title>", "", text))
    for x, y in [*dots(text), *(point for line in lines(text) for point in line)]:
        assert LEFT - 8 <= x <= WIDTH - RIGHT + 8  # the dash of a single value is wider than its point
        assert TOP <= y <= HEIGHT - BOTTOM
    kinds = [node.get("class", "") for node in ET.fromstring(text).iter("path") if node.get("transform")]
    assert [kind.split(" ")[0] for kind in kinds] == ["lost", "lost", "lost", "dot", "dot", "dot", "dot"]
    assert ["beyond" in kind for kind in kinds] == [False, False, False, True, True, False, False]


def test_a_blown_up_response_does_not_flatten_the_curve() -> None:
    plane = axes(broken().fingerprint.probes)
    assert plane.top < 3
    assert plane.bottom > -3
    assert plane.low == -16


def test_declared_values_are_never_beyond_the_axes() -> None:
    plane = axes([Probe("p", (2, 2), (0.1, 1.0), (0.1, 0.2), (5.0, 40.0))])
    assert plane.top >= 40


@pytest.mark.parametrize("values", [(1.0,), (0.0,), (1e-3, 1e-3), (1e300,), ()])
def test_any_spectrum_has_axes(values: tuple[float, ...]) -> None:
    one = Probe("p", (1, 1), values, values, values)
    assert axes([one]).low < axes([one]).high
    assert all(map(math.isfinite, (v for point in dots(draw([one])) for v in point)))


def test_a_long_spectrum_is_thinned_and_keeps_its_ends() -> None:
    long = probe("probe-tall", 5, count=500)
    found = dots(draw([long]))
    assert len(found) == POINTS
    plane = axes([long])
    assert found[0][0] == pytest.approx(plane.x(long.values[0]), abs=0.06)
    assert found[-1][0] == pytest.approx(plane.x(long.values[-1]), abs=0.06)


def test_nothing_is_drawn_of_nothing() -> None:
    assert draw(()) == ""
