"""What was taken from the model hub, and the runs that took it."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from gaissa_web.core.hub import Action
from gaissa_web.storage.db import Base, UTCDateTime, now
from gaissa_web.storage.experiments import Experiment
from gaissa_web.storage.jobs import Job

HUB_ID_LENGTH = 200
REASON_LENGTH = 300
ACTIONS = ", ".join(repr(str(action)) for action in Action)


class HubModelRow(Base):
    """A model of the hub that has a label here, or, without `experiment_id`, had one that was deleted.

    `digest` differs when anything taken from the card does. The sizes that take requests of their
    own to find out are kept until the card changes, in bytes.
    """

    __tablename__ = "hub_models"

    hub_id: Mapped[str] = mapped_column(String(HUB_ID_LENGTH), primary_key=True)
    experiment_id: Mapped[int | None] = mapped_column(
        ForeignKey(Experiment.id, ondelete="SET NULL"), index=True
    )
    digest: Mapped[str] = mapped_column(String(64))
    modified_at: Mapped[datetime] = mapped_column(UTCDateTime)
    model_bytes: Mapped[int | None] = mapped_column(BigInteger)
    dataset_bytes: Mapped[int | None] = mapped_column(BigInteger)


class SyncRun(Base):
    """One synchronisation; its job says how it stands. `seen_until` is how new the newest card was.

    `since` is where it begins: cards that were changed before are not looked at. `complete` says
    that it went through all of them and left none out before them, so that the next one may begin at
    `seen_until`.
    """

    __tablename__ = "sync_runs"

    id: Mapped[int] = mapped_column(primary_key=True)
    job_id: Mapped[int] = mapped_column(ForeignKey(Job.id), unique=True)
    since: Mapped[datetime | None] = mapped_column(UTCDateTime)
    most: Mapped[int | None]
    unchanged: Mapped[int] = mapped_column(default=0)
    seen_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    complete: Mapped[bool] = mapped_column(default=False)
    started_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)


class SyncResult(Base):
    """What a run did about one model, and why; what was left unchanged is only counted."""

    __tablename__ = "sync_results"
    __table_args__ = (CheckConstraint(f"action IN ({ACTIONS})", name="action"),)

    run_id: Mapped[int] = mapped_column(ForeignKey(SyncRun.id, ondelete="CASCADE"), primary_key=True)
    hub_id: Mapped[str] = mapped_column(String(HUB_ID_LENGTH), primary_key=True)
    action: Mapped[Action] = mapped_column(String(9))
    reason: Mapped[str] = mapped_column(String(REASON_LENGTH), default="")
    experiment_id: Mapped[int | None] = mapped_column(
        ForeignKey(Experiment.id, ondelete="SET NULL"), index=True
    )


Index("ix_sync_results_run_id_action_hub_id", SyncResult.run_id, SyncResult.action, SyncResult.hub_id)
