"""The runs of a synchronisation: what each did about each model, and how far it has seen."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete, func, insert, select

from gaissa_web.core.hub import Action, Planned
from gaissa_web.storage.audit import Action as Done
from gaissa_web.storage.audit import Actor, record
from gaissa_web.storage.db import db, one_at_a_time
from gaissa_web.storage.hub import HUB_ID_LENGTH, REASON_LENGTH, SyncResult, SyncRun

RUNS_WITH_RESULTS = 30


def begin_run(job_id: int, since: datetime | None, most: int | None) -> SyncRun:
    """Return the run of that job: a new one, or the one that it began before its worker died."""
    with one_at_a_time():
        run = db.session.scalars(select(SyncRun).where(SyncRun.job_id == job_id)).one_or_none()
        if run is None:
            run = SyncRun(job_id=job_id, since=since, most=most, seen_until=since)
            db.session.add(run)
            kept = select(SyncRun.id).order_by(SyncRun.id.desc()).limit(RUNS_WITH_RESULTS)
            db.session.execute(delete(SyncResult).where(SyncResult.run_id.not_in(kept)))
        run.unchanged = 0  # they are counted anew; all else is listed
        db.session.flush()
        db.session.refresh(run)
        db.session.expunge(run)
    return run


def last_seen() -> datetime | None:
    """Return up to when the last run that went through everything has seen the hub."""
    complete = select(SyncRun.seen_until).where(SyncRun.complete).order_by(SyncRun.id.desc()).limit(1)
    return db.session.scalar(complete)


def finish_run(run_id: int, actor: Actor, complete: bool, check: Callable[[], None]) -> Counter[str]:
    """Note that a run came to its end, in the audit trail too; return how much of what it did.

    One that began later than the complete ones before it had come leaves a gap: it does not count as
    complete. `check` is as in `apply_batch`.
    """
    with one_at_a_time():
        check()
        run, seen = db.session.get_one(SyncRun, run_id), last_seen()
        run.complete = complete and (run.since is None or (seen is not None and run.since <= seen))
        counts = count_results(run.job_id)
        record(actor, Done.IMPORT, "synchronisation", "Hugging Face", None, dict(counts))
    return counts


def count_results(job_id: int) -> Counter[str]:
    """Return how much of what the run of that job did, by action."""
    run = db.session.scalars(select(SyncRun).where(SyncRun.job_id == job_id)).one()
    listed = select(SyncResult.action, func.count()).where(SyncResult.run_id == run.id)
    counts = Counter({str(action): 0 for action in Action})
    counts.update({str(a): n for a, n in db.session.execute(listed.group_by(SyncResult.action))})
    counts[str(Action.KEEP)] = run.unchanged
    return counts


def sentence(counts: Mapping[str, int]) -> str:
    """Return how much of what was done, for readers."""
    return ", ".join(f"{counts.get(str(action), 0):,} {action}" for action in Action) + "."


def note_results(run_id: int, planned: Sequence[Planned]) -> int:
    """List what was done, unless the run has it already from before it was begun again.

    What it had skipped is listed anew: the hub may have changed since. Returns how many were left
    unchanged.
    """
    mine = SyncResult.run_id == run_id, SyncResult.hub_id.in_([plan.hub_id for plan in planned])
    db.session.execute(delete(SyncResult).where(*mine, SyncResult.action == Action.SKIP))
    listed = set(db.session.scalars(select(SyncResult.hub_id).where(*mine)))
    fresh = [plan for plan in planned if plan.hub_id[:HUB_ID_LENGTH] not in listed]
    rows = [
        {
            "run_id": run_id,
            "hub_id": plan.hub_id[:HUB_ID_LENGTH],
            "action": plan.action,
            "reason": plan.reason[:REASON_LENGTH],
            "experiment_id": plan.label_id,
        }
        for plan in fresh
        if plan.action is not Action.KEEP
    ]
    if rows:
        db.session.execute(insert(SyncResult), rows)
    return len(fresh) - len(rows)
