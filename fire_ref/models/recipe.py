"""A recipe: ordered rules that say which tensors of a network FIRE takes, and how. Data, not code paths."""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import sentence
from .rule import Rule

_PAIRS, _PAIR = "be pairs of different ends of names", "(('lm_head.weight', 'wte.weight'),)"


@dataclass(frozen=True)
class Recipe:
    """
    How one variant of FIRE treats a network.

    Attributes
    ----------
    name : str
        As users ask for it.
    source : str
        Where it comes from.
    rules : tuple of Rule
        The first that matches a tensor decides; what none matches is left alone, and listed.
    tied : tuple of (str, str)
        Ends of names that are one tensor: projected once, if their bytes are equal. If only one of them is there (as
        where a file keeps a tied tensor once), it has the action of the pair.

    Examples
    --------
    >>> mine = Recipe("mine", "our encoder", (Rule(r"(query|key)[.]weight$", method="svd"),))
    >>> mine.rule_of("encoder.query.weight", 2).method
    'svd'
    >>> mine.rule_of("encoder.value.weight", 2) is None
    True
    """

    name: str
    source: str
    rules: tuple[Rule, ...]
    tied: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        """
        Check the fields.

        Raises
        ------
        ValueError
            No rule, or a pair that is none.
        TypeError
            Something else in their place.
        """
        if not isinstance(self.name, str) or not self.name:
            raise TypeError(sentence("Recipe", "name", "be a string", repr(self.name), "'mine'"))
        if not isinstance(self.source, str):
            raise TypeError(sentence("Recipe", "source", "be a string", repr(self.source), "'our encoder'"))
        rules = self.rules
        if not isinstance(rules, (tuple, list)) or not all(isinstance(rule, Rule) for rule in rules):
            raise TypeError(sentence("Recipe", "rules", "be a tuple of rules", repr(rules), "(Rule('fc'),)"))
        if not rules:
            raise ValueError(sentence("Recipe", "rules", "be at least one", "none", "(Rule('fc'),)"))
        if not isinstance(self.tied, (tuple, list)):
            raise TypeError(sentence("Recipe", "tied", _PAIRS, repr(self.tied), _PAIR))
        object.__setattr__(self, "rules", tuple(rules))
        object.__setattr__(self, "tied", tuple(_pair(one) for one in self.tied))

    def rule_of(self, name: str, axes: int, owner: str | None = None, neighbour: int | None = None) -> Rule | None:
        """
        Return the rule that decides about a tensor.

        Parameters
        ----------
        name : str
            The tensor's.
        axes : int
            How many it has.
        owner : str, optional
            The kind of layer that holds it, where known.
        neighbour : int, optional
            The axes of the weight beside it.

        Returns
        -------
        Rule or None
            None where no rule matches.
        """
        return next((rule for rule in self.rules if rule.matches(name, axes, owner, neighbour)), None)

    @property
    def resets(self) -> bool:
        """Whether some tensor goes back to its initial values."""
        return any(rule.action == "reset" for rule in self.rules)


def _pair(ends: object) -> tuple[str, str]:
    if isinstance(ends, (tuple, list)) and len(ends) == 2:  # a string is one end, not its letters
        first, second = ends
        if isinstance(first, str) and isinstance(second, str) and first and second and first != second:
            return first, second
    raise ValueError(sentence("Recipe", "tied", _PAIRS, repr(ends), _PAIR))
