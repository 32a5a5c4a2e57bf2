"""Saving ROI analyses: with the figures the catalogue has at that moment, in one transaction."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from gaissa_web.core.errors import InvalidInputError
from gaissa_web.roi.catalogue import figures
from gaissa_web.storage.analyses import Analysis, AnalysisKind, AnalysisValue
from gaissa_web.storage.db import db


@dataclass(frozen=True, slots=True)
class NewAnalysis:
    """What somebody wants analysed: baselines by metric slug in the metric's unit, money in EUR.

    `uses_per_day` is 0 without traffic. `submission` is the same for the same sending; `sender`
    tells visitors apart without naming them.
    """

    title: str
    option_id: int
    architecture_id: int
    iso3: str
    price: Decimal
    implementation_cost: Decimal
    uses: int
    uses_per_day: float
    baselines: Mapping[str, float]
    submission: str
    sender: str = ""


def save_analysis(new: NewAnalysis) -> int:
    """Store the analysis and return its id; sent twice, it is stored once.

    Raises:
        InvalidInputError: The catalogue has no figures for it any more, or a baseline is missing.
    """
    known = db.session.scalar(select(Analysis.id).where(Analysis.submission == new.submission))
    if known is not None:
        return known
    row = _row(new)
    db.session.add(row)
    try:
        db.session.commit()
    except IntegrityError:
        # The same sending arrived twice at once, or the catalogue was changed in this moment.
        db.session.rollback()
        known = db.session.scalar(select(Analysis.id).where(Analysis.submission == new.submission))
        if known is None:
            raise InvalidInputError("The catalogue was changed meanwhile. Please choose once more.") from None
        return known
    return row.id


def _row(new: NewAnalysis) -> Analysis:
    found = figures(new.option_id, new.architecture_id)
    if not found:
        raise InvalidInputError("There are no figures for this choice any more. Please choose once more.")
    given = [figure for figure in found if figure.slug in new.baselines]
    if not given:
        raise InvalidInputError("Give at least one metric its present value.")
    return Analysis(
        kind=AnalysisKind.CALCULATION,
        title=new.title,
        option_id=new.option_id,
        architecture_id=new.architecture_id,
        iso3=new.iso3,
        price=new.price,
        implementation_cost=new.implementation_cost,
        inferences=new.uses,
        inferences_per_day=new.uses_per_day,
        submission=new.submission,
        sender=new.sender,
        values=[
            AnalysisValue(
                metric_id=figure.metric_id,
                baseline=new.baselines[figure.slug],
                reduction=figure.reduction.expected,
                low=figure.reduction.low,
                high=figure.reduction.high,
                source_id=figure.source_id,
            )
            for figure in given
        ],
    )
