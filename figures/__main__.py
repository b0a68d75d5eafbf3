"""
Draw the figures about FIRE: `python -m figures` lists them, `python -m figures NAME ... | all` draws.

Writes NAME.json, what was computed, and NAME.svg (`--format`) into a folder; `--redraw` draws what is there again.
`table1` measures times, here and now (`--quick`, `--large`), and writes table1.md, too; `all` leaves it out.
Experiments (figF) train networks, keep every result in NAME.jsonl and go on with `--resume`; `--redraw` draws what is
there, and `--seeds`, `--methods` ask for less.

Example: python -m figures fig6 fig5b --weights minilm --format png,svg --out pictures
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.table import Table

from fire_ref.cli.console import printable
from fire_ref.errors import BackendError, MissingExtraError, missing_extra

from .catalogue import ALSO, FIGURES, drawing
from .experiments.arms.catalogue import ARMS
from .experiments.asking import SCALES, Trial, at_least_one, methods_named
from .experiments.device import trains_on
from .experiments.refusing import UnusableError
from .saving import FORMATS, foreign, read_data, write_data, write_pictures, write_tables
from .settings import WEIGHTS, Settings, device_there, weights_named

#: Columns below which the list is lines instead of a table.
NARROW = 70


def main(arguments: Sequence[str] | None = None) -> int:
    """
    List or draw.

    Parameters
    ----------
    arguments : sequence of str, optional
        Instead of the command line's.

    Returns
    -------
    int
        0; 1 if a figure could not be drawn; 2 for bad usage, no such device, or data and results of an experiment that
        cannot be used; 130 interrupted; 141 if nobody reads.
    """
    options = _parser().parse_args(arguments)
    try:
        status = _run(options)
        sys.stdout.flush()
    except KeyboardInterrupt as error:
        print("figures: interrupted" + (f"; {error}" if error.args else ""), file=sys.stderr)
        return 130
    except BrokenPipeError:
        # Python would try to write what is left once more when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except OSError as error:  # standard output is full
        print(f"figures: {error}", file=sys.stderr)
        return 1
    return status


def _run(options: argparse.Namespace) -> int:
    try:
        names = _names(options.names, options.redraw)
        amount = _amount(options.quick, options.large, names)
        out = _folder(options.out)
        settings = Settings(weights_named(options.weights), options.device, *amount, _trial(options, out))
        if names and not options.redraw:
            _device(options.device, names)
        formats = _formats(options.format)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    if not names:
        _show(options.json)
        return 0
    with _ended_as_interrupted():
        return max(_draw(name, settings, out, formats, options.redraw) for name in names)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m figures", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="figures, or all; none: the list")
    parser.add_argument("--out", default="pictures", metavar="DIR", help="where to write (default: pictures)")
    known = ", ".join(WEIGHTS)
    parser.add_argument("--weights", default="digits", help=f"of {known} or all, with commas (default: digits)")
    parser.add_argument("--device", default="cpu", choices=("cpu", "cuda"))
    parser.add_argument("--quick", action="store_true", help="table1: less of it, in under two minutes")
    parser.add_argument("--large", action="store_true", help="table1: GPT-2 and n = 4096, too")
    parser.add_argument("--format", default="svg", help="of png, svg, pdf, with commas (default: svg)")
    parser.add_argument("--redraw", action="store_true", help="compute nothing: draw the JSON that is in DIR")
    trials = parser.add_argument_group("experiments")
    scales = "tiny: seconds, for tests; small: half an hour; full-small: two hours; paper: as published"
    trials.add_argument("--scale", default="small", choices=SCALES, help=f"{scales} (default: small)")
    trials.add_argument("--seeds", type=int, metavar="N", help="how many, instead of the scale's own")
    trials.add_argument("--methods", default="all", help=f"of {', '.join(ARMS)}, with commas (default: all)")
    trials.add_argument("--panels", metavar="NAMES", help="of a figure with several, with commas (default: all)")
    trials.add_argument("--jobs", type=int, default=1, metavar="N", help="runs at a time (default: 1)")
    trials.add_argument("--resume", action="store_true", help="go on with the results that are in DIR")
    trials.add_argument("--data", metavar="DIR", help="the data set in its standard format, instead of the package")
    parser.add_argument("--json", action="store_true", help="the list as JSON")
    return parser


def _names(given: Sequence[str], redraw: bool) -> list[str]:
    if redraw and not given:
        raise ValueError("figures: --redraw needs a NAME; got none. Try python -m figures all --redraw.")
    for name in given:
        if name not in FIGURES and name != "all":
            raise ValueError(f"figures: NAME must be of {', '.join(FIGURES)} or all; got {name!r}. Try fig6.")
    every = [name for name, entry in FIGURES.items() if not entry.apart] if "all" in given else []
    return list(dict.fromkeys([*every, *(name for name in given if name != "all")]))


def _amount(quick: bool, large: bool, names: Sequence[str]) -> tuple[bool, bool]:
    measured = [name for name, entry in FIGURES.items() if entry.apart and not entry.trains]
    if (quick or large) and not set(names) & set(measured):
        apart = " or ".join(measured)
        raise ValueError(f"figures: --quick and --large are for {apart}; got {', '.join(names)}. Try --weights digits.")
    if quick and large:
        raise ValueError("figures: --quick and --large must not be given together. Try --large.")
    return quick, large


def _trial(options: argparse.Namespace, out: Path) -> Trial:
    for option, value in (("--seeds", options.seeds), ("--jobs", options.jobs)):
        at_least_one(option, value)
    data = None if options.data is None else Path(options.data)
    methods = methods_named(options.methods)
    panels = tuple(part.strip() for part in options.panels.split(",")) if options.panels else ()
    return Trial(options.scale, options.seeds, methods, panels, options.jobs, options.resume, data, out)


def _device(given: str, names: Sequence[str]) -> None:
    if any(FIGURES[name].trains for name in names):
        trains_on(given)
    if not all(FIGURES[name].trains for name in names):
        device_there(given)


@contextmanager
def _ended_as_interrupted() -> Iterator[None]:
    """Let a request to end (SIGTERM) do what an interrupt does: what is finished is kept, and the last line says so."""
    if threading.current_thread() is not threading.main_thread():
        yield  # Python takes handlers from its main thread alone
        return

    def ended(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, ended)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _formats(given: str) -> list[str]:
    found = list(dict.fromkeys(part.strip() for part in given.split(",")))
    for kind in found:
        if kind not in FORMATS:
            raise ValueError(f"figures: --format must be of {', '.join(FORMATS)}; got {kind!r}. Try --format png,svg.")
    return found


def _folder(given: str) -> Path:
    out = Path(given)
    if out.exists() and not out.is_dir():
        raise ValueError(f"figures: --out must be a folder; got the file {given!r}. Try --out pictures.")
    return out


def _made(folder: Path) -> None:
    """
    Make the folder, before minutes are spent on what it could not keep.

    Raises
    ------
    ValueError
        It cannot be made, or written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        writable = os.access(folder, os.W_OK | os.X_OK)
    except OSError:
        writable = False
    if not writable:
        got = f"got {str(folder)!r}"
        raise ValueError(f"figures: --out must be a folder that can be written; {got}. Try --out pictures.")


def _show(as_json: bool) -> None:
    if as_json:
        print(json.dumps([{"name": name, **entry._asdict()} for name, entry in FIGURES.items()], indent=2))
        return
    console = Console()
    if console.width < NARROW:
        for name, entry in FIGURES.items():
            console.print(f"{name}: {entry.about}; {entry.scale}; {entry.seconds} s", highlight=False)
        return
    table = Table(title="python -m figures NAME ... | all", title_justify="left")
    table.add_column("name", no_wrap=True)
    table.add_column("shows")
    table.add_column("scale")
    table.add_column("takes", justify="right", no_wrap=True)
    for name, entry in FIGURES.items():
        table.add_row(name, entry.about, entry.scale, f"{entry.seconds} s")
    console.print(table)
    for line, what in ALSO.items():
        console.print(f"  {line}: {what}", highlight=False, markup=False)


def _draw(name: str, settings: Settings, folder: Path, formats: Sequence[str], redraw: bool) -> int:
    start = time.perf_counter()
    kept = folder / f"{name}.json"
    try:
        _matplotlib()
        figure = drawing(name)
        found = None
        if not redraw:
            _made(folder)
            found = figure.compute(settings)
        elif figure.gathered is not None:
            found = figure.gathered(folder)
        if found is not None:
            write_data(kept, name, settings, found)
        # What is drawn is what was kept, so that it can be drawn again.
        data = read_data(kept, name)
        try:
            paths = write_pictures(figure, data, folder, name, formats) + write_tables(figure, data, folder, name)
        except (TypeError, LookupError, AttributeError, ValueError, RecursionError):
            if not redraw:  # it is ours, and a mistake of ours
                raise
            raise ValueError(foreign(kept, name)) from None
    except UnusableError as error:
        print(error, file=sys.stderr)
        return 2
    except (BackendError, MissingExtraError, ConnectionError, ValueError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    told = " ".join(str(path) for path in [*paths, kept])
    print(f"{told} ({time.perf_counter() - start:.0f} s)")
    print(f"  {printable(data['caption'], None)}")
    return 0


def _matplotlib() -> None:
    try:
        import matplotlib  # noqa: F401 # only whether it is there
    except ImportError:
        raise missing_extra("figures", "matplotlib", "figures") from None


if __name__ == "__main__":
    sys.exit(main())
