"""
A process that makes runs for another: `python -m figures.experiments.worker CHECKPOINTS [DATA]`.

Each line that it reads is a run, each line that it writes a record, and null when the run is finished. It ends when
nobody writes or reads any more: a worker whose master was killed leaves no results, and at most a checkpoint.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from .data import loaded
from .ledger import Record
from .problems import configured
from .training import run


def main(arguments: Sequence[str]) -> int:
    """
    Make the runs that stdin asks for.

    Parameters
    ----------
    arguments : sequence of str
        The folder for checkpoints; the user's folder of data, if there is one.

    Returns
    -------
    int
        0.
    """
    folder, *data = map(Path, arguments)
    for line in sys.stdin:
        asked = json.loads(line)
        one = configured(asked["configuration"])
        run(one, loaded(one, data[0] if data else None), _told, folder=folder, done=asked["done"])
        _told(None)
    return 0


def _told(record: Record | None) -> None:
    print(json.dumps(record, allow_nan=False), flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
