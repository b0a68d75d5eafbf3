"""The page that all experiments share: every number and every claim in Markdown."""

from __future__ import annotations

from .catalogue import Data
from .experiments import tables
from .frame import Frame


def paged(frame: Frame, data: Data) -> str:
    """
    Write every number and every claim in Markdown.

    Parameters
    ----------
    frame : Frame
        The figure.
    data : dict
        Of `trained.computed`.

    Returns
    -------
    str
        A page.
    """
    parts = [f"# `python -m figures {frame.name}`", data["caption"]]
    for name, one in data["panels"].items():
        parts += [
            f"## {frame.title(name)}",
            f"{one['told'].capitalize()}. Seeds {', '.join(map(str, one['seeds']))}.",
            "### What was claimed",
            tables.findings(one),
            "### Every arm",
            "Means over seeds, of the old task over all changes, too; losses, SFE and DfI (against FIRE's gain) are "
            "medians; drift is the left side of theorem 1. Seconds are of whatever else the machine did then.",
            tables.arms(one),
        ]
    parts.append(f"Made with {'; '.join(data['versions'])} on {data['device']}.")
    return "\n\n".join(parts) + "\n"
