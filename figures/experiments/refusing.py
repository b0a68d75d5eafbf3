"""What the user has to change before an experiment can go on: one line, and exit status 2."""

from __future__ import annotations


class UnusableError(ValueError):
    """Data, results or a device that cannot be used; the message is one line, and what was there is as it was."""


class NotFireError(ValueError):
    """A weight that was reinitialised is not what FIRE makes of it: nothing after it would be evidence."""
