"""What metrics and information fields are called in forms; nothing else knows these names."""

from collections.abc import Iterable

from gaissa_web.core.importing import Line, Target, TargetKind
from gaissa_web.core.units import exact


def field_name(target: Target) -> str:
    """Return the name of the form field for a target: "metric-latency"."""
    return f"{target.kind}-{target.slug}"


def metric_field(slug: str) -> str:
    """Return the name of the form field for a metric."""
    return field_name(Target(TargetKind.METRIC, slug))


def information_field(slug: str) -> str:
    """Return the name of the form field for an information field."""
    return field_name(Target(TargetKind.INFORMATION, slug))


def target_of(name: str) -> Target | None:
    """Return the target that a form field of that name is for; None if it is for something else."""
    kind, _, slug = name.partition("-")
    return Target(TargetKind(kind), slug) if slug and kind in set(TargetKind) else None


def field_texts(lines: Iterable[Line]) -> dict[str, str]:
    """Return what was read as it stands in the fields of a form, by their names."""
    return {
        field_name(line.destination.target): line.value if isinstance(line.value, str) else exact(line.value)
        for line in lines
    }
