"""What management does in the background."""

from datetime import UTC, datetime

from flask import current_app

from gaissa_web.admin.queries.schemes import find_scheme, labels_rated_otherwise
from gaissa_web.admin.services import sync
from gaissa_web.admin.services.re_rating import check_target, re_rate_batch
from gaissa_web.storage.audit import Actor
from gaissa_web.storage.db import refresh_statistics
from gaissa_web.storage.jobs import find_job
from gaissa_web.web.jobs import RunningJob

RE_RATE = "re-rate"
SYNC = "synchronise"
SYNC_KEY = "synchronise huggingface"
SYNC_TITLE = "Synchronise with Hugging Face"


def re_rate(job: RunningJob) -> str:
    """Rate the labels of other versions anew; begun again, it goes on with those that are left."""
    scheme_id = int(job.payload["scheme_id"])
    scheme = check_target(scheme_id)
    detail = find_scheme(scheme_id)
    total = labels_rated_otherwise(detail) if detail else 0
    done = after = 0
    job.report(done, total)
    while batch := re_rate_batch(scheme_id, scheme, after):
        after, count = batch
        done += count
        job.report(done, total)
    return f"{done:,} {'label was' if done == 1 else 'labels were'} rated anew."


def synchronise(job: RunningJob) -> str:
    """Take over what the hub’s cards state; begun again, it changes nothing twice.

    The payload has `since` (ISO 8601; None for everything) and `most` (None for all).
    """
    from gaissa_web.adapters.huggingface import Hub  # noqa: PLC0415  20 MB that only this needs

    url = current_app.config["SETTINGS"].hub_url
    since = datetime.fromisoformat(job.payload["since"]).astimezone(UTC) if job.payload["since"] else None
    run = sync.begin_run(job.id, since, job.payload["most"])
    job.report(0, None)
    with Hub(url, job.pause, job.alive) as hub:
        total, done = hub.count(run.since, run.most), 0
        job.report(done, total)
        reader = sync.Reader(hub, job.alive)
        for batch in hub.models(run.since, run.most):
            sync.apply_batch(run.id, reader.read(batch), url, job.check)
            done += len(batch)
            job.report(done, max(done, total))
    refresh_statistics()
    detail = find_job(job.id)
    # A list that is shorter than it was a moment ago may have broken off without a word.
    complete = (run.most is None or done < run.most) and done >= total
    counts = sync.finish_run(run.id, Actor(detail.requested_by if detail else ""), complete, job.check)
    return sync.sentence(counts)


RUNNERS = {RE_RATE: re_rate, SYNC: synchronise}
