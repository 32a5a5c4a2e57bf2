"""What search engines are told: every public page there is, in files of bounded size."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import InstrumentedAttribute

from gaissa_web.core.rating import Phase
from gaissa_web.storage.analyses import Analysis
from gaissa_web.storage.db import db
from gaissa_web.storage.experiments import Experiment
from gaissa_web.storage.ml_models import MLModel
from gaissa_web.storage.schemes import SchemeRow
from gaissa_web.storage.switches import Product
from gaissa_web.storage.tools import CalculationTool

BLOCK = 25_000
"""How many numbers one file covers; a sitemap may have 50,000 addresses at most (sitemaps.org)."""


@dataclass(frozen=True, slots=True)
class Place:
    """One public page: its endpoint with its values, and when it last changed if that is known."""

    endpoint: str
    values: dict[str, int | str]
    changed: datetime | None = None


@dataclass(frozen=True, slots=True)
class Kind:
    """Pages of numbered things: where they are shown, and the columns of their number and last change."""

    endpoint: str
    value: str
    number: InstrumentedAttribute[int]
    changed: InstrumentedAttribute[datetime]
    product: Product


KINDS = {
    "labels": Kind("labels.detail", "label_id", Experiment.id, Experiment.updated_at, Product.LABELS),
    "models": Kind("labels.model", "model_id", MLModel.id, MLModel.updated_at, Product.LABELS),
    "analyses": Kind("roi.detail", "analysis_id", Analysis.id, Analysis.created_at, Product.ROI),
}
PAGES = {
    None: ("home.index", "home.about"),
    Product.LABELS: ("labels.index", "inference.create"),
    Product.ROI: ("roi.index", "roi.create", "roi.ranking"),
}


def blocks(off: frozenset[Product]) -> list[tuple[str, int]]:
    """Return the kind and number of every file there is, without those of tools that are `off`."""
    found = []
    for name, kind in KINDS.items():
        most = db.session.scalar(select(func.max(kind.number))) or 0
        if kind.product not in off:
            found += [(name, block) for block in range((most + BLOCK - 1) // BLOCK)]
    return found


def places(name: str, block: int) -> Iterator[Place]:
    """Yield the pages of one file, in bounded memory."""
    kind = KINDS[name]
    within = kind.number > block * BLOCK, kind.number <= (block + 1) * BLOCK
    query = select(kind.number, kind.changed).where(*within).order_by(kind.number)
    for number, changed in db.session.execute(query.execution_options(yield_per=1000)):
        yield Place(kind.endpoint, {kind.value: number}, changed)


def pages(off: frozenset[Product]) -> Iterator[Place]:
    """Yield the pages that are there on every site, and those of its schemes and calculation tools."""
    for product, endpoints in PAGES.items():
        if product not in off:
            yield from (Place(endpoint, {}) for endpoint in endpoints)
    published = select(SchemeRow).where(SchemeRow.published_at.is_not(None)).order_by(SchemeRow.id)
    for row in db.session.scalars(published):
        yield Place("home.scheme", {"phase": row.phase, "version": row.version}, row.published_at)
    if Product.LABELS in off:
        return
    for phase in Phase:
        yield Place("labels.create", {"phase": phase.value})
        yield Place("labels.choose_files", {"phase": phase.value})
    for slug in db.session.scalars(select(CalculationTool.slug).order_by(CalculationTool.slug)):
        yield Place("labels.tool", {"slug": slug})
