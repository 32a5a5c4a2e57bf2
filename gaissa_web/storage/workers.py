"""Workers that do background jobs, and when each was last heard of."""

import os
import socket
from datetime import datetime, timedelta

from sqlalchemy import String, delete, func, select
from sqlalchemy.orm import Mapped, mapped_column

from gaissa_web.storage.db import Base, UTCDateTime, db, now

NAME_LENGTH = 100
SILENT_AFTER = timedelta(minutes=3)
"""Workers give a sign of life once a minute."""
FORGOTTEN_AFTER = timedelta(days=1)


class Worker(Base):
    """A worker by its machine and process, with its last sign of life."""

    __tablename__ = "workers"

    name: Mapped[str] = mapped_column(String(NAME_LENGTH), primary_key=True)
    seen_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)


def this_worker() -> str:
    """Return what this process is called as a worker."""
    return f"{socket.gethostname()[:80]}:{os.getpid()}"


def note_worker() -> None:
    """Give a sign of life of this process, and forget workers that are long gone. Commits."""
    db.session.merge(Worker(name=this_worker(), seen_at=now()))
    db.session.execute(delete(Worker).where(Worker.seen_at < now() - FORGOTTEN_AFTER))
    db.session.commit()


def is_worker_heard() -> bool:
    """Whether any worker has given a sign of life lately."""
    last = db.session.scalar(select(func.max(Worker.seen_at)))
    return last is not None and last > now() - SILENT_AFTER
