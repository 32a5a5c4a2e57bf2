"""Where imported values go: the fields of a label's form."""

from collections.abc import Iterable, Sequence

from gaissa_web.core.importing import Line, Target, is_time
from gaissa_web.core.label import InformationField, Kind
from gaissa_web.core.rating import Scheme

METRIC = "metric-"
INFORMATION = "info-"

OTHER_NAMES = {
    "model_size": ("size",),
    "dataset_size": ("datasets_size",),
    "emissions_source": ("source",),
    "hardware": ("hardware_used", "environment"),
    "location": ("geographical_location",),
    "library": ("library_name",),
}
"""What the reference system and its data sets call these information fields."""


def targets(scheme: Scheme, information_fields: Sequence[InformationField]) -> dict[str, Target]:
    """Return where an imported value can go, by form field name."""
    metrics = [
        Target(METRIC + m.slug, m.name, m.unit, is_number=True, aliases=m.aliases, range=m.range)
        for m in scheme.metrics
    ]
    facts = [
        Target(
            INFORMATION + info.slug,
            info.name,
            info.unit,
            is_number=info.kind is Kind.NUMBER,
            aliases=OTHER_NAMES.get(info.slug, ()),
            options=info.options,
            needs_unit=is_time(info.unit),
        )
        for info in information_fields
    ]
    return {target.field: target for target in (*metrics, *facts)}


def experiment_parts(lines: Iterable[Line]) -> tuple[dict[str, float], dict[str, str]]:
    """Return what was read as metric values and as facts, each by slug."""
    values: dict[str, float] = {}
    information: dict[str, str] = {}
    for line in lines:
        prefix, _, slug = line.target.field.partition("-")
        if f"{prefix}-" == METRIC:
            values[slug] = float(line.value)
        else:
            information[slug] = line.value
    return values, information
