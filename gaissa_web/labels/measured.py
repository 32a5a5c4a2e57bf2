"""What the measurement of an endpoint gives a label: values, facts, and where they came from."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select

from gaissa_web.core.label import are_from
from gaissa_web.core.measuring import label_facts, label_values, outcome_from, request_from
from gaissa_web.core.units import exact
from gaissa_web.labels.field_names import information_field, metric_field
from gaissa_web.storage.db import db
from gaissa_web.storage.measurements import KEY_LENGTH, Measurement


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured of an endpoint: values by metric slug, facts by field slug.

    `host` is who was asked; `energy_measured` says that the endpoint reported its own energy.
    """

    key: str
    host: str
    values: Mapping[str, float]
    information: Mapping[str, str]
    energy_measured: bool

    @property
    def texts(self) -> dict[str, str]:
        """What goes into the form, by field name."""
        metrics = {metric_field(slug): exact(value) for slug, value in self.values.items()}
        return metrics | {information_field(slug): fact for slug, fact in self.information.items()}

    @property
    def detail(self) -> str:
        """Where the values are from, in words."""
        energy = "energy measured by the endpoint" if self.energy_measured else "energy estimated"
        return f"{self.host}; {energy}"

    def is_source_of(self, values: Mapping[str, float]) -> bool:
        """Whether some of `values` were measured, and none of those was changed since."""
        return are_from(self.values, values)


def find_measured(key: str) -> Measured | None:
    """Return what the measurement of that key gave; None if it gave nothing, or is no longer kept."""
    row = db.session.scalar(select(Measurement).where(Measurement.key == key[:KEY_LENGTH]))
    if row is None or row.result is None:
        return None
    request, outcome = request_from(row.request), outcome_from(row.result)
    return Measured(
        row.key, request.host, label_values(outcome), label_facts(request, outcome), outcome.measured
    )
