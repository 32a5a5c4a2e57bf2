"""The audit trail: who changed what, when and from where. Rows are only ever added.

The database itself refuses to change, delete or replace them, by triggers that migrations make.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from gaissa_web.storage.accounts import ACCOUNT_LENGTH, ADDRESS_LENGTH, Account
from gaissa_web.storage.db import Base, UTCDateTime, db, now

SUBJECT_LENGTH = 200


class Action(StrEnum):
    """What somebody did."""

    CREATE = "create"
    EDIT = "edit"
    DELETE = "delete"
    PUBLISH = "publish"
    START = "start"
    IMPORT = "import"
    CANCEL = "cancel"
    SIGN_IN = "sign in"
    SIGN_OUT = "sign out"
    SIGN_IN_FAILED = "sign-in failed"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: an account with the network address it acts from, or a program without an account."""

    name: str
    account_id: int | None = None
    address: str = ""


class AuditEvent(Base):
    """One thing done. `before` and `after` hold the values that differ; None where there was nothing."""

    __tablename__ = "audit_events"
    __table_args__ = (
        CheckConstraint(f"action IN ({', '.join(repr(str(action)) for action in Action)})", name="action"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    account_id: Mapped[int | None] = mapped_column(ForeignKey(Account.id))
    actor: Mapped[str] = mapped_column(String(ACCOUNT_LENGTH))
    address: Mapped[str] = mapped_column(String(ADDRESS_LENGTH))
    action: Mapped[Action] = mapped_column(String(20))
    kind: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(SUBJECT_LENGTH))
    before: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    after: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))


Index("ix_audit_events_at_id", AuditEvent.at, AuditEvent.id)
Index("ix_audit_events_actor_at_id", AuditEvent.actor, AuditEvent.at, AuditEvent.id)
Index("ix_audit_events_kind_at_id", AuditEvent.kind, AuditEvent.at, AuditEvent.id)


def record(
    actor: Actor,
    action: Action,
    kind: str,
    subject: str,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """Add to the trail, inside the caller's transaction; of an edit, only the values that differ."""
    old, new = (dict(before) if before is not None else None), (dict(after) if after is not None else None)
    if old is not None and new is not None:
        changed = [name for name in {**old, **new} if old.get(name) != new.get(name)]
        old = {name: old[name] for name in changed if name in old}
        new = {name: new[name] for name in changed if name in new}
    db.session.add(
        AuditEvent(
            account_id=actor.account_id,
            actor=actor.name[:ACCOUNT_LENGTH],
            address=actor.address[:ADDRESS_LENGTH],
            action=action,
            kind=kind,
            subject=subject[:SUBJECT_LENGTH],
            before=old,
            after=new,
        )
    )
