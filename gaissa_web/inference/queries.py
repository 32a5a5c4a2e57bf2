"""What the pages of measurements show."""

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from gaissa_web.core.measuring import Outcome, Request, outcome_from, request_from
from gaissa_web.inference.services import job_key
from gaissa_web.storage.db import db
from gaissa_web.storage.hardware import Hardware
from gaissa_web.storage.jobs import JobDetail, newest_job
from gaissa_web.storage.measurements import Measurement

KEY = re.compile(r"[A-Za-z0-9_-]{22}", re.ASCII)


@dataclass(frozen=True, slots=True)
class MeasurementDetail:
    """One measurement: what was asked, how its job stands, and what came of it, if anything."""

    key: str
    asked_at: datetime
    request: Request
    job: JobDetail
    outcome: Outcome | None


def find_measurement(key: str) -> MeasurementDetail | None:
    """Return the measurement of that key."""
    if not KEY.fullmatch(key):
        return None
    query = select(Measurement).where(Measurement.key == key).execution_options(populate_existing=True)
    row = db.session.scalars(query).one_or_none()
    job = newest_job(job_key(key)) if row else None
    if row is None or job is None:
        return None
    outcome = outcome_from(row.result) if row.result else None
    return MeasurementDetail(row.key, row.asked_at, request_from(row.request), job, outcome)


def hardware_choices() -> list[tuple[str, str]]:
    """Return id and description of all devices, accelerators first."""
    query = select(Hardware.id, Hardware.name, Hardware.typical_w).order_by(Hardware.kind, Hardware.name)
    return [(str(row.id), f"{row.name}, {row.typical_w:g} W") for row in db.session.execute(query)]
