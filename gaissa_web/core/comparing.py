"""Labels side by side: which value is best for each metric, and the differences in words."""

from collections.abc import Sequence
from dataclasses import dataclass

from gaissa_web.core.label import Label
from gaissa_web.core.rating import Metric, RatedMetric
from gaissa_web.core.thresholds import Direction
from gaissa_web.core.units import readable


@dataclass(frozen=True, slots=True)
class ComparedMetric:
    """One metric across the labels: a cell each (None where it is not rated at all).

    `best` holds the indexes of the labels with the best value; it is empty with fewer than two
    values to compare, or when all are equal.
    """

    metric: Metric
    cells: tuple[RatedMetric | None, ...]
    best: frozenset[int]
    sentence: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two or more labels with their metrics, heaviest first, and the outcome in a sentence."""

    labels: tuple[Label, ...]
    rows: tuple[ComparedMetric, ...]
    summary: str


def compare(labels: Sequence[Label]) -> Comparison:
    """Compare `labels`, which may be of both phases; metrics of one slug and unit share a row."""
    metrics = {
        (rated.metric.slug, rated.metric.unit): rated.metric
        for label in labels
        for rated in label.rating.metrics
    }
    rows = tuple(_compare_metric(metric, labels) for metric in metrics.values())
    return Comparison(tuple(labels), rows, _summary(labels))


def _compare_metric(metric: Metric, labels: Sequence[Label]) -> ComparedMetric:
    cells = tuple(
        next(
            (r for r in label.rating.metrics if (r.metric.slug, r.metric.unit) == (metric.slug, metric.unit)),
            None,
        )
        for label in labels
    )
    values = {index: cell.value for index, cell in enumerate(cells) if cell and cell.value is not None}
    if len(set(values.values())) < 2:
        text = "The same for all that measured it." if len(values) > 1 else "Nothing to compare."
        return ComparedMetric(metric, cells, frozenset(), text)
    lower = metric.thresholds.direction is Direction.LOWER
    best, worst = min(values.values()), max(values.values())
    if not lower:
        best, worst = worst, best
    winners = frozenset(index for index, value in values.items() if value == best)
    names = " and ".join(labels[index].model.name for index in sorted(winners))
    return ComparedMetric(metric, cells, winners, _sentence(metric, names, best, worst))


def _sentence(metric: Metric, names: str, best: float, worst: float) -> str:
    end = "highest" if metric.thresholds.direction is Direction.LOWER else "lowest"
    small, large = sorted((best, worst))
    apart = f", a factor of {readable(large / small)} apart" if small > 0 else ""
    best_text, worst_text = readable(best, metric.unit), readable(worst, metric.unit)
    return f"Best: {names} with {best_text}. The {end} is {worst_text}{apart}."


def _summary(labels: Sequence[Label]) -> str:
    graded = [(label.grade.position, label) for label in labels if label.grade]
    if len({label.phase for label in labels}) > 1:
        return "These labels rate different phases, so their grades say different things."
    if not graded:
        return "None of these labels has a grade."
    best = min(position for position, _ in graded)
    winners = [label for position, label in graded if position == best]
    letter = winners[0].grade.letter if winners[0].grade else ""
    if len(winners) == len(labels):
        return f"All have the same grade, {letter}."
    names = " and ".join(label.model.name for label in winners)
    return f"{names} {'has' if len(winners) == 1 else 'have'} the best grade, {letter}."
