"""A figure's data as JSON beside its pictures: enough to draw it again, and what made it."""

from __future__ import annotations

import json
import platform
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import fire_ref
from fire_ref.cli.files import written
from fire_ref.cli.plot import save as save_picture

from . import style
from .catalogue import Data, Drawing
from .settings import Settings

FORMATS = ("png", "svg", "pdf")


def write_data(path: Path, name: str, settings: Settings, data: Data) -> None:
    """
    Keep what `compute` gave.

    Parameters
    ----------
    path : Path
        Replaced in one step.
    name : str
        The figure.
    settings : Settings
        What was asked for.
    data : dict
        Plain data.

    Raises
    ------
    ValueError
        A number is not finite.
    """
    whole = {"figure": name, "weights": list(settings.weights), "device": settings.device, "made_with": versions()}
    with written(path) as part:
        part.write_text(json.dumps(whole | {"data": data}, allow_nan=False) + "\n", encoding="utf-8")


def read_data(path: Path, name: str) -> Data:
    """
    Read what was kept.

    Parameters
    ----------
    path : Path
        Of `write_data`.
    name : str
        The figure it must be.

    Returns
    -------
    dict

    Raises
    ------
    ValueError
        It does not exist, or is not the data of that figure with a caption.
    """
    try:
        whole: Any = json.loads(path.read_text(encoding="utf-8"))
        if whole["figure"] == name and isinstance(whole["data"]["caption"], str):
            return dict(whole["data"])
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        pass
    raise ValueError(foreign(path, name))


def foreign(path: Path, name: str) -> str:
    """
    Say that a file does not hold what a figure is drawn from.

    Parameters
    ----------
    path : Path
        The file.
    name : str
        The figure.

    Returns
    -------
    str
    """
    return f"figures: {path} must hold the data of {name}. Try python -m figures {name}."


def write_pictures(drawing: Drawing, data: Data, folder: Path, name: str, formats: Sequence[str]) -> list[Path]:
    """
    Draw the data and write each format.

    Parameters
    ----------
    drawing : Drawing
        Of the figure.
    data : dict
        As JSON gives it back.
    folder : Path
        Where to.
    name : str
        What the files are called.
    formats : sequence of {"png", "svg", "pdf"}
        One file for each; the same data give the same bytes.

    Returns
    -------
    list of Path
    """
    paths = []
    with style.applied():
        for kind in formats:
            # Anew for each: writing settles the layout, and a second time another one.
            figure = drawing.draw(data)
            paths.append(folder / f"{name}.{kind}")
            with written(paths[-1]) as part:
                save_picture(figure, part, kind)
                if kind == "png":
                    _few_colours(part)
    return paths


def write_tables(drawing: Drawing, data: Data, folder: Path, name: str) -> list[Path]:
    """
    Write the tables of a figure, where it has any.

    Parameters
    ----------
    drawing : Drawing
        Of the figure.
    data : dict
        As JSON gives it back.
    folder : Path
        Where to.
    name : str
        What the file is called.

    Returns
    -------
    list of Path
        NAME.md, or nothing.
    """
    if drawing.tables is None:
        return []
    path = folder / f"{name}.md"
    with written(path) as part:
        part.write_text(drawing.tables(data), encoding="utf-8")
    return [path]


def _few_colours(path: Path) -> None:
    """Keep 256 colours: lines and letters on white need no more, and the file is a third of the size."""
    from PIL import Image  # matplotlib needs it, too

    with Image.open(path) as picture:
        # This method alone keeps the colours of small marks.
        method, dither = Image.Quantize.MAXCOVERAGE, Image.Dither.NONE
        few = picture.convert("RGB").quantize(256, method=method, dither=dither)
    few.save(path, format="png", optimize=True)


def versions() -> dict[str, str]:
    """Return the versions of what decides the numbers."""
    found = {"fire_ref": fire_ref.__version__, "python": platform.python_version()}
    for name in ("numpy", "scipy", "matplotlib"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
