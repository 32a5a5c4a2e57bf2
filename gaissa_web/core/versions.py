"""What differs between two versions of a rating scheme, metric by metric."""

from dataclasses import dataclass
from enum import StrEnum
from math import isfinite
from typing import Any

from gaissa_web.core.rating import Metric, Scheme


class Fate(StrEnum):
    """What became of a metric from one version to the other."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    SAME = "same"


@dataclass(frozen=True, slots=True)
class Difference:
    """One property of a metric that differs; `before` and `after` are as core keeps them."""

    what: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class MetricChange:
    """One metric in two versions."""

    slug: str
    name: str
    unit: str
    fate: Fate
    differences: tuple[Difference, ...] = ()


def compare_versions(old: Scheme, new: Scheme) -> tuple[MetricChange, ...]:
    """Return what became of every metric: those of `new` in its order, then the removed ones."""
    before = {metric.slug: metric for metric in old.metrics}
    after = {metric.slug: metric for metric in new.metrics}
    changes = [_change(before.get(metric.slug), metric) for metric in new.ordered]
    removed = [m for m in old.ordered if m.slug not in after]
    return tuple(changes + [MetricChange(m.slug, m.name, m.unit, Fate.REMOVED) for m in removed])


def without_source(old: Scheme, new: Scheme) -> tuple[Metric, ...]:
    """Return the metrics of `new` whose thresholds are not those of `old` while their source is.

    A metric that is new, or whose thresholds changed, needs a source that says where they come from.
    """
    before = {metric.slug: metric for metric in old.metrics}
    return tuple(metric for metric in new.ordered if not _is_sourced(before.get(metric.slug), metric))


def _is_sourced(old: Metric | None, new: Metric) -> bool:
    if old is None:
        return bool(new.thresholds_source)
    same = old.thresholds_source, old.thresholds_source_url
    changed = (new.thresholds_source, new.thresholds_source_url) != same
    return old.thresholds == new.thresholds or (changed and bool(new.thresholds_source))


def properties(metric: Metric) -> dict[str, Any]:
    """Return what a scheme says of a metric, by the names readers know, fit for JSON."""
    return {
        "name": metric.name,
        "unit": metric.unit,
        "weight": metric.weight,
        "direction": metric.thresholds.direction.value,
        "thresholds": list(metric.thresholds.boundaries),
        "order": metric.position,
        "largest value": metric.range.largest if isfinite(metric.range.largest) else None,
        "usual from": metric.range.usual_low,
        "usual to": metric.range.usual_high if isfinite(metric.range.usual_high) else None,
        "description": metric.description,
        "how to measure": metric.how_to_measure,
        "recommendations": list(metric.recommendations),
        "source of the thresholds": metric.thresholds_source,
        "address of the source": metric.thresholds_source_url,
    }


def _change(old: Metric | None, new: Metric) -> MetricChange:
    if old is None:
        return MetricChange(new.slug, new.name, new.unit, Fate.ADDED)
    before, after = properties(old), properties(new)
    found = tuple(Difference(w, before[w], after[w]) for w in after if before[w] != after[w])
    return MetricChange(new.slug, new.name, new.unit, Fate.CHANGED if found else Fate.SAME, found)
