"""Handing in: versions, lateness, what is refused, and who has handed in nothing."""

import io
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from sqlalchemy import select

from app.audit.models import AuditEntry
from app.kernel.errors import DomainError, FileRefusedError, NotFoundError
from app.kernel.files.store import DiskStore, is_whole
from app.kernel.unit import unit_of_work
from app.settings import Settings
from cohorts.enums import CohortStatus, EnrolmentStatus
from cohorts.models import Enrolment
from modules.rules.facts import facts_of
from modules.services import change_session, publish
from projects.enums import Outcome
from projects.models import DefenceDay
from projects.queries.groups import get_group
from projects.queries.materials import get_material, materials_missing, materials_of, own_material
from projects.rules import materials as rules
from projects.services import Plan, change_sitting, close_minutes, groups_at_random, hand_in, remove_group
from projects.services.materials import receive
from projects.services.sittings import plan_of
from tests.integration.modules.world import HOME, NOW
from tests.integration.projects.handing import DEFENCE, DUE, LIMIT, PDF, expected, handed, received, somebody
from tests.integration.projects.world import Stage, make_stage
from tests.support.office import office
from tests.support.together import together
from tests.support.visiting import Statements

WINDOW = {"first": DUE - timedelta(days=1), "last": DUE}


@pytest.fixture
def ready(stage: Stage) -> Stage:
    """Three groups, of which the first two are expected to hand in."""
    stage.split(3)
    expected(stage, 0, 1)
    return stage


class TestVersions:
    def test_a_file_is_a_version_and_lies_in_the_store(self, ready: Stage, tmp_path: Path) -> None:
        made = handed(ready, tmp_path)
        assert (made.number, made.name, made.media_type, made.size, made.late) == (
            1,
            "Жоба.pdf",
            "application/pdf",
            len(PDF),
            False,
        )
        assert made.enrolment_id == somebody(ready).id
        assert made.handed_at == NOW
        assert is_whole(DiskStore(tmp_path), made.sha256)
        entry = ready.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
        assert entry is not None
        assert (entry.act, entry.subject_id, entry.detail["number"]) == ("projects.material_handed_in", made.id, 1)

    def test_the_next_file_is_the_next_version_and_the_same_one_is_not(self, ready: Stage, tmp_path: Path) -> None:
        first = handed(ready, tmp_path)
        assert handed(ready, tmp_path) is first
        second = handed(ready, tmp_path, PDF + b"2")
        third = handed(ready, tmp_path)  # back to the first content: that is a decision, not a double click
        assert [row.number for row in (first, second, third)] == [1, 2, 3]
        assert materials_of(ready.session, [first.project_id]) == {first.project_id: [third, second, first]}
        assert handed(ready, tmp_path, place=1).number == 1

    def test_the_last_day_ends_at_midnight_where_the_cohort_is_at_home(self, ready: Stage, tmp_path: Path) -> None:
        eve = datetime(2026, 11, 25, 23, 59, tzinfo=HOME)
        assert not handed(ready, tmp_path, PDF + b"1", now=eve).late
        assert handed(ready, tmp_path, PDF + b"2", now=eve + timedelta(minutes=1)).late

    def test_without_a_last_day_nothing_is_late(self, stage: Stage, tmp_path: Path) -> None:
        stage.split(1)
        expected(stage, 0, due_on=None)
        assert not handed(stage, tmp_path, now=NOW + timedelta(days=2)).late

    def test_versions_end_somewhere(self, ready: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("projects.services.materials.MOST_VERSIONS", 2)
        assert rules.MOST_VERSIONS > 2
        for number in range(2):
            handed(ready, tmp_path, PDF + bytes([number]))
        with pytest.raises(DomainError, match="2 versions already"):
            handed(ready, tmp_path, PDF + b"3")


class TestWhatIsNotTaken:
    def test_before_the_day_is_published(self, stage: Stage, tmp_path: Path) -> None:
        stage.split(2)
        with pytest.raises(DomainError, match="not published yet"):
            handed(stage, tmp_path)
        stage.sitting(0, day=DEFENCE, materials_due_on=DUE)
        with pytest.raises(DomainError, match="not published yet"):
            handed(stage, tmp_path)
        groups_at_random(stage.session, cohort=stage.cohort, count=2, seed=1, actor=None, now=NOW)
        stage.groups[1] = get_group(stage.session, stage.cohort, stage.groups[1].id)
        with pytest.raises(DomainError, match="not published yet"):
            handed(stage, tmp_path, place=1)

    def test_after_the_minutes_are_closed(self, stage: Stage, tmp_path: Path) -> None:
        stage.split(1)
        sitting = stage.sitting(0)
        publish(stage.session, cohort=stage.cohort, actor=None, now=NOW)
        handed(stage, tmp_path)
        stage.all_present(sitting)
        stage.decide(sitting.slots[0], Outcome.TO_REVISE)
        close_minutes(stage.session, sitting=sitting, number="1", on=sitting.day, actor=None, now=NOW)
        with pytest.raises(DomainError, match="minutes of your defence are closed"):
            handed(stage, tmp_path, PDF + b"2")
        expected(stage, 0)  # it defends again
        assert handed(stage, tmp_path, PDF + b"2").number == 2

    def test_in_a_closed_cohort(self, ready: Stage, tmp_path: Path) -> None:
        ready.cohort.status = CohortStatus.CLOSED
        ready.session.flush()
        with pytest.raises(DomainError, match="the cohort is closed"):
            handed(ready, tmp_path)

    @pytest.mark.parametrize("harm", ["withdrawn", "moved out"])
    def test_of_somebody_who_is_in_no_group(self, ready: Stage, tmp_path: Path, harm: str) -> None:
        row, file = somebody(ready), received(tmp_path)
        if harm == "withdrawn":
            row.status = EnrolmentStatus.WITHDRAWN
        else:
            row.group_id = None
        ready.session.flush()
        with pytest.raises(NotFoundError):
            hand_in(ready.session, enrolment=row, received=file, actor=None, now=NOW)

    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"<html><script>alert(1)</script></html>",
            b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
            b"MZ",
            office("docx", main="application/vnd.ms-word.document.macroEnabled.main+xml"),
            office("docx", parts={f"word/media/{n}.bmp": b"\0" * 64 * 1024 * 1024 for n in range(5)}),
            office("xlsx")[:-40],
        ],
        ids=["empty", "html", "svg", "program", "macros", "bomb", "cut"],
    )
    def test_of_another_kind(self, tmp_path: Path, content: bytes) -> None:
        with pytest.raises(FileRefusedError, match="is no PDF, PPTX, DOCX or XLSX"):
            received(tmp_path, content, "report.pdf")
        assert list(tmp_path.rglob("*")) == []

    def test_of_twelve_megabytes_and_a_byte(self, tmp_path: Path) -> None:
        file = io.BytesIO(PDF.ljust(LIMIT + 1))
        with pytest.raises(FileRefusedError, match="larger than 12 MB"):
            receive(DiskStore(tmp_path), file=file, name="a.pdf", limit=LIMIT)
        assert [path for path in tmp_path.rglob("*") if path.is_file()] == []

    @pytest.mark.parametrize(
        ("name", "kept"),
        [
            ("../../etc/passwd", "passwd.pptx"),
            ("a\u202exlsx.exe", "axlsx.exe.pptx"),
            ("Ж" * 300 + ".pptx", "Ж" * 97 + ".pptx"),
            ("\0\r\n", "file.pptx"),
        ],
    )
    def test_a_hostile_name_is_made_safe(self, tmp_path: Path, name: str, kept: str) -> None:
        assert received(tmp_path, office("pptx"), name).name == kept


class TestTheDay:
    def test_the_last_day_is_planned_changed_and_kept(self, stage: Stage) -> None:
        stage.split(1)
        sitting = stage.sitting(0, day=DEFENCE, materials_due_on=DUE)
        plan = plan_of(sitting)
        assert plan is not None
        assert plan.materials_due_on == DUE
        changed = Plan(
            plan.commission, plan.module, DEFENCE, plan.start, plan.minutes, plan.project_ids, materials_due_on=None
        )
        change_sitting(stage.session, sitting=sitting, plan=changed, version=None, actor=None, now=NOW)
        assert sitting.materials_due_on is None

    def test_it_is_not_after_the_defence(self, stage: Stage) -> None:
        stage.split(1)
        with pytest.raises(DomainError, match="before the defence"):
            stage.sitting(0, day=DEFENCE, materials_due_on=DEFENCE + timedelta(days=1))

    def test_it_keeps_its_distance_when_the_sessions_are_moved(self, ready: Stage) -> None:
        sitting = ready.session.scalars(select(DefenceDay)).one()
        for slot in sitting.slots:
            facts = facts_of(slot.session)
            later = timedelta(days=3)
            moved = replace(facts, starts_at=facts.starts_at + later, ends_at=facts.ends_at + later)
            change_session(
                ready.session,
                meeting=slot.session,
                module=slot.session.module,
                facts=moved,
                expected_version=slot.session.version,
                actor=None,
                now=NOW,
            )
        assert (sitting.day - DEFENCE, sitting.materials_due_on) == (timedelta(days=3), DUE + timedelta(days=3))

    def test_a_group_that_handed_in_is_not_removed(self, stage: Stage, tmp_path: Path) -> None:
        stage.split(2)
        sitting = expected(stage, 0)
        handed(stage, tmp_path)
        sitting.slots[0].session.audience = []
        stage.session.delete(sitting.slots[0])
        stage.session.flush()
        for row in stage.people():
            row.group_id = None
        stage.session.flush()
        with pytest.raises(DomainError, match="has handed in materials"):
            remove_group(stage.session, group=stage.groups[0], actor=None, now=NOW)


class TestReading:
    def test_a_version_is_found_only_where_it_belongs(self, ready: Stage, tmp_path: Path) -> None:
        made = handed(ready, tmp_path)
        session = ready.session
        assert get_material(session, ready.groups[0], 1) is made
        whose = somebody(ready).person_id
        assert own_material(session, [whose, somebody(ready, 1).person_id], made.id) == (made, {whose})
        for people in ([], [somebody(ready, 1).person_id]):
            with pytest.raises(NotFoundError):
                own_material(session, people, made.id)
        for group, number in ((ready.groups[1], 1), (ready.groups[0], 2)):
            with pytest.raises(NotFoundError):
                get_material(session, group, number)

    def test_whoever_left_the_group_does_not_read_on(self, ready: Stage, tmp_path: Path) -> None:
        made, row = handed(ready, tmp_path), somebody(ready)
        row.status = EnrolmentStatus.WITHDRAWN
        ready.session.flush()
        with pytest.raises(NotFoundError):
            own_material(ready.session, [row.person_id], made.id)


class TestAudit:
    def test_missing_and_damaged_files_are_found(self, ready: Stage, cli: FlaskCliRunner, settings: Settings) -> None:
        store = DiskStore(settings.DATA_DIR)
        first = handed(ready, settings.DATA_DIR)
        second = handed(ready, settings.DATA_DIR, PDF + b"2")
        handed(ready, settings.DATA_DIR, PDF + b"3", place=1)
        done = cli.invoke(args=["materials", "audit"])
        assert (done.exit_code, done.output) == (0, "Whole: 3 files\n")
        store.remove(first.sha256)
        store.path(second.sha256).write_bytes(PDF + b"x")
        done = cli.invoke(args=["materials", "audit"])
        assert done.exit_code == 1
        assert done.stderr.splitlines() == [
            f"kel-1, group 1, version 1: missing or damaged: {first.sha256}",
            f"kel-1, group 1, version 2: missing or damaged: {second.sha256}",
            "Not whole: 2 of 3 files. Restore them from a backup.",
        ]


class TestMissing:
    def test_who_has_handed_in_nothing(self, ready: Stage, tmp_path: Path) -> None:
        handed(ready, tmp_path, place=1)
        [found] = materials_missing(ready.session, **WINDOW)
        assert found.group.id == ready.groups[0].id
        assert found.sitting.materials_due_on == DUE
        inside = [row for row in ready.people() if row.group_id == found.group.id]
        assert sorted(found.person_ids) == sorted(row.person_id for row in inside)
        assert len(inside) == 3

    @pytest.mark.parametrize(
        ("first", "last", "count"),
        [(DUE, DUE, 2), (DUE + timedelta(days=1), date.max, 0), (date.min, DUE - timedelta(days=1), 0)],
    )
    def test_both_days_of_the_window_count(self, ready: Stage, first: date, last: date, count: int) -> None:
        assert len(materials_missing(ready.session, first=first, last=last)) == count

    def test_not_what_is_a_draft_decided_or_closed(self, stage: Stage) -> None:
        stage.split(3)
        sitting = stage.sitting(0, 1, day=DEFENCE, materials_due_on=DUE)
        assert materials_missing(stage.session, **WINDOW) == []
        publish(stage.session, cohort=stage.cohort, actor=None, now=NOW)
        stage.all_present(sitting)
        stage.decide(sitting.slots[0], Outcome.NOT_SUBMITTED)
        assert [row.group.id for row in materials_missing(stage.session, **WINDOW)] == [stage.groups[1].id]
        stage.cohort.status = CohortStatus.CLOSED
        stage.session.flush()
        assert materials_missing(stage.session, **WINDOW) == []

    def test_what_was_handed_in_for_an_earlier_defence_does_not_count(self, stage: Stage, tmp_path: Path) -> None:
        stage.split(1)
        sitting = stage.sitting(0)
        publish(stage.session, cohort=stage.cohort, actor=None, now=NOW)
        handed(stage, tmp_path, now=NOW - timedelta(hours=2))
        stage.all_present(sitting)
        stage.decide(sitting.slots[0], Outcome.TO_REVISE)
        close_minutes(stage.session, sitting=sitting, number="1", on=sitting.day, actor=None, now=NOW)
        expected(stage, 0)
        assert len(materials_missing(stage.session, **WINDOW)) == 1
        handed(stage, tmp_path, PDF + b"2", now=NOW + timedelta(hours=1))
        assert materials_missing(stage.session, **WINDOW) == []

    def test_the_number_of_statements_does_not_grow(self, stage: Stage, statements: Statements) -> None:
        stage.split(3)
        counts = []
        sitting = expected(stage, 0)
        for wanted in (1, 3):
            if wanted == 3:
                plan = plan_of(sitting)
                assert plan is not None
                every = tuple(stage.project(place).id for place in range(3))
                changed = Plan(
                    plan.commission,
                    plan.module,
                    plan.day,
                    plan.start,
                    40,
                    every,
                    materials_due_on=plan.materials_due_on,
                )
                change_sitting(stage.session, sitting=sitting, plan=changed, version=None, actor=None, now=NOW)
                publish(stage.session, cohort=stage.cohort, actor=None, now=NOW)
            stage.session.expire_all()
            with statements() as sent:
                found = materials_missing(stage.session, **WINDOW)
                assert len(found) == wanted
                assert all(row.sitting.cohort.code and row.person_ids for row in found)
            counts.append(len(sent))
        assert counts[0] == counts[1]


def test_two_who_press_at_once_make_one_version(own_app: Flask, tmp_path: Path) -> None:
    with own_app.app_context(), unit_of_work() as session:
        stage = make_stage(session)
        stage.split(1)
        expected(stage, 0)

    def press(content: bytes) -> int:
        with own_app.app_context(), unit_of_work() as session:
            row = session.scalars(select(Enrolment).order_by(Enrolment.id)).first()
            assert row is not None
            file = received(tmp_path, content)
            return hand_in(session, enrolment=row, received=file, actor=None, now=NOW).number

    assert together(*[partial(press, PDF)] * 4) == [1] * 4
    assert sorted(together(*[partial(press, PDF + bytes([number])) for number in range(3)])) == [2, 3, 4]
