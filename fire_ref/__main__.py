"""`python -m fire_ref` is `fire-ref`."""

import sys

from .cli import main

if __name__ == "__main__":
    sys.exit(main())
