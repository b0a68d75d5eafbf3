"""A recipe: ordered rules that say which tensors of a network FIRE takes, and how. Data, not code paths."""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import sentence
from .rule import Rule


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
        if not self.name or not isinstance(self.name, str):
            raise TypeError(sentence("Recipe", "name", "be a string", repr(self.name), "'mine'"))
        rules = tuple(self.rules)
        if not rules:
            raise ValueError(sentence("Recipe", "rules", "be at least one", "none", "(Rule('fc'),)"))
        if not all(isinstance(rule, Rule) for rule in rules):
            raise TypeError(sentence("Recipe", "rules", "be rules", repr(self.rules), "(Rule('fc'),)"))
        tied = tuple(tuple(pair) for pair in self.tied)
        for pair in tied:
            _require_pair(pair)
        object.__setattr__(self, "rules", rules)
        object.__setattr__(self, "tied", tied)

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


def _require_pair(pair: tuple[object, ...]) -> None:
    if len(pair) != 2 or not all(isinstance(end, str) and end for end in pair) or pair[0] == pair[1]:
        rule, advice = "be pairs of different ends of names", "(('lm_head.weight', 'wte.weight'),)"
        raise ValueError(sentence("Recipe", "tied", rule, repr(pair), advice))
