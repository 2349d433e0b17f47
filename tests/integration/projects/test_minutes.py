from collections.abc import Callable
from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from app.audit.models import AuditEntry
from app.kernel.errors import ConflictError, DomainError
from app.kernel.tri import Tri
from app.people.enums import NameForm, NameKind
from app.people.rules import PersonalName
from app.people.services import change_names
from projects.enums import Duty, Outcome, Presence
from projects.minutes.content import Papers, content_of
from projects.minutes.paper import draw
from projects.minutes.wording import Lang
from projects.models import DefenceDay
from projects.queries.sittings import get_sitting, people_of_groups
from projects.services import change_project, change_sitting, close_minutes, mark_presence
from projects.services.minutes import missing_of, quorum_here
from projects.services.sittings import plan_of
from tests.integration.modules.world import NOW
from tests.integration.projects.world import DAY, Stage


def refused(act: Callable[[], object], says: str) -> None:
    with pytest.raises(DomainError, match=says):
        act()


def close(stage: Stage, sitting: DefenceDay, number: str = "1", on: date = DAY) -> DefenceDay:
    return close_minutes(stage.session, sitting=sitting, number=number, on=on, actor=stage.actor, now=NOW)


def text_of(sitting: DefenceDay, lang: Lang) -> str:
    """The words of the PDF of closed minutes."""
    assert sitting.content is not None
    reader = PdfReader(BytesIO(draw(sitting.content, lang, draft=False)))
    return " ".join(" ".join(page.extract_text().split()) for page in reader.pages)


class TestPresence:
    def test_it_makes_the_quorum(self, stage: Stage) -> None:
        stage.split(1)
        sitting = stage.sitting(0)
        members = {row.id: Duty(row.duty) for row in sitting.commission.members}
        marks = {key: Presence.ROOM if duty == Duty.SECRETARY else Presence.ABSENT for key, duty in members.items()}
        mark_presence(stage.session, sitting=sitting, presence=marks, actor=None, now=NOW)
        assert (quorum_here(sitting).present, quorum_here(sitting).kept) == (0, False)
        marks = dict.fromkeys(marks, Presence.ONLINE)
        mark_presence(stage.session, sitting=sitting, presence=marks, actor=None, now=NOW)
        assert quorum_here(sitting).kept

    def test_two_secretaries(self, stage: Stage) -> None:
        stage.split(1)
        sitting = stage.sitting(0)
        marks = {row.id: Presence.ROOM for row in sitting.commission.members}
        given = {"sitting": sitting, "actor": stage.actor, "now": NOW, "version": 1}
        mark_presence(stage.session, presence=marks, **given)  # type: ignore[arg-type]  # by name
        with pytest.raises(ConflictError) as conflict:
            mark_presence(stage.session, presence=dict.fromkeys(marks, Presence.ABSENT), **given)  # type: ignore[arg-type]  # by name
        assert [(str(row.label), row.saved, row.typed) for row in conflict.value.differences] == [
            ("In the room", "4", "0"),
            ("Online", "0", "0"),
            ("Absent", "0", "4"),
        ]

    def test_who_has_voted_cannot_become_absent(self, stage: Stage) -> None:
        stage.split(1)
        sitting = stage.sitting(0)
        stage.all_present(sitting)
        stage.decide(sitting.slots[0])
        marks = {row.id: Presence.ABSENT for row in sitting.commission.members}
        refused(
            lambda: mark_presence(stage.session, sitting=sitting, presence=marks, actor=None, now=NOW),
            "more votes are recorded",
        )

    def test_a_stranger_is_refused(self, stage: Stage) -> None:
        stage.split(1)
        sitting = stage.sitting(0)
        refused(
            lambda: mark_presence(stage.session, sitting=sitting, presence={999: Presence.ROOM}, actor=None, now=NOW),
            "not on this commission",
        )


class TestDeciding:
    def test_two_secretaries_at_one_item(self, stage: Stage) -> None:
        stage.split(1)
        sitting = stage.sitting(0)
        stage.all_present(sitting)
        slot = sitting.slots[0]
        stage.decide(slot, Outcome.TO_REVISE, version=1, score=Decimal("41.5"))
        with pytest.raises(ConflictError) as conflict:
            stage.decide(slot, Outcome.ACCEPTED, version=1, questions="Mine")
        found = [(str(row.label), str(row.saved), str(row.typed)) for row in conflict.value.differences]
        assert found == [
            ("Questions, and who asked", "", "Mine"),
            ("For / against / abstained", "3 / 0 / 0", "3 / 0 / 0"),
            ("Decision", "To revise", "Accepted"),
            ("Score", "41.50", ""),
            ("Remark", "", ""),
        ]
        assert conflict.value.who == "Coordinator"
        assert stage.decide(slot, Outcome.ACCEPTED, version=2).outcome == Outcome.ACCEPTED

    def test_more_votes_than_people(self, stage: Stage) -> None:
        stage.split(1)
        sitting = stage.sitting(0)
        stage.all_present(sitting)
        refused(lambda: stage.decide(sitting.slots[0], votes=(3, 1, 0)), "4 votes, but only 3 who vote")

    def test_a_change_is_in_the_audit_with_what_was_before(self, stage: Stage) -> None:
        stage.split(1)
        sitting = stage.sitting(0)
        stage.all_present(sitting)
        stage.decide(sitting.slots[0], Outcome.NOT_ACCEPTED)
        stage.decide(sitting.slots[0], Outcome.ACCEPTED)
        details = stage.session.scalars(
            select(AuditEntry.detail).where(AuditEntry.act == "projects.defence_decided").order_by(AuditEntry.id)
        ).all()
        assert [(one["before"], one["outcome"]) for one in details] == [
            (None, "not_accepted"),
            ("not_accepted", "accepted"),
        ]


class TestClosing:
    def test_what_is_missing_keeps_them_open(self, stage: Stage) -> None:
        stage.split(2)
        sitting = stage.sitting(0, 1)
        assert [str(one.text) for one in missing_of(sitting)] == [
            "Who is present: not recorded of 4",
            "Item 1: decision",
            "Item 2: decision",
        ]
        stage.all_present(sitting)
        stage.decide(sitting.slots[0])
        refused(lambda: close(stage, sitting), "Item 2: decision")
        stage.decide(sitting.slots[1], Outcome.NOT_SUBMITTED)
        assert close(stage, sitting).closed_at == NOW

    def test_a_number_is_given_once_in_a_cohort(self, stage: Stage) -> None:
        stage.split(2)
        stage.held(Outcome.TO_REVISE, number="5")
        sitting = stage.sitting(1)
        stage.all_present(sitting)
        stage.decide(sitting.slots[0])
        refused(lambda: close(stage, sitting, " № 5 "), "other minutes of this cohort have this number")
        assert close(stage, sitting, "6").minutes_number == "6"

    def test_a_letter_that_cannot_be_printed_is_named(self, stage: Stage) -> None:
        stage.split(1)
        sitting = stage.sitting(0)
        stage.all_present(sitting)
        stage.decide(sitting.slots[0], questions="How? \U0001f600")
        refused(lambda: close(stage, sitting), "U\\+1F600")

    def test_nothing_changes_after(self, stage: Stage) -> None:
        stage.split(2)
        sitting = stage.held(Outcome.ACCEPTED)
        content, plan = sitting.content, plan_of(sitting)
        assert plan is not None
        marks = {row.id: Presence.ABSENT for row in sitting.commission.members}
        acts: list[Callable[[], object]] = [
            lambda: stage.decide(sitting.slots[0], Outcome.NOT_ACCEPTED),
            lambda: mark_presence(stage.session, sitting=sitting, presence=marks, actor=None, now=NOW),
            lambda: close(stage, sitting, "2"),
            lambda: change_sitting(stage.session, sitting=sitting, plan=plan, version=None, actor=None, now=NOW),
        ]
        for act in acts:
            refused(act, "closed")
        change_project(
            stage.session, group=stage.groups[0], title=Tri(en="Renamed"), mentors=[], version=None, actor=None, now=NOW
        )
        person = stage.experts[0].person
        assert person is not None
        change_names(
            stage.session,
            person=person,
            names={NameForm.KK: PersonalName("Басқа")},
            kind=NameKind.CHANGED,
            reason="marriage",
            actor=None,
            now=NOW,
        )
        stage.session.expire_all()
        assert sitting.content == content
        assert "Құрбанғалиева" in text_of(sitting, "kk")
        assert "Renamed" not in text_of(sitting, "ru")

    def test_two_close_at_once(self, stage: Stage) -> None:
        stage.split(1)
        sitting = stage.sitting(0)
        stage.all_present(sitting)
        stage.decide(sitting.slots[0])
        given = {"sitting": sitting, "on": DAY, "actor": None, "now": NOW}
        stage.decide(sitting.slots[0], Outcome.TO_REVISE)
        with pytest.raises(ConflictError):
            close_minutes(stage.session, number="1", version=1, **given)  # type: ignore[arg-type]  # by name
        close_minutes(stage.session, number="1", version=2, **given)  # type: ignore[arg-type]  # by name


class TestWords:
    @pytest.mark.parametrize(
        ("lang", "words"),
        [
            (
                "kk",
                [
                    "ХАТТАМА № 7",
                    "№ 1 комиссияның отырысы",
                    "2026 жылғы 23 қараша, 09:00–10:20",
                    "Комиссия құрамы",
                    "Құрбанғалиева Ғазиза Әбдімүтәліпқызы",
                    "Office (қаз.), төраға",
                    "Дауыс беретін мүшелер: 3, қатысқаны: 3",
                    "2, бар",
                    "1. Жобаны қорғау: «Жоба 1» (№ 1 топ)",
                    "жақтап – 2, қарсы – 0, қалыс қалды – 1",
                    "87,5 (ең жоғарысы – 100)",
                    "Әрекетов Қ.: қалай?",
                    "ШЕШТІ: жоба қабылдансын.",
                    "ШЕШТІ: жоба ұсынылған жоқ.",
                    "Комиссия төрағасы",
                    "Комиссия хатшысы",
                ],
            ),
            (
                "ru",
                [
                    "ПРОТОКОЛ № 7",
                    "Заседание комиссии № 1",
                    "23 ноября 2026 года, 09:00–10:20",
                    "Членов с правом голоса: 3, присутствуют: 3",
                    "2, имеется",
                    "«Проект 1» (Группа № 1)",
                    "за – 2, против – 0, воздержались – 1",
                    "ПОСТАНОВИЛИ: принять проект.",
                    "ПОСТАНОВИЛИ: проект не представлен.",
                    "Председатель комиссии",
                ],
            ),
        ],
    )
    def test_each_document_says_all_in_its_language(self, stage: Stage, lang: Lang, words: list[str]) -> None:
        stage.split(2)
        sitting = stage.sitting(0, 1)
        stage.all_present(sitting)
        stage.decide(
            sitting.slots[0],
            votes=(2, 0, 1),
            score=Decimal("87.5"),
            questions="Әрекетов Қ.: қалай?\nКім?",
            remark="Жақсы",
        )
        stage.decide(sitting.slots[1], Outcome.NOT_SUBMITTED)
        text = text_of(close(stage, sitting, "7"), lang).replace("\u00a0", " ")
        assert [word for word in words if word not in text] == []

    def test_a_draft_says_what_is_not_written(self, stage: Stage) -> None:
        stage.split(1)
        sitting = get_sitting(stage.session, stage.cohort, stage.sitting(0).id)
        people = people_of_groups(stage.session, [stage.groups[0].id])
        content = content_of(Papers(sitting, people))
        assert content["ru"]["number"] == "№ ______"
        states = [block["state"] for block in content["kk"]["blocks"] if "state" in block]
        assert states == ["жазылмаған"] * 4
        assert [block for block in content["ru"]["blocks"] if "resolved" in block] == [
            {"resolved": "ПОСТАНОВИЛИ: решение не записано."}
        ]

    def test_an_office_stands_for_a_name_that_is_not_known(self, stage: Stage) -> None:
        stage.split(1)
        stage.expert("", "Министр")
        for name in ("Екінші Мүше", "Үшінші Мүше"):
            stage.expert(name)
        text = text_of(stage.held(Outcome.ACCEPTED), "ru")
        assert "Министр в зале председатель" in text
        assert "Председатель комиссии Министр" in text
