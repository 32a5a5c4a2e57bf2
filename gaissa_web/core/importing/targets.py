"""Where imported values can go: a metric or an information field, and what it takes."""

from dataclasses import dataclass
from enum import StrEnum

from gaissa_web.core.ranges import ANYTHING, ValidRange
from gaissa_web.core.units import UNITS


class TargetKind(StrEnum):
    """What a value can be given to."""

    METRIC = "metric"
    INFORMATION = "info"


@dataclass(frozen=True, slots=True)
class Target:
    """A metric or an information field of a phase, by its slug."""

    kind: TargetKind
    slug: str

    def __str__(self) -> str:
        """Return it as texts about it name it: "metric latency"."""
        return f"{self.kind} {self.slug}"


@dataclass(frozen=True, slots=True)
class Destination:
    """A target with what it takes: its name for readers, its unit, other names of it, its choices."""

    target: Target
    name: str
    unit: str
    is_number: bool
    aliases: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    range: ValidRange = ANYTHING
    needs_unit: bool = False
    """Whether a column must name its unit, because others write this in another one."""

    @property
    def names(self) -> tuple[str, ...]:
        """What columns that are meant for it may be called."""
        return str(self.target), self.target.slug, self.name, *self.aliases


def is_time(unit: str) -> bool:
    """Whether `unit` is one of time."""
    return unit in UNITS and UNITS[unit].quantity == "time"
