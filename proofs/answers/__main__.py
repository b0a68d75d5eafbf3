"""
Answer what reviewers asked: `python -m proofs.answers [NAME ...] [--weights W,...] [--out FILE]`.

Without names all questions; --weights takes digits-mlp, digits-conv (default), minilm, stories15m or all. The published
ones are fetched once (83 and 112 MB). Example: python -m proofs.answers width --out answer.md
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from rich.console import Console

from . import conditioning, dead, direction, distance, drift, hypotheses, width
from .weights import NETWORKS, SHIPPED

#: Name -> the question, and what answers it; `OF_NETWORKS` are asked of real weights.
QUESTIONS: dict[str, tuple[str, Callable[..., str]]] = {
    "hypotheses": ("Is ε < 1 in practice?", hypotheses.answer),
    "direction": ("Which direction is theorem 4?", direction.answer),
    "drift": ("Is theorem 1 ever not vacuous for a FIRE move?", drift.answer),
    "width": ("Where does a fixed k break, and do five steps suffice?", width.answer),
    "conditioning": ("Can Newton-Schulz diverge on ill-conditioned weights?", conditioning.answer),
    "distance": ("How far do the weights move?", distance.answer),
    "dead": ("Do dead units survive?", dead.answer),
}


OF_NETWORKS = ("hypotheses", "distance")


def main(arguments: Sequence[str] | None = None) -> int:
    """
    Answer.

    Parameters
    ----------
    arguments : sequence of str, optional
        Default those of the command line.

    Returns
    -------
    int
        0 answered, 2 bad usage or weights that cannot be had.
    """
    parser = argparse.ArgumentParser(
        prog="python -m proofs.answers", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("questions", nargs="*", metavar="NAME", help=", ".join(QUESTIONS))
    parser.add_argument("--weights", default=",".join(SHIPPED), help="networks, separated by commas, or all")
    parser.add_argument("--out", type=Path, help="write there instead of to the terminal")
    options = parser.parse_args(arguments)
    names = list(NETWORKS) if options.weights == "all" else options.weights.split(",")
    asked = options.questions or list(QUESTIONS)
    for given, known in ((names, NETWORKS), (asked, QUESTIONS)):
        for one in given:
            if one not in known:
                parser.error(f"there is no {one!r}, only {', '.join(known)}")
    if options.out is not None and not options.out.absolute().parent.is_dir():
        parser.error(f"--out must be in a folder that exists; got {options.out}")
    try:
        text = page(asked, names)
    except ConnectionError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    if options.out is None:
        sys.stdout.write(text)
        return 0
    part = options.out.with_name(f"{options.out.name}.{os.getpid()}.part")
    part.write_text(text, encoding="utf-8")
    part.replace(options.out)
    return 0


def page(asked: Sequence[str], names: Sequence[str]) -> str:
    """Return all answers as one page."""
    console = Console(stderr=True)
    parts = [
        "# Answers to reviewers",
        f"Written by `python -m proofs.answers --weights {','.join(names)}` with numpy {np.__version__} on "
        f"{platform.system()} {platform.machine()}. The statements behind the numbers are in [README.md](README.md).",
    ]
    for name in asked:
        title, answer = QUESTIONS[name]
        with console.status(title):
            parts += [
                f"## {title}",
                f"`python -m proofs.answers {name}`",
                answer(*([names] if name in OF_NETWORKS else [])),
            ]
    return "\n\n".join(parts) + "\n"


if __name__ == "__main__":
    sys.exit(main())
