"""How large an experiment with text is: the network, the texts, the phases, and how it is trained; plain for JSON."""

from __future__ import annotations

from dataclasses import dataclass

#: What the phases are: one text under a vocabulary that is permuted anew in each, or a small text and then a large one.
KINDS = ("permuted", "warm")
#: The metric of permuted tasks counts the last update in so many.
LAST = 5
#: Of phase A: where on held-out text the loss was least, wherever that is.
BEST = 0


@dataclass(frozen=True)
class TextSizes:
    """
    How much of everything.

    Attributes
    ----------
    kind : {"permuted", "warm"}
        What the phases are.
    layers, width, heads, context, vocabulary, tied
        Of the network, see `gpt.gpt`; `context` is also how long the windows of text are.
    tokens : {"bytes", "bpe"}
        What a text is cut into.
    optimizer : {"cleared", "kept"}
        What becomes of the optimiser's moments between two phases.
    phases : int
        How many; 2 for "warm".
    first, second : int
        Tokens of the text of phase A, and of the larger one, that are trained on, from their beginnings; 0 for all.
    before : int
        Updates of phase A after which the arms begin, or `BEST`; "permuted" has no phase A.
    longest : int
        Updates of phase A where it is trained the longest: one run gives all its checkpoints.
    after : int
        Updates of every other phase.
    replayed : float
        Share of windows of the old text among those of the new one.
    batch, micro : int
        Windows in an update, and at a time.
    rate, least : float
        AdamW's rate, and the share of it that the cosine ends at.
    falling : bool
        Whether phase A has a cosine, over `longest`, too; otherwise its rate stays once it is warm.
    warm, warmest : float and int
        Share of a phase's updates in which the rate rises, and the most updates of that.
    decay, beta1, beta2, clip : float
        AdamW's, and the norm that gradients are clipped to.
    evaluations, held : int
        Looks at held-out text in a phase after that at its beginning, and the windows that are looked at.
    half : bool
        Whether the network is evaluated in bfloat16 where PyTorch thinks it safe.
    """

    kind: str = "permuted"
    layers: int = 4
    width: int = 128
    heads: int = 4
    context: int = 64
    vocabulary: int = 256
    tied: bool = True
    tokens: str = "bytes"
    optimizer: str = "cleared"
    phases: int = 6
    first: int = 32768
    second: int = 0
    before: int = 0
    longest: int = 0
    after: int = 640
    replayed: float = 0.0
    batch: int = 8
    micro: int = 8
    rate: float = 1e-3
    least: float = 0.1
    falling: bool = False
    warm: float = 0.1
    warmest: int = 100
    decay: float = 0.1
    beta1: float = 0.9
    beta2: float = 0.95
    clip: float = 1.0
    evaluations: int = 10
    held: int = 64
    half: bool = False

    @property
    def tasks(self) -> int:
        """Phases, by the name that all experiments give them."""
        return self.phases

    @property
    def updates(self) -> tuple[int, ...]:
        """Updates of each phase; of a phase A that ends at its best those that are made to find it."""
        return tuple(self.updates_in(phase) for phase in range(self.phases))

    def updates_in(self, phase: int) -> int:
        """
        Return the updates of one phase.

        Parameters
        ----------
        phase : int
            From 0.

        Returns
        -------
        int
        """
        if self.shared and phase == 0:
            return self.before or self.longest
        return self.after

    def counted_in(self, phase: int) -> int:
        """
        Return how many of a phase's updates, its last ones, the metric of permuted tasks counts.

        Parameters
        ----------
        phase : int
            From 0.

        Returns
        -------
        int
            Of the last one in `LAST` of all updates.
        """
        later = sum(self.updates[phase + 1 :])
        return min(max(max(1, sum(self.updates) // LAST) - later, 0), self.updates[phase])

    @property
    def shared(self) -> bool:
        """Whether phase 0 is a phase A: longer than the others, and one run for all panels that differ in `before`."""
        return self.kind == "warm"
