"""The response curve as SVG: what became of each singular value, beside what the dialect makes of it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape
from typing import NamedTuple

from .record import Probe
from .wording import number

WIDTH, HEIGHT = 520, 340
LEFT, RIGHT, TOP, BOTTOM = 62, 14, 12, 54
#: Points of one probe that are drawn.
POINTS = 80
#: Decades below the largest value that the axis reaches at most.
DECADES = 16
#: A shape for each probe, beside its colour.
SHAPES = (
    "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0",
    "M-3.5-3.5h7v7h-7z",
    "M0-5L4.5 3.5H-4.5z",
    "M0-5L5 0L0 5L-5 0z",
    "M0 5L-4.5-3.5H4.5z",
    "M-1.5-4.5h3v3h3v3h-3v3h-3v-3h-3v-3h3z",
)
#: Where there is no finite answer.
CROSS = "M-4-4L4 4M-4 4L4-4"


class Axes(NamedTuple):
    """
    The plane of the drawing.

    Attributes
    ----------
    low, high : int
        Powers of ten where the axis of singular values begins and ends.
    bottom, top : float
        Responses where the other axis does.
    """

    low: int
    high: int
    bottom: float
    top: float

    def x(self, value: float) -> float:
        """Return where a singular value lies; zero and what is below the axis lie on its edge."""
        power = min(max(math.log10(value), self.low), self.high) if value > 0 else self.low
        return LEFT + (WIDTH - LEFT - RIGHT) * (power - self.low) / (self.high - self.low)

    def y(self, value: float) -> float:
        """Return where a response lies; what is beyond the axis lies on its edge, NaN on the lower one."""
        inside = min(max(value, self.bottom), self.top) if not math.isnan(value) else self.bottom
        return TOP + (HEIGHT - TOP - BOTTOM) * (self.top - inside) / (self.top - self.bottom)


def axes(probes: Sequence[Probe]) -> Axes:
    """
    Choose the axes: all singular values, and the responses unless they have blown up.

    Parameters
    ----------
    probes : sequence of Probe
        To be drawn.

    Returns
    -------
    Axes
    """
    values = [s for probe in probes for s in probe.values if 0 < s < math.inf] or [1.0]
    high = math.ceil(math.log10(max(values)) - 1e-9)
    low = min(high - 1, max(high - DECADES, math.floor(math.log10(min(values)) + 1e-9)))
    declared = [p for probe in probes for p in probe.declared if math.isfinite(p)]
    seen = [p for probe in probes for p in probe.response if math.isfinite(p)] + declared
    most = max([2.0, *(1.5 * abs(p) for p in declared)])
    top = 1.08 * min(most, max([1.0, *seen]))
    bottom = max(-most, min([0.0, *seen]))
    return Axes(low, high, 1.08 * bottom, top)


def draw(probes: Sequence[Probe]) -> str:
    """
    Draw the curve.

    Parameters
    ----------
    probes : sequence of Probe
        Of the fingerprint; none give an empty string.

    Returns
    -------
    str
        An ``svg`` element, coloured by the page's classes k0 to k5.
    """
    if not probes:
        return ""
    plane = axes(probes)
    body = _grid(plane) + "".join(_declared(probe, plane) for probe in probes)
    body += "".join(_measured(index, probe, plane) for index, probe in enumerate(probes))
    label = "response: what became of each normalised singular value, and what the dialect makes of it"
    return f'<svg class="plot" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{label}">{body}</svg>'


def legend(probes: Sequence[Probe]) -> str:
    """
    Explain line, shapes and colours.

    Parameters
    ----------
    probes : sequence of Probe
        As drawn.

    Returns
    -------
    str
        Items of a list.
    """
    sign = '<svg class="sign" viewBox="-8 -8 16 16" aria-hidden="true"><path {}/></svg>'
    line = sign.format('class="line" d="M-8 0H8"')
    items = [f"<li>{line}the declared dialect</li>"]
    for index, probe in enumerate(probes):
        shape = sign.format(f'class="dot k{index % len(SHAPES)}" d="{SHAPES[index % len(SHAPES)]}"')
        items.append(f"<li>{shape}<code>{escape(probe.case)}</code> {probe.shape[0]} &times; {probe.shape[1]}</li>")
    return "".join(items)


def _grid(plane: Axes) -> str:
    right, bottom = WIDTH - RIGHT, HEIGHT - BOTTOM
    parts = []
    for power in range(plane.high, plane.low - 1, -max(1, math.ceil((plane.high - plane.low) / 6))):
        x = f"{plane.x(10.0**power):.1f}"
        parts.append(f'<path class="grid" d="M{x} {TOP}V{bottom}"/>')
        parts.append(f'<text x="{x}" y="{bottom + 21}" text-anchor="middle">{_power(power)}</text>')
    for value in _ticks(plane.bottom, plane.top):
        y = plane.y(value)
        parts.append(f'<path class="grid" d="M{LEFT} {y:.1f}H{right}"/>')
        parts.append(f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{value:g}</text>')
    middle = (TOP + bottom) / 2
    parts.append(f'<text x="{(LEFT + right) / 2}" y="{HEIGHT - 8}" text-anchor="middle">singular value s</text>')
    turned = f'transform="rotate(-90 14 {middle})"'
    parts.append(f'<text x="14" y="{middle}" text-anchor="middle" {turned}>response p(s)</text>')
    return "".join(parts)


def _power(power: int) -> str:
    return f"{10.0**power:g}" if -3 <= power <= 3 else f"1e{power}"


def _ticks(bottom: float, top: float) -> list[float]:
    """Return round numbers, 3 to 7 of them."""
    raw = (top - bottom) / 6
    unit = 10.0 ** math.floor(math.log10(raw))
    step = next(m * unit for m in (1, 2, 5, 10) if m * unit >= raw)
    return [round(i * step, 12) for i in range(math.ceil(bottom / step), math.floor(top / step) + 1)]


def _declared(probe: Probe, plane: Axes) -> str:
    """Draw what the dialect makes of one probe; all probes share the line's look, mostly also its course."""
    found = [(plane.x(s), plane.y(p)) for s, p in zip(probe.values, probe.declared, strict=True) if math.isfinite(p)]
    if not found:
        return ""
    if found[0][0] == found[-1][0]:  # one singular value: a dash is the line
        found = [(found[0][0] - 7, found[0][1]), (found[0][0] + 7, found[0][1])]
    return f'<path class="line" d="M{"L".join(f"{x:.1f} {y:.1f}" for x, y in found)}"/>'


def _measured(index: int, probe: Probe, plane: Axes) -> str:
    points = list(zip(probe.values, probe.response, probe.declared, strict=True))
    many = min(POINTS, len(points))
    some = sorted({round(i * (len(points) - 1) / max(1, many - 1)) for i in range(many)})
    return "".join(_dot(index, probe.case, *points[i], plane) for i in some)


def _dot(index: int, case: str, s: float, p: float, declared: float, plane: Axes) -> str:
    k = index % len(SHAPES)
    shape, kind = (SHAPES[k], f"dot k{k}") if math.isfinite(p) else (CROSS, f"lost k{k}")
    if math.isfinite(p) and not plane.bottom <= p <= plane.top:
        kind += " beyond"
    told = escape(f"{case}: s = {number(s)}, measured {number(p)}, declared {number(declared)}")
    place = f'transform="translate({plane.x(s):.1f} {plane.y(p):.1f})"'
    return f'<path class="{kind}" d="{shape}" {place}><title>{told}</title></path>'
