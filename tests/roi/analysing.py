"""Filling in the form of an ROI analysis, as several tests need it."""

from sqlalchemy import select

from gaissa_web.storage.catalogue import (
    Architecture,
    ExpectedReduction,
    RoiMetric,
    Source,
    Tactic,
    TacticOption,
)
from gaissa_web.storage.db import db

NEW = "/roi/analyses/new"


def choice(app, architecture="codeparrot-small", option="PyTorch on CUDA"):
    """The ids that the form sends for an option and an architecture."""
    with app.app_context():
        row = db.session.execute(
            select(Tactic.stage_id, Tactic.id, TacticOption.id, Architecture.id)
            .select_from(ExpectedReduction)
            .join(TacticOption, TacticOption.id == ExpectedReduction.option_id)
            .join(Tactic, Tactic.id == TacticOption.tactic_id)
            .join(Architecture, Architecture.id == ExpectedReduction.architecture_id)
            .where(Architecture.name == architecture, TacticOption.name == option)
        ).first()
    return dict(zip(("stage", "tactic", "option", "architecture"), map(str, row), strict=True))


def form(app, browse, **names):
    """The form with everything chosen."""
    return browse.get(NEW, query_string=choice(app, **names))


GIVEN = {"metric__energy": "170", "country": "ESP", "price": "0.1899", "implementation_cost": "2500"}


def analyse(app, browse, names=None, **fields):
    page = form(app, browse, **(names or {}))
    return browse.send(page, NEW, button="save", **{**GIVEN, **fields})


def data(browse, page, query=""):
    return browse.client.get(f"{page.address}.json{query}").json


def add_energy_figure(app, option, reduction=0.25, architecture="codeparrot-small"):
    """Give an option a figure for the energy of an architecture; return the option's id."""
    with app.app_context():

        def key(row, **named):
            return db.session.scalars(select(row.id).filter_by(**named)).one()

        option_id = key(TacticOption, name=option)
        db.session.add(
            ExpectedReduction(
                option_id=option_id,
                architecture_id=key(Architecture, name=architecture),
                metric_id=key(RoiMetric, slug="energy"),
                source_id=db.session.scalars(select(Source.id)).first(),
                reduction=reduction,
            )
        )
        db.session.commit()
        return option_id
