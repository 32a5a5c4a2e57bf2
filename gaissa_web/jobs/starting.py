"""Starting jobs, and stopping those that are not needed any more."""

import logging
from collections.abc import Mapping
from typing import Any

from gaissa_web.adapters.queue import JobQueue, lane
from gaissa_web.jobs.sealing import seal
from gaissa_web.storage import jobs
from gaissa_web.storage.audit import Actor

logger = logging.getLogger(__name__)


def start(
    queue: JobQueue,
    kind: str,
    title: str,
    key: str,
    payload: Mapping[str, Any],
    actor: Actor | None = None,
    secret: str = "",
) -> int:
    """Queue a job and return its id; if one with the same `key` is active, it is that one. Commits.

    Without an `actor` it is a visitor's job.

    Raises:
        InvalidInputError: It has a secret, and the queue is out of order.
    """
    job_id = jobs.add_job(kind, title, key, payload, actor, seal(queue, secret) if secret else None)
    try:
        queue.put(job_id, lane(actor is None))
    except Exception:  # whatever the queue's server raises: a worker finds the job all the same
        logger.exception("the queue could not be told of job %s", job_id)
    return job_id
