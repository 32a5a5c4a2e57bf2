"""What the start page and the method page show, and whether the database is ready."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from gaissa_web.core.rating import Phase, Scheme
from gaissa_web.labels.queries import recent_labels
from gaissa_web.storage import migrations
from gaissa_web.storage.db import db
from gaissa_web.storage.experiments import Experiment
from gaissa_web.storage.ml_models import MLModel
from gaissa_web.storage.schemes import SchemeRow, current_scheme, published_scheme

__all__ = [
    "Counts",
    "DescribedScheme",
    "counts",
    "current_schemes",
    "find_published",
    "readiness_problem",
    "recent_labels",
]

LARGEST_VERSION = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Counts:
    """How many models and labels are registered."""

    models: int
    labels: int


@dataclass(frozen=True, slots=True)
class DescribedScheme:
    """A rating scheme with its title and how it came to be, in paragraphs."""

    title: str
    paragraphs: tuple[str, ...]
    published_at: datetime | None
    scheme: Scheme


def counts() -> Counts:
    """Count models and labels in one query."""
    models = select(func.count()).select_from(MLModel).scalar_subquery()
    labels = select(func.count()).select_from(Experiment).scalar_subquery()
    return Counts(*db.session.execute(select(models, labels)).one())


def current_schemes() -> list[DescribedScheme]:
    """Return the scheme that rates new labels, for each phase."""
    found = []
    for phase in Phase:
        scheme_id, scheme = current_scheme(phase)
        found.append(_described(db.session.get_one(SchemeRow, scheme_id), scheme))
    return found


def find_published(phase: Phase, version: int) -> DescribedScheme | None:
    """Return a published version of the scheme of `phase`."""
    same = SchemeRow.phase == phase, SchemeRow.version == version, SchemeRow.published_at.is_not(None)
    row = db.session.scalar(select(SchemeRow).where(*same)) if version <= LARGEST_VERSION else None
    return _described(row, published_scheme(row.id)) if row else None


def _described(row: SchemeRow, scheme: Scheme) -> DescribedScheme:
    paragraphs = tuple(row.description.strip().split("\n\n"))
    return DescribedScheme(row.title, paragraphs, row.published_at, scheme)


def readiness_problem() -> str:
    """Return what keeps this process from serving, or nothing."""
    try:
        return "" if migrations.is_current() else "migrations are pending"
    except SQLAlchemyError:
        return "the database cannot be reached"
