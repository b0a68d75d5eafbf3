"""One rule of a recipe: which tensors it speaks of, and what becomes of them. Data, checked when it is made."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from ..arguments import choice, count, real
from ..errors import sentence
from ..gains import parse as parse_gain
from ..prediction import MOST_STEPS
from ..reinit import METHODS
from .split import Split

#: project: FIRE. reset: take the initial network's values. copy: take what became of another tensor. leave: nothing.
ACTIONS = ("project", "reset", "copy", "leave")


@dataclass(frozen=True)
class Rule:
    """
    One rule; of a recipe's rules the first that matches a tensor decides.

    Attributes
    ----------
    pattern : str
        A regular expression, searched for in the tensor's name.
    action : {"project", "reset", "copy", "leave"}
        FIRE; back to the initial network's values; what became of the tensor `source`; nothing.
    axes : frozenset of int, optional
        Only tensors with so many axes.
    owners : frozenset of str, optional
        Only tensors that such a kind of layer holds, where that is known (a live module); empty for none of them.
    unowned : bool
        Whether the rule also speaks of tensors whose layer is not known (a mapping, a file).
    beside : int, optional
        Only tensors whose neighbour called "weight" or "kernel" has so many axes: the biases of one kind of layer.
    layout : str, optional
        Of the weight, as in `fire`; default by its number of axes, or as the caller says.
    split : Split, optional
        Where a fused matrix is cut.
    groups : int
        Outputs of a grouped convolution are cut into so many blocks.
    gain : str or float
        As in `fire`.
    method : {"svd", "fast", "newton-schulz"}
        What computes the isometry.
    steps : int
        Of Newton-Schulz.
    eps : float
        Added to the norm.
    source : tuple of str
        For "copy": templates of a name (``\\1`` is the pattern's first group); the first that exists is copied.
    reason : str
        For "leave": why.
    """

    pattern: str = ""
    action: str = "project"
    axes: frozenset[int] | None = None
    owners: frozenset[str] | None = None
    unowned: bool = True
    beside: int | None = None
    layout: str | None = None
    split: Split | None = None
    groups: int = 1
    gain: str | float = "fan"
    method: str = "newton-schulz"
    steps: int = 10
    eps: float = 0.0
    source: tuple[str, ...] = ()
    reason: str = ""
    _compiled: re.Pattern[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """
        Check the fields.

        Raises
        ------
        ValueError
            One of them is not what it must be.
        TypeError
            Likewise.
        """
        for name, advice in (("pattern", "'fc'"), ("reason", "reason='an embedding'")):
            if not isinstance(getattr(self, name), str):
                raise TypeError(sentence("Rule", name, "be a string", repr(getattr(self, name)), advice))
        try:
            object.__setattr__(self, "_compiled", re.compile(self.pattern))
        except (re.error, RecursionError, OverflowError) as error:
            got = f"{self.pattern!r} ({error})"
            raise ValueError(sentence("Rule", "pattern", "be a regular expression", got, "'fc'")) from None
        choice("Rule", "action", self.action, ACTIONS)
        choice("Rule", "method", self.method, METHODS)
        # Plain values, so that rules can be compared and counted.
        object.__setattr__(self, "gain", parse_gain("Rule", self.gain))
        object.__setattr__(self, "eps", real("Rule", "eps", self.eps, least=0.0, advice="eps=0.0"))
        for name, least in (("steps", 0), ("groups", 1)):
            object.__setattr__(self, name, count("Rule", name, getattr(self, name), least=least))
        if self.steps > MOST_STEPS:
            raise ValueError(sentence("Rule", "steps", f"be at most {MOST_STEPS}", self.steps, "method='svd'"))
        self._require_whom()
        self._require_source()
        self._require_form()

    def _require_whom(self) -> None:
        if self.axes is not None:
            axes = frozenset(count("Rule", "axes", n) for n in _several("axes", self.axes, "frozenset({2, 4})"))
            object.__setattr__(self, "axes", axes)
        if self.beside is not None:
            object.__setattr__(self, "beside", count("Rule", "beside", self.beside))
        if self.owners is not None:
            object.__setattr__(self, "owners", frozenset(_strings("owners", self.owners, "frozenset({'Linear'})")))
        if not isinstance(self.unowned, bool):
            raise TypeError(sentence("Rule", "unowned", "be True or False", repr(self.unowned), "unowned=True"))
        nobody = "no axes" if self.axes == frozenset() else "no owners, and unowned=False"
        if self.axes == frozenset() or (self.owners == frozenset() and not self.unowned):
            raise ValueError(sentence("Rule", "one tensor or more", "be what it speaks of", nobody, "axes=None"))

    def _require_source(self) -> None:
        object.__setattr__(self, "source", _strings("source", self.source, "(r'q_\\1',)"))
        if (self.action == "copy") != bool(self.source):
            raise ValueError(sentence("Rule", "source", "stand where the action is 'copy'", repr(self.source), "()"))
        for template in self.source:
            try:
                self._compiled.sub(template, "")  # which reads the template before it looks for a match
            except (re.error, IndexError) as error:
                rule, got = "name groups of the pattern", f"{template!r} ({error})"
                raise ValueError(sentence("Rule", "source", rule, got, "(r'q_\\1',)")) from None

    def _require_form(self) -> None:
        split, letters = self.split, self.layout
        if split is not None and not isinstance(split, Split):
            raise TypeError(sentence("Rule", "split", "be a Split", repr(split), "Split('rows', (1, 1, 1))"))
        if (split is not None or self.groups > 1) and self.action != "project":
            rule = "be 'project' where a weight is cut"
            raise ValueError(sentence("Rule", "action", rule, repr(self.action), "a rule without split and groups"))
        if split is not None and self.groups > 1:
            raise ValueError(sentence("Rule", "groups", "be 1 where there is a split", self.groups, "two rules"))
        if letters is not None and not (
            isinstance(letters, str)
            and letters.isascii()
            and letters.isalpha()
            and len(set(letters)) == len(letters)
            and {"O", "I"} <= set(letters)
        ):
            rule = "be different ASCII letters, O and I among them"
            raise ValueError(sentence("Rule", "layout", rule, repr(letters), "'HWIO'"))
        axes = self.axes if letters is None else {len(letters)} & (self.axes or {len(letters)})
        if axes == set():
            rule = f"have as many letters as its tensors have axes, {' or '.join(map(str, sorted(self.axes or ())))}"
            raise ValueError(sentence("Rule", "layout", rule, repr(letters), "two rules"))
        if split is not None and axes is not None and 2 not in axes:
            raise ValueError(sentence("Rule", "split", "stand where tensors have two axes", sorted(axes), "groups"))

    def matches(self, name: str, axes: int, owner: str | None, neighbour: int | None) -> bool:
        """
        Say whether this rule speaks of a tensor.

        Parameters
        ----------
        name : str
            The tensor's.
        axes : int
            How many it has.
        owner : str or None
            The kind of layer that holds it, where known.
        neighbour : int or None
            The axes of the weight beside it.

        Returns
        -------
        bool
        """
        return (
            (self.axes is None or axes in self.axes)
            and (self.beside is None or neighbour == self.beside)
            and (self.unowned if owner is None else self.owners is None or owner in self.owners)
            and self._compiled.search(name) is not None
        )

    def sources(self, name: str) -> list[str]:
        """
        Return the names that a copy may be taken from, best first.

        Parameters
        ----------
        name : str
            Of a tensor that the rule matches.

        Returns
        -------
        list of str

        Examples
        --------
        >>> Rule("^target_(.*)$", "copy", source=(r"q_\\1",)).sources("target_fc.weight")
        ['q_fc.weight']
        """
        found = self._compiled.search(name)
        return [] if found is None else [found.expand(template) for template in self.source]


def _several(argument: str, value: object, advice: str) -> tuple[object, ...]:
    if not isinstance(value, (frozenset, set, tuple, list)):  # a string is one value, not its letters
        raise TypeError(sentence("Rule", argument, "be a collection", repr(value), advice))
    return tuple(value)


def _strings(argument: str, value: object, advice: str) -> tuple[str, ...]:
    several = _several(argument, value, advice)
    strings = tuple(one for one in several if isinstance(one, str))
    if len(strings) < len(several):
        raise TypeError(sentence("Rule", argument, "be strings", repr(value), advice))
    return strings
