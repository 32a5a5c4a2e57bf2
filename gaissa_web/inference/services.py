"""Starting a measurement: bounded in number, kept with the figures it will be reckoned by."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, select

from gaissa_web.adapters.queue import JobQueue
from gaissa_web.core.endpoints import Manner
from gaissa_web.core.energy import Spread
from gaissa_web.core.errors import InvalidInputError, TooManyTriesError
from gaissa_web.core.measuring import Request, Supply, as_data
from gaissa_web.jobs.sealing import forget
from gaissa_web.jobs.starting import start
from gaissa_web.storage.countries import find_intensity
from gaissa_web.storage.db import db, now
from gaissa_web.storage.hardware import Hardware
from gaissa_web.storage.jobs import count_active, newest_job, request_cancel, waiting_of_kind
from gaissa_web.storage.measurements import Measurement

MEASURE = "measure"
MOST_AT_ONCE = 3
MOST_WAITING = 20
MOST_REMEMBERED = 200
"""More of one sender's newest measurements than may be under way together."""
WAIT_S = 60.0
KEPT = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class NewMeasurement:
    """What somebody wants measured, on a device of the list or any other (`hardware_id` None).

    `power_w` is what one device draws, where they say so themselves; it counts before the list's.
    `key` is the address of the result, `sender` who asks (the same for the same visitor).
    """

    key: str
    sender: str
    address: str
    manner: Manner
    examples: tuple[str, ...]
    requests: int
    token_header: str
    token: str
    hardware_id: int | None
    power_w: float | None
    devices: int
    pue: float
    iso3: str


def start_measurement(queue: JobQueue, new: NewMeasurement) -> None:
    """Queue the measurement; one of the same key is not queued twice.

    Raises:
        TooManyTriesError: This visitor, or all together, asked for too many lately.
        InvalidInputError: The device or the country is no longer in the catalogue, or the queue is
            out of order.
    """
    if db.session.scalar(select(Measurement.id).where(Measurement.key == new.key)):
        return
    _check_number(new.sender)
    request = _request(new)
    db.session.execute(delete(Measurement).where(Measurement.asked_at < now() - KEPT))
    row = Measurement(key=new.key, sender=new.sender, request=as_data(request))
    db.session.add(row)
    title = f"Measure {request.host}"
    start(queue, MEASURE, title, job_key(new.key), {"key": new.key}, secret=new.token)


def cancel_measurement(queue: JobQueue, key: str) -> None:
    """Ask the measurement of that key to stop."""
    job = newest_job(job_key(key))
    if job:
        sealed = request_cancel(job.id)
        db.session.commit()
        forget(queue, sealed)


def job_key(key: str) -> str:
    """Return what the job of the measurement of that key is known by."""
    return f"{MEASURE} {key}"


def _check_number(sender: str) -> None:
    mine = select(Measurement.key).where(Measurement.sender == sender).order_by(Measurement.id.desc())
    keys = db.session.scalars(mine.limit(MOST_REMEMBERED))
    if count_active(map(job_key, keys)) >= MOST_AT_ONCE:
        raise TooManyTriesError(f"{MOST_AT_ONCE} measurements of yours are under way.", WAIT_S)
    if waiting_of_kind(MEASURE) >= MOST_WAITING:
        raise TooManyTriesError("Many measurements are waiting already.", 300)


def _request(new: NewMeasurement) -> Request:
    device, power, source, source_url = _power(new.hardware_id, new.power_w)
    try:
        place = find_intensity(new.iso3)
    except LookupError as error:
        raise InvalidInputError("That country is no longer in the list; please choose again.") from error
    return Request(
        address=new.address,
        manner=new.manner,
        examples=new.examples,
        requests=new.requests,
        token_header=new.token_header if new.token else "",
        device=device,
        devices=new.devices,
        source=source,
        source_url=source_url,
        supply=Supply(power.times(new.devices), new.pue, place.intensity_g_per_kwh),
        country=place.country,
        region=place.region,
        year=place.year,
        own_power=new.power_w is not None,
    )


def _power(hardware_id: int | None, power_w: float | None) -> tuple[str, Spread, str, str]:
    """Return the device's name, its power in W, and the source of that with its address."""
    row = db.session.get(Hardware, hardware_id) if hardware_id is not None else None
    if hardware_id is not None and row is None:
        raise InvalidInputError("That device is no longer in the list; please choose again.")
    name = row.name if row else ""
    if row and power_w is None:
        return name, Spread(row.low_w, row.typical_w, row.high_w), row.source, row.source_url
    watts = power_w or 0.0
    return name, Spread(watts, watts, watts), "given by whoever measured", ""
