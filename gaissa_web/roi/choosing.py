"""Choosing stage, tactic, architecture and option: what is on offer, and what does not belong together."""

from collections.abc import Sequence
from dataclasses import dataclass, field

Choice = tuple[int, str]
Combination = tuple[Choice, Choice, Choice, Choice]
"""A stage, tactic, architecture and option that together have figures, each as (id, name)."""

STEPS = ("stage", "tactic", "architecture", "option")
UNKNOWN = -1
"""What stands for something that was sent and is no id of anything."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """The ids that somebody wants; 0 where nothing was said, `UNKNOWN` where it was nothing there is."""

    stage: int = 0
    tactic: int = 0
    architecture: int = 0
    option: int = 0


@dataclass(frozen=True, slots=True)
class Selection:
    """What has been chosen of stage, tactic, architecture and option; 0 where nothing fitting has.

    The lists are what can be chosen at each step: only what has figures. `refused` says, by step,
    why what was wanted there cannot be had.
    """

    stages: tuple[Choice, ...]
    tactics: tuple[Choice, ...]
    architectures: tuple[Choice, ...]
    options: tuple[Choice, ...]
    stage: int = 0
    tactic: int = 0
    architecture: int = 0
    option: int = 0
    refused: dict[str, str] = field(default_factory=dict)

    @property
    def complete(self) -> bool:
        """Whether all four are chosen."""
        return bool(self.option)


def narrow(combinations: Sequence[Combination], wanted: Wanted) -> Selection:
    """Return what can be chosen given what is wanted; what does not fit any more is dropped.

    A link may name only where it leads: an option brings its stage and tactic along.
    """
    if wanted.option and not wanted.tactic and not wanted.stage:
        fitting = (
            row
            for row in combinations
            if row[3][0] == wanted.option and wanted.architecture in {0, row[2][0]}
        )
        for stage, tactic, _, _ in fitting:
            wanted = Wanted(stage[0], tactic[0], wanted.architecture, wanted.option)
            break
    return _select(combinations, wanted, drop=True)


def take(combinations: Sequence[Combination], wanted: Wanted) -> Selection:
    """Return just what is wanted; the first thing that does not belong to the others is refused."""
    return _select(combinations, wanted, drop=False)


def _select(combinations: Sequence[Combination], wanted: Wanted, *, drop: bool) -> Selection:
    """Go from step to step; a step opens once the one before is taken.

    A step with a single choice is taken by itself where nothing else is wanted, or that is dropped.
    """
    rows = list(combinations)
    chosen: dict[str, Choice] = {}
    offered: list[tuple[Choice, ...]] = []
    refused: dict[str, str] = {}
    for place, step in enumerate(STEPS):
        choices = tuple(dict.fromkeys(row[place] for row in rows)) if len(chosen) == place else ()
        offered.append(choices)
        key = getattr(wanted, step)
        picked = next((choice for choice in choices if choice[0] == key), None)
        if picked is None and len(choices) == 1 and (drop or not key):
            picked = choices[0]
        if picked is not None:
            chosen[step] = picked
            rows = [row for row in rows if row[place] == picked]
        elif key and choices and not drop:
            names = {row[place][0]: row[place][1] for row in combinations}
            refused[step] = _refusal(step, names.get(key, ""), chosen)
    ids = {step: choice[0] for step, choice in chosen.items()}
    stages, tactics, architectures, options = offered
    return Selection(stages, tactics, architectures, options, **ids, refused=refused)


def _refusal(step: str, name: str, chosen: dict[str, Choice]) -> str:
    """Say why something does not belong to what was chosen before it."""
    what = f"“{name}”" if name else f"What was sent as {step}"
    before = {earlier: f"“{choice[1]}”" for earlier, choice in chosen.items()}
    reason = {
        "stage": "is no pipeline stage with published figures",
        "tactic": f"is no tactic of {before.get('stage')} with published figures",
        "architecture": f"has no published figures for {before.get('tactic')}",
        "option": f"is no option of {before.get('tactic')} with published figures "
        f"for {before.get('architecture')}",
    }[step]
    return f"{what} {reason}. Choose one that is on offer."
