"""The files of a batch are made by a job that its issue leaves behind."""

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.accounts.enums import Role
from app.jobs.enums import JobState
from app.jobs.models import Job
from app.jobs.queries import find_job
from app.jobs.worker import Worker
from app.kernel.database import db
from app.kernel.errors import StorageError
from app.kernel.unit import unit_of_work
from app.kernel.words import Message
from app.people.models import Person
from certificates.jobs import FILES
from certificates.models import Batch, Certificate, RenderedFile
from certificates.payload import Payload
from certificates.services.files import Sheet, payload_of
from certificates.storage import Store
from tests.integration.certificates.making import NAMES, World, sign_in
from tests.support.together import together


def issued(app: Flask) -> int:
    """A cohort whose certificates were issued; the key of the batch."""
    with app.app_context(), unit_of_work() as session:
        world = World(session)
        world.enrol(*NAMES)
        return world.issued().batch.id


def job_of(session: Session, batch: int) -> Job:
    found = find_job(session, FILES.name, str(batch))
    assert found is not None
    return found


def files(app: Flask) -> list[Path]:
    return sorted(Store(app.extensions["settings"].DATA_DIR).root.rglob("*.pdf"))


def test_the_files_are_made_after_the_issue(own_app: Flask) -> None:
    batch = issued(own_app)
    assert files(own_app) == []
    Worker(own_app).run_due()
    with own_app.app_context():
        job = job_of(db.session(), batch)
        assert (job.state, job.progress, job.total) == (JobState.DONE, len(NAMES), len(NAMES))
        assert job.said is not None
        assert str(Message.from_dict(job.said)) == "Files made: 5 of 5"
        assert len(db.session.scalars(select(RenderedFile)).all()) == len(files(own_app)) == len(NAMES)


def test_nobody_waits_while_the_records_are_read(own_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    issued(own_app)
    written: list[int] = []

    def write() -> int:
        with own_app.app_context(), unit_of_work() as other:
            other.add(Person(search_key="", sort_key=""))
        return 1

    def look(record: Certificate | Sheet) -> Payload:
        written.extend(together(write))
        return payload_of(record)

    monkeypatch.setattr("certificates.jobs.payload_of", look)
    Worker(own_app).run_due()
    assert written == [1] * len(NAMES)
    assert len(files(own_app)) == len(NAMES)


def test_an_altered_record_does_not_hinder_the_others_and_is_named(own_app: Flask) -> None:
    batch = issued(own_app)
    with own_app.app_context(), unit_of_work() as session:
        number = session.get_one(Batch, batch).items[1]
        row = session.execute(
            text("SELECT id, number FROM certificate WHERE enrolment_id = :key"), {"key": number.enrolment_id}
        ).one()
        _alter(session, row.id)
    Worker(own_app).run_due()
    with own_app.app_context():
        job = job_of(db.session(), batch)
        assert job.state == JobState.FAILED
        assert job.problem is not None
        assert job.problem["values"] == {"numbers": row.number}
        assert len(files(own_app)) == len(NAMES) - 1


def test_a_full_disk_is_tried_again(own_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    batch = issued(own_app)

    def full(_store: Store, _key: str, _data: bytes) -> None:
        raise StorageError(Message("The disk is full."))

    with monkeypatch.context() as patch:
        patch.setattr(Store, "write", full)
        Worker(own_app).run_due()
    with own_app.app_context(), unit_of_work() as session:
        job = job_of(session, batch)
        assert (job.state, files(own_app)) == (JobState.WAITING, [])
        job.run_at = job.created_at
    Worker(own_app).run_due()
    assert len(files(own_app)) == len(NAMES)


def _alter(session: Session, key: int) -> None:
    """As only somebody with the whole database at hand can: past the triggers."""
    if session.get_bind().dialect.name == "sqlite":
        session.execute(text("DROP TRIGGER certificate_frozen"))
    else:
        session.execute(text("ALTER TABLE certificate DISABLE TRIGGER ALL"))
    session.execute(text("UPDATE certificate SET payload = '{}' WHERE id = :key"), {"key": key})


def test_the_page_of_a_batch_shows_how_far_its_files_are(world: World, app: Flask) -> None:
    world.enrol(*NAMES)
    batch = world.issued().batch
    browser = sign_in(app, world.actor(Role.COORDINATOR))
    address = f"/cohorts/{batch.cohort.code}/certificates/{batch.key}"
    assert "The files are being made" in browser.get(address).text
    job = job_of(world.session, batch.id)
    job.state, job.progress, job.total = JobState.RUNNING, 2, 5
    assert '<progress aria-label="Progress" max="5" value="2">' in browser.get(address).text
    job.state = JobState.DONE
    assert "The files are being made" not in browser.get(address).text
