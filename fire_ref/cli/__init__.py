"""The command line: `fire-ref`, also `python -m fire_ref`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from .. import __version__
from ..errors import BackendError, MissingExtraError

EXIT_CODES = """exit status:
  0    done
  1    something was judged and found wrong
  2    bad usage, unreadable input, or something missing here: one line on stderr (--debug shows where)
  130  interrupted"""


def parser() -> argparse.ArgumentParser:
    """Build the parser of all commands."""
    main_parser = argparse.ArgumentParser(
        prog="fire-ref",
        description="The reference oracle for FIRE (Frobenius-isometry reinitialisation).",
        epilog=f"example:\n  fire-ref demo --plot front.png\n\n{EXIT_CODES}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    main_parser.add_argument("--version", action="version", version=f"fire-ref {__version__}")
    main_parser.add_argument("--debug", action="store_true", help="show the traceback of an error")
    commands = main_parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    demo = commands.add_parser(
        "demo",
        help="what FIRE does to one trained layer that ships with the package",
        description="Measure one real trained layer: W, k = 5, k = 10, exact FIRE and two points of the front.",
        epilog="example:\n  fire-ref demo --plot front.png --json -",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    # Also here, so that it may stand after the command; SUPPRESS keeps the value given before it.
    demo.add_argument("--debug", action="store_true", default=argparse.SUPPRESS, help=argparse.SUPPRESS)
    demo.add_argument("--plot", metavar="FILE", help="draw the front with these points (.png, .svg or .pdf)")
    demo.add_argument("--json", metavar="FILE", help="write the numbers as JSON; - is standard output, alone")
    demo.add_argument("--device", choices=("cpu", "cuda"), default="cpu", help="where to compute (default: cpu)")
    return main_parser


def main(arguments: Sequence[str] | None = None) -> int:
    """
    Run one command; an error becomes one line on stderr and status 2.

    Parameters
    ----------
    arguments : sequence of str, optional
        Default: the process's own.

    Returns
    -------
    int
        The exit status.

    Raises
    ------
    BackendError
        This and the others only with ``--debug``.
    MissingExtraError
        See above.
    OSError
        See above.
    TypeError
        See above.
    ValueError
        See above.
    """
    options = parser().parse_args(arguments)
    try:
        from . import demo  # heavy: rich, and the whole library

        return demo.run(options)
    except KeyboardInterrupt:
        print("fire-ref: interrupted", file=sys.stderr)  # noqa: T201 # this is the command line
        return 130
    except (BackendError, MissingExtraError, ValueError, TypeError, OSError) as error:
        if options.debug:
            raise
        line = " ".join(str(error).split())
        print(line if line.startswith("fire-ref") else f"fire-ref: {line}", file=sys.stderr)  # noqa: T201 # likewise
        return 2
