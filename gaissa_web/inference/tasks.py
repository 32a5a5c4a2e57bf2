"""Measuring in the background."""

from sqlalchemy import update

from gaissa_web.core.errors import InvalidInputError
from gaissa_web.core.measuring import as_data, evaluate, measure
from gaissa_web.inference.queries import find_measurement
from gaissa_web.inference.services import MEASURE
from gaissa_web.jobs.running import RunningJob
from gaissa_web.storage.db import db
from gaissa_web.storage.measurements import Measurement


def measure_endpoint(job: RunningJob) -> str:
    """Measure what the job's measurement asks for, and keep the outcome."""
    from gaissa_web.adapters.endpoint import Endpoint  # noqa: PLC0415  6 MB that only workers need
    from gaissa_web.adapters.safe_http import Outbound  # noqa: PLC0415

    found = find_measurement(job.payload["key"])
    if found is None:
        raise InvalidInputError("This measurement is no longer kept.")
    request = found.request
    if request.token_header and not job.secret:
        raise InvalidInputError(
            "The worker ended while it measured, and the token was kept nowhere else. Please start again."
        )
    headers = {request.token_header: job.secret} if request.token_header else {}
    with Outbound(request.address, job.settings.allowed_hosts) as outbound:
        warm, samples, cut_short = measure(
            Endpoint(outbound, request.manner, headers).ask,
            request.examples,
            request.requests,
            lambda sent: job.report(sent, request.requests),
            job.pause,
        )
    outcome = evaluate(warm, samples, request.supply, cut_short)
    mine = Measurement.key == found.key
    db.session.execute(update(Measurement).where(mine).values(result=as_data(outcome)))
    db.session.commit()
    return f"{outcome.answered} of {outcome.sent} requests were answered."


RUNNERS = {MEASURE: measure_endpoint}
