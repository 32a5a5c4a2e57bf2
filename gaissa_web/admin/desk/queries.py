"""The numbers on the first management page."""

from dataclasses import dataclass

from sqlalchemy import func, select

from gaissa_web.storage.accounts import Account
from gaissa_web.storage.countries import CarbonIntensity
from gaissa_web.storage.db import db
from gaissa_web.storage.experiments import Experiment
from gaissa_web.storage.information import InformationFieldRow
from gaissa_web.storage.jobs import Job, State
from gaissa_web.storage.schemes import SchemeRow
from gaissa_web.storage.tools import CalculationTool
from gaissa_web.storage.workers import is_worker_heard


@dataclass(frozen=True, slots=True)
class JobLine:
    """A background job in a list."""

    id: int
    title: str
    state: State


@dataclass(frozen=True, slots=True)
class Overview:
    """How much there is of what is managed; `jobs` are the newest that users started.

    `has_worker` says whether a worker has been heard of lately.
    """

    labels: int
    schemes: int
    drafts: int
    fields: int
    tools: int
    users: int
    newest_intensity: int | None
    jobs: tuple[JobLine, ...]
    has_worker: bool


def overview() -> Overview:
    """Count everything in three queries."""
    drafts = select(func.count()).where(SchemeRow.published_at.is_(None)).scalar_subquery()
    published = select(func.count()).where(SchemeRow.published_at.is_not(None)).scalar_subquery()
    users = select(func.count()).where(Account.active).scalar_subquery()
    tables = Experiment, InformationFieldRow, CalculationTool
    labels, fields, tools = (select(func.count()).select_from(table).scalar_subquery() for table in tables)
    newest = select(func.max(CarbonIntensity.year)).scalar_subquery()
    counts = db.session.execute(select(labels, published, drafts, fields, tools, users, newest)).one()
    managed = select(Job.id, Job.title, Job.state).where(Job.requested_by != "")
    jobs = db.session.execute(managed.order_by(Job.id.desc()).limit(5))
    lines = tuple(JobLine(row.id, row.title, State(row.state)) for row in jobs)
    return Overview(*counts, jobs=lines, has_worker=is_worker_heard())
