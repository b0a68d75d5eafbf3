"""The exceptions and the one sentence pattern that every refusal follows."""

from __future__ import annotations

#: Characters of an offending value that a message shows.
LONGEST = 120


class BackendError(RuntimeError):
    """An array backend or device was asked for and cannot be used here."""


class MissingExtraError(ImportError):
    """An optional dependency is absent; the message names the extra that brings it."""


def sentence(function: str, argument: str, rule: str, got: object, advice: str) -> str:
    """
    Say what was expected, what came, and what to do.

    Parameters
    ----------
    function, argument : str
        Where the value was given.
    rule : str
        What the argument must do, without "must".
    got : object
        The offending value, or a description of it; put on one line and cut where it is long.
    advice : str
        What to try instead, without "Try".

    Returns
    -------
    str
        ``function: argument must rule; got value. Try advice.``

    Examples
    --------
    >>> sentence("fire", "gain", "be positive", -1, "gain=1.0")
    'fire: gain must be positive; got -1. Try gain=1.0.'
    """
    shown = " ".join(str(got)[: 8 * LONGEST].split())
    shown = shown if len(shown) <= LONGEST else f"{shown[: LONGEST - 4]} ..."
    return _visible(f"{function}: {argument} must {rule}; got {shown}. Try {advice}.")


def _visible(text: str) -> str:
    # A name out of a file may hold what moves the cursor; it is shown, not obeyed.
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def missing_extra(function: str, package: str, extra: str) -> MissingExtraError:
    """
    Build the error for an absent optional dependency.

    Parameters
    ----------
    function : str
        What the caller wanted to do.
    package : str
        The package that could not be imported.
    extra : str
        The extra of fire_ref that installs it.

    Returns
    -------
    MissingExtraError
        To be raised by the caller.

    Examples
    --------
    >>> print(missing_extra("demo --plot", "matplotlib", "figures"))
    demo --plot: needs matplotlib, which is not installed. Try pip install "fire_ref[figures]".
    """
    return MissingExtraError(
        f'{function}: needs {package}, which is not installed. Try pip install "fire_ref[{extra}]".'
    )
