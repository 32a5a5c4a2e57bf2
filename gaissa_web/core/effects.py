"""What another rating scheme would do to the labels there are, counted by pattern.

Labels whose metrics have the same grades get the same grade, so a hundred thousand labels are a
few hundred patterns. A pattern is a number: the digit of the metric at place k, to the base 6, is
0 for a missing value and 1 (A) to 5 (E) for a grade.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gaissa_web.core.grades import Grade
from gaissa_web.core.rating import Metric, RatedMetric, mean_grade

BASE = 6
MOST_METRICS = 20
"""So many places fit into the 64 bits of a database's whole number."""
EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class PatternCount:
    """How many labels have a pattern and, at present, a grade; `first` and `last` are ids of two."""

    grade: Grade | None
    pattern: int
    count: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Transition:
    """How many labels go from one grade to another; `examples` are ids of a few of them."""

    before: Grade | None
    after: Grade | None
    count: int
    examples: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Effect:
    """The whole effect; `before` and `after` count labels by grade, None for not rated."""

    total: int
    changed: int
    transitions: tuple[Transition, ...]
    before: dict[Grade | None, int]
    after: dict[Grade | None, int]


def effect(metrics: Sequence[Metric], counts: Iterable[PatternCount]) -> Effect:
    """Return what rating by `metrics`, in the order of the patterns' places, does to labels.

    The transitions are those that change a grade, most labels first.
    """
    before: Counter[Grade | None] = Counter()
    after: Counter[Grade | None] = Counter()
    changes: Counter[tuple[Grade | None, Grade | None]] = Counter()
    examples: dict[tuple[Grade | None, Grade | None], set[int]] = {}
    for group in counts:
        grade = pattern_grade(metrics, group.pattern)
        before[group.grade] += group.count
        after[grade] += group.count
        if grade != group.grade:
            changes[group.grade, grade] += group.count
            examples.setdefault((group.grade, grade), set()).update((group.first, group.last))
    transitions = (
        Transition(old, new, count, tuple(sorted(examples[old, new])[:EXAMPLES]))
        for (old, new), count in sorted(changes.items(), key=lambda item: (-item[1], _order(item[0])))
    )
    return Effect(sum(before.values()), sum(changes.values()), tuple(transitions), dict(before), dict(after))


def pattern_grade(metrics: Sequence[Metric], pattern: int) -> Grade | None:
    """Return the grade of a label with that pattern."""
    rated = []
    for metric in metrics:
        pattern, digit = divmod(pattern, BASE)
        if digit:
            rated.append(RatedMetric(metric, 0.0, Grade.at(digit - 1)))
    return mean_grade(tuple(rated))


def _order(change: tuple[Grade | None, Grade | None]) -> tuple[int, ...]:
    return tuple(grade.position if grade else 5 for grade in change)
