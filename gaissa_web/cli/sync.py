"""Synchronising from the command line: `gaissa sync huggingface`."""

import json
import signal
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from typing import Any

import click
from flask.cli import with_appcontext

from gaissa_web.cli.accounts import COMMAND_LINE
from gaissa_web.connectors import runs, tasks
from gaissa_web.connectors.services import Batch, go_through
from gaissa_web.core.errors import InvalidInputError
from gaissa_web.core.hub import Action
from gaissa_web.jobs.running import CancelledError, run_job
from gaissa_web.storage import jobs
from gaissa_web.storage.db import db
from gaissa_web.storage.jobs import State
from gaissa_web.web.background import queue
from gaissa_web.web.settings import settings

SHOWN = 50


@click.group()
def sync() -> None:
    """Take over models from elsewhere."""


@sync.command()
@click.option("--limit", type=click.IntRange(1, 1_000_000), help="How many models to look at, at most.")
@click.option(
    "--since",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Look at cards changed on that day (UTC) or later. Without it, at those changed since the last run.",
)
@click.option(
    "--all", "everything", is_flag=True, help="Look at all cards; brings downloads up to date, too."
)
@click.option("--dry-run", is_flag=True, help="Only say what would be done.")
@click.option("--json", "as_json", is_flag=True, help="Print the counts as JSON.")
@with_appcontext
def huggingface(
    limit: int | None, since: datetime | None, everything: bool, dry_run: bool, as_json: bool
) -> None:
    """Make labels of the models whose Hugging Face cards state CO2 emissions.

    A run that was interrupted is continued. The exit code is 1 if the hub does not answer or a run
    is on its way elsewhere, 2 if the options cannot be used.
    """
    if since and everything:
        raise click.UsageError("--since and --all contradict each other.")
    begin = None if everything else since.replace(tzinfo=UTC) if since else runs.last_seen()
    counts = _dry_run(begin, limit) if dry_run else _run(begin, limit)
    if as_json:
        click.echo(json.dumps(counts))
    else:
        click.echo(("Would be: " if dry_run else "") + runs.sentence(counts))


def _run(since: datetime | None, limit: int | None) -> Counter[str]:
    jobs.recover()  # a run whose process died waits again, and is the one to go on with
    payload = {"since": since.isoformat() if since else None, "most": limit}
    waiting = jobs.find_job(jobs.find_active(tasks.SYNC_KEY) or 0)
    if waiting and waiting.state is State.QUEUED:
        click.echo("There is a run to go on with; it keeps the options that it was begun with.", err=True)
    job_id = jobs.add_job(tasks.SYNC, tasks.SYNC_TITLE, tasks.SYNC_KEY, payload, COMMAND_LINE)
    with (
        click.progressbar(length=1, label="Synchronising", file=sys.stderr) as bar,
        _interruptible() as asked,
    ):

        def watch(done: int, total: int | None) -> None:
            _show(bar, done, total)
            if asked:
                raise CancelledError

        state = run_job(job_id, tasks.RUNNERS, queue(), settings(), watch)
    if state is None:
        click.echo(
            "A synchronisation is on its way already; see /admin/connectors/ for how far it is.", err=True
        )
        sys.exit(1)
    if state is not State.DONE:
        job = jobs.find_job(job_id)
        click.echo(job.message if job else "", err=True)
        sys.exit(1)
    return runs.count_results(job_id)


@contextmanager
def _interruptible() -> Iterator[list[int]]:
    """Note the first Ctrl+C instead of breaking off in the middle of a step; the second one breaks off."""
    asked: list[int] = []
    before = signal.getsignal(signal.SIGINT)

    def note(number: int, _frame: object) -> None:
        asked.append(number)
        signal.signal(signal.SIGINT, before)

    signal.signal(signal.SIGINT, note)
    try:
        yield asked
    finally:
        signal.signal(signal.SIGINT, before)


def _dry_run(since: datetime | None, limit: int | None) -> Counter[str]:
    from gaissa_web.adapters.huggingface import Hub  # noqa: PLC0415  20 MB that only this needs

    counts: Counter[str] = Counter({str(action): 0 for action in Action})
    db.session.rollback()  # the hub may take long, and nothing is to be held meanwhile

    def take(batch: Batch) -> None:
        counts.update(str(plan.action) for plan in batch.planned)
        for plan in [plan for plan in batch.planned if plan.reason][:SHOWN]:
            click.echo(f"{plan.hub_id}: {plan.reason}", err=True)

    try:
        with (
            Hub(settings().hub_url) as hub,
            click.progressbar(length=1, label="Looking", file=sys.stderr) as bar,
        ):
            go_through(hub, since, limit, take, partial(_show, bar))
    except InvalidInputError as error:
        click.echo(str(error), err=True)
        sys.exit(1)
    return counts


def _show(bar: Any, done: int, total: int | None) -> None:
    bar.length = max(total or 1, 1)
    bar.update(done - bar.pos)
