"""Synchronising in the background."""

from datetime import UTC, datetime

from gaissa_web.connectors import runs
from gaissa_web.connectors.services import Batch, apply_batch, go_through
from gaissa_web.jobs.running import RunningJob
from gaissa_web.storage.audit import Actor
from gaissa_web.storage.db import refresh_statistics
from gaissa_web.storage.jobs import find_job

SYNC = "synchronise"
SYNC_KEY = "synchronise huggingface"
SYNC_TITLE = "Synchronise with Hugging Face"


def synchronise(job: RunningJob) -> str:
    """Take over what the hub’s cards state; begun again, it changes nothing twice.

    The payload has `since` (ISO 8601; None for everything) and `most` (None for all).
    """
    from gaissa_web.adapters.huggingface import Hub  # noqa: PLC0415  20 MB that only this needs

    url = job.settings.hub_url
    since = datetime.fromisoformat(job.payload["since"]).astimezone(UTC) if job.payload["since"] else None
    run = runs.begin_run(job.id, since, job.payload["most"])

    def take(batch: Batch) -> None:
        apply_batch(run.id, batch, url, job.check)

    job.report(0, None)
    with Hub(url, job.pause, job.alive) as hub:
        complete = go_through(hub, run.since, run.most, take, job.report, job.alive)
    refresh_statistics()
    detail = find_job(job.id)
    actor = Actor(detail.requested_by if detail else "")
    return runs.sentence(runs.finish_run(run.id, actor, complete, job.check))


RUNNERS = {SYNC: synchronise}
