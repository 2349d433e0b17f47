"""The ledger of jobs, the workers that are alive, and how far each trigger has come."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from app.jobs.enums import JobState
from app.kernel.base import Base, Identified

RUNNING = text("state = 'running'")
LIVE = text("state IN ('waiting', 'running')")


class Job(Identified, Base):
    """One piece of work. It is written in the transaction of the act that wants it, and exists once for its ``key``.

    ``turn``: jobs with the same turn run one after another, over all workers; the unique index sees to it.
    ``token``: whose hands it is in, until ``lease_until``; everything a worker writes is guarded by it.
    ``said``, ``problem``: how far it is and why it did not succeed, as JSON of a Message.
    """

    __tablename__ = "job"
    __table_args__ = (
        Index(None, "state", "id"),
        Index("ix_job_live", "id", sqlite_where=LIVE, postgresql_where=LIVE),  # few among many that are done
        Index("uq_job_turn", "turn", unique=True, sqlite_where=RUNNING, postgresql_where=RUNNING),
    )

    kind: Mapped[str] = mapped_column(String(60))
    key: Mapped[str] = mapped_column(String(200), unique=True)
    arguments: Mapped[dict[str, Any]]
    turn: Mapped[str | None] = mapped_column(String(40))
    state: Mapped[JobState] = mapped_column(String(12))
    run_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    token: Mapped[str | None] = mapped_column(String(32))
    lease_until: Mapped[datetime | None]
    stop_asked: Mapped[bool] = mapped_column(default=False)
    progress: Mapped[int] = mapped_column(default=0)
    total: Mapped[int | None]
    said: Mapped[dict[str, Any] | None]
    problem: Mapped[dict[str, Any] | None]
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"), index=True)
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None] = mapped_column(index=True)


class WorkerPulse(Base):
    """A worker that is alive, or was until ``seen_at``."""

    __tablename__ = "worker_pulse"

    name: Mapped[str] = mapped_column(String(120), primary_key=True)
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]


class TriggerMark(Base):
    """Up to which moment a trigger's times were looked at."""

    __tablename__ = "trigger_mark"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    fired_until: Mapped[datetime]
