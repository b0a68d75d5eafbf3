"""The command line: `fire-ref`, also `python -m fire_ref`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import TypeAlias

from .. import __version__
from ..errors import BackendError, MissingExtraError

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"

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
        epilog=f"example:\n  fire-ref audit model.safetensors --html audit.html\n\n{EXIT_CODES}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    main_parser.add_argument("--version", action="version", version=f"fire-ref {__version__}")
    main_parser.add_argument("--debug", action="store_true", help="show the traceback of an error")
    commands = main_parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_audit(commands)
    _add_demo(commands)
    _add_verify(commands)
    _add_reinit(commands)
    _add_verify_model(commands)
    for command in commands.choices.values():
        # Also here, so that it may stand after the command; SUPPRESS keeps the value given before it.
        command.add_argument("--debug", action="store_true", default=argparse.SUPPRESS, help=argparse.SUPPRESS)
    return main_parser


def _add_audit(commands: Commands) -> None:
    audit = commands.add_parser(
        "audit",
        help="what FIRE would do to every layer of a checkpoint",
        description="Tell, for each layer of a network, how far from isometry it is, what k steps and exact\n"
        "FIRE would do to it, and how many steps it needs. DfI is the squared deviation from\n"
        "isometry, SFE the squared change of the weights. Nothing is changed, and nothing is\n"
        "judged: the exit status is 0.",
        epilog="examples:\n  fire-ref audit                      # the networks that ship with the package\n"
        "  fire-ref audit model.safetensors --top 10 --html audit.html\n"
        "  fire-ref audit weights.npz --layout OIW --operator 32 --json -",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    audit.add_argument(
        "checkpoint",
        nargs="?",
        metavar="CHECKPOINT",
        help=".safetensors, .safetensors.index.json or .npz (default: the networks that ship with the package)",
    )
    which = audit.add_mutually_exclusive_group()
    which.add_argument(
        "--recipe", metavar="R", help="which tensors FIRE takes: a name, auto, or a .toml file (default: every weight)"
    )
    which.add_argument(
        "--layout",
        metavar="L",
        help="O out, I in, commas between: IO,HWIO (default: OI,OIHW,OIDHW)",
    )
    audit.add_argument("--steps", metavar="K,...", default="5,10", help="Newton-Schulz steps to foretell (5,10)")
    audit.add_argument("--theory", action="store_true", help="also tell which theorems say something of each layer")
    audit.add_argument("--operator", metavar="N", type=int, help="also measure convolutions on an N x N circular grid")
    audit.add_argument(
        "--sort",
        metavar="KEY",
        help="name, size, cond, before, k5, sfe, gain-share, steps, dead or file (default: last k)",
    )
    audit.add_argument("--top", metavar="N", type=int, help="print only the first N rows")
    audit.add_argument("--json", metavar="FILE", help="write all numbers as JSON; - is standard output, alone")
    audit.add_argument("--html", metavar="FILE", help="write one self-contained page")
    audit.add_argument("--device", choices=("cpu", "cuda"), default="cpu", help="where to compute (default: cpu)")


def _add_demo(commands: Commands) -> None:
    demo = commands.add_parser(
        "demo",
        help="what FIRE does to one trained layer that ships with the package",
        description="Measure one real trained layer: W, k = 5, k = 10, exact FIRE and two points of the front.",
        epilog="example:\n  fire-ref demo --plot front.png --json -",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    demo.add_argument("--plot", metavar="FILE", help="draw the front with these points (.png, .svg or .pdf)")
    demo.add_argument("--json", metavar="FILE", help="write the numbers as JSON; - is standard output, alone")
    demo.add_argument("--device", choices=("cpu", "cuda"), default="cpu", help="where to compute (default: cpu)")


def _add_verify(commands: Commands) -> None:
    verify = commands.add_parser(
        "verify",
        help="whether an implementation computes what it says",
        description="Judge a function that orthogonalises matrices: does it compute what the declared dialect\n"
        "says, is its answer the exact polar factor, and if not, what went wrong, by name. Without a\n"
        "target: every known implementation that is installed here, and whether it behaves as recorded.",
        epilog="examples:\n  fire-ref verify                     # every known implementation installed here\n"
        "  fire-ref verify mymodule:zeropower --dialect muon --arrays torch --set steps=5\n"
        "  fire-ref verify train/fire.py:apply --adapter conv2d --html report.html\n"
        "  fire-ref verify scipy.linalg:polar --dialect paper --dtype float64 --result 0 --json -\n\n"
        "exit status: 0 passed (without a target: all behave as recorded), 1 not, 2 bad usage",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verify.add_argument(
        "target",
        nargs="?",
        metavar="TARGET",
        help="package.module:callable or path/file.py:callable; it is run, in a process of its own",
    )
    verify.add_argument("--dialect", metavar="D", help="what it says it computes, as paper or muon (official)")
    verify.add_argument("--level", choices=("matrix", "weight"), help="does it take matrices or weights (matrix)")
    arrays = ("numpy", "torch", "jax", "cupy", "mlx")
    verify.add_argument("--arrays", choices=arrays, help="whose arrays it takes (numpy)")
    dtypes = ("float64", "float32", "float16", "bfloat16")
    verify.add_argument("--dtype", choices=dtypes, help="of what precision (float32)")
    verify.add_argument(
        "--set",
        metavar="NAME=VALUE",
        action="append",
        default=[],
        help="a keyword argument: a Python literal, else a string; may be repeated",
    )
    verify.add_argument("--result", metavar="N|NAME", help="which item of what it returns is the answer")
    verify.add_argument("--in-place", action="store_true", help="the answer is the argument, edited")
    verify.add_argument(
        "--adapter",
        choices=("linear", "conv2d"),
        help="it takes a torch module that holds the weight (implies --level weight and --arrays torch)",
    )
    verify.add_argument(
        "--device", choices=("cpu", "cuda"), help="where the arrays lie (where the library puts them by itself)"
    )
    verify.add_argument("--quick", action="store_true", help="fewer and smaller cases")
    verify.add_argument(
        "--timeout", metavar="S", type=float, help="seconds that one call may take (30); importing may take 120"
    )
    verify.add_argument("--json", metavar="FILE", help="write everything as JSON; - is standard output, alone")
    verify.add_argument("--html", metavar="FILE", help="write one self-contained page")


def _add_reinit(commands: Commands) -> None:
    reinit = commands.add_parser(
        "reinit",
        help="reinitialise a checkpoint, of any size, from file to file",
        description="Reinitialise the weights of a checkpoint that a recipe takes, and copy everything else byte\n"
        "for byte. Read tensor by tensor, in one process or on a Dask cluster; the result is the same\n"
        "bits. An interrupted run goes on where it stopped when the same command is given again.",
        epilog="examples:\n  fire-ref reinit model.safetensors -o new.safetensors --recipe official --dry-run\n"
        "  fire-ref reinit llama/model.safetensors.index.json -o new --recipe llama --workers 8\n"
        "  fire-ref reinit q.npz -o new.npz --recipe dqn --initial fresh.npz --method svd --json -\n\n"
        "Of a checkpoint in several files OUT is a folder, outside of CHECKPOINT's; of one file it is a\n"
        "file of the same kind, or a folder. The index is copied; other small files are not.\n\n"
        "exit status: 0 done, 2 not: one line says why, and nothing is lost",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    reinit.add_argument("checkpoint", metavar="CHECKPOINT", help=".safetensors, .safetensors.index.json or .npz")
    reinit.add_argument("-o", "--out", metavar="OUT", required=True, help="the file or folder to write")
    reinit.add_argument(
        "--recipe", metavar="R", required=True, help="a name, as llama; auto, told from names; or a .toml file"
    )
    methods = ("svd", "fast", "newton-schulz")
    reinit.add_argument("--method", choices=methods, help="in place of what the recipe says; svd is exact")
    reinit.add_argument("--steps", metavar="K", type=int, help="Newton-Schulz steps, in place of what the recipe says")
    reinit.add_argument("--initial", metavar="INIT", help="the network as it was initialised, for recipes that reset")
    reinit.add_argument("--layout", metavar="L", help="O out, I in, commas between: IO,HWIO (default: OI,OIHW,OIDHW)")
    reinit.add_argument("--device", choices=("cpu", "cuda"), default="cpu", help="where to compute (default: cpu)")
    where = reinit.add_mutually_exclusive_group()
    where.add_argument("--workers", metavar="N", type=int, help="compute in N processes (extra: dask)")
    where.add_argument("--scheduler", metavar="ADDRESS", help="compute on a running Dask cluster, as tcp://host:8786")
    reinit.add_argument("--mixed", action="store_true", help="allow workers whose last bits differ")
    reinit.add_argument("--dry-run", action="store_true", help="print the plan and the memory it takes; write nothing")
    reinit.add_argument("--restart", action="store_true", help="discard an interrupted run instead of going on with it")
    reinit.add_argument("--overwrite", action="store_true", help="replace OUT, in one step at the end")
    reinit.add_argument("--json", metavar="FILE", help="write everything as JSON; - is standard output, alone")


def _add_verify_model(commands: Commands) -> None:
    model = commands.add_parser(
        "verify-model",
        help="whether a checkpoint was reinitialised as a recipe says",
        description="Compare a checkpoint with the one that it was made of, tensor by tensor: was every tensor that\n"
        "the recipe takes reinitialised as declared, is everything else as it was, and if not, what\n"
        "went wrong with which tensor, by name. Both are read one tensor at a time.",
        epilog="examples:\n  fire-ref verify-model old.safetensors new.safetensors --recipe bert\n"
        "  fire-ref verify-model old/model.safetensors.index.json new/model.safetensors.index.json \\\n"
        "      --recipe llama --dialect paper --html report.html\n"
        "  fire-ref verify-model q.npz q-new.npz --recipe dqn --initial q-first.npz --optimizer adam.npz --json -\n\n"
        "exit status: 0 passed, 1 not, 2 bad usage",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    kinds = ".safetensors, .safetensors.index.json or .npz"
    model.add_argument("before", metavar="BEFORE", help=f"the checkpoint as it was: {kinds}")
    model.add_argument("after", metavar="AFTER", help="the same, reinitialised")
    model.add_argument(
        "--recipe", metavar="R", required=True, help="which tensors, and how: a name, a TOML file, or auto"
    )
    model.add_argument("--dialect", metavar="D", help="what computed them, if not what the recipe says: paper is exact")
    model.add_argument("--initial", metavar="INIT", help="the network as it was first made (dqn)")
    model.add_argument(
        "--optimizer", metavar="FILE", help="its state, tensors called exp_avg.NAME, NAME.exp_avg or state/NAME/exp_avg"
    )
    model.add_argument("--layout", metavar="L", help="O out, I in, commas between: IO,HWIO (default: OI,OIHW,OIDHW)")
    model.add_argument("--json", metavar="FILE", help="write everything as JSON; - is standard output, alone")
    model.add_argument("--html", metavar="FILE", help="write one self-contained page")


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
    MemoryError
        See above.
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
        run = import_module(f"{__name__}.{options.command.replace('-', '_')}").run  # heavy: rich, and the whole library
        return int(run(options))
    except KeyboardInterrupt:
        print("fire-ref: interrupted", file=sys.stderr)  # noqa: T201 # this is the command line
        return 130
    except (BackendError, MissingExtraError, ValueError, TypeError, OSError, MemoryError) as error:
        if options.debug:
            raise
        line = " ".join(str(error).split()).replace("backend('numpy')", "--device cpu")
        print(line if line.startswith("fire-ref") else f"fire-ref: {line}", file=sys.stderr)  # noqa: T201 # likewise
        return 2
