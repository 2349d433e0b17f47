"""Handing in files for the tests of materials."""

import io
from datetime import date, datetime
from pathlib import Path

from app.kernel.files.store import DiskStore
from cohorts.models import Enrolment
from modules.services import publish
from projects.models import DefenceDay, Material
from projects.services import hand_in
from projects.services.materials import Received, receive
from tests.integration.modules.world import NOW
from tests.integration.projects.world import Stage

LIMIT = 12 * 1024 * 1024
PDF = b"%PDF-1.7\n"
DEFENCE, DUE = date(2026, 11, 27), date(2026, 11, 25)


def somebody(stage: Stage, place: int = 0) -> Enrolment:
    """Somebody of a group."""
    return next(row for row in stage.people() if row.group_id == stage.groups[place].id)


def expected(stage: Stage, *places: int, due_on: date | None = DUE) -> DefenceDay:
    """A published day to come, for which the groups hand in."""
    sitting = stage.sitting(*places, day=DEFENCE, materials_due_on=due_on)
    publish(stage.session, cohort=stage.cohort, actor=None, now=NOW)
    return sitting


def received(folder: Path, content: bytes = PDF, name: str = "Жоба.pdf") -> Received:
    """A file in the store."""
    return receive(DiskStore(folder), file=io.BytesIO(content), name=name, limit=LIMIT)


def handed(stage: Stage, folder: Path, content: bytes = PDF, *, place: int = 0, now: datetime = NOW) -> Material:
    """A version of a group."""
    return hand_in(
        stage.session, enrolment=somebody(stage, place), received=received(folder, content), actor=None, now=now
    )
