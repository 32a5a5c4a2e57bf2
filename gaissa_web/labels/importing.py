"""Where the values of a tracker's files go: the metrics and information fields of a label."""

from collections.abc import Iterable, Sequence

from gaissa_web.core.importing import Destination, Line, Target, TargetKind, is_time
from gaissa_web.core.label import InformationField, Kind
from gaissa_web.core.rating import Scheme
from gaissa_web.core.units import exact

OTHER_NAMES = {
    "model_size": ("size",),
    "dataset_size": ("datasets_size",),
    "emissions_source": ("source",),
    "hardware": ("hardware_used", "environment"),
    "location": ("geographical_location",),
    "library": ("library_name",),
}
"""What the reference system and its data sets call these information fields."""


def destinations(scheme: Scheme, information_fields: Sequence[InformationField]) -> dict[Target, Destination]:
    """Return where an imported value can go, and what is taken there."""
    metrics = [
        Destination(
            Target(TargetKind.METRIC, metric.slug),
            metric.name,
            metric.unit,
            is_number=True,
            aliases=metric.aliases,
            range=metric.range,
        )
        for metric in scheme.metrics
    ]
    facts = [
        Destination(
            Target(TargetKind.INFORMATION, info.slug),
            info.name,
            info.unit,
            is_number=info.kind is Kind.NUMBER,
            aliases=OTHER_NAMES.get(info.slug, ()),
            options=info.options,
            needs_unit=is_time(info.unit),
        )
        for info in information_fields
    ]
    return {destination.target: destination for destination in (*metrics, *facts)}


def experiment_parts(lines: Iterable[Line]) -> tuple[dict[str, float], dict[str, str]]:
    """Return what was read as metric values and as facts, each by slug."""
    values: dict[str, float] = {}
    information: dict[str, str] = {}
    for line in lines:
        target = line.destination.target
        if target.kind is TargetKind.METRIC:
            values[target.slug] = float(line.value)
        else:
            information[target.slug] = line.value if isinstance(line.value, str) else exact(line.value)
    return values, information
