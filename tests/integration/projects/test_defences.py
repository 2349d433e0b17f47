from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.kernel.errors import ConflictError, DomainError, NotFoundError
from cohorts.enums import EnrolmentStatus
from modules.enums import SessionKind, SessionStatus
from modules.models import ModuleSession
from modules.services import delete_session, publish
from projects.enums import Duty, Outcome
from projects.models import DefenceDay, DefenceSlot
from projects.queries.interests import interests_of
from projects.queries.sittings import get_sitting, people_of_groups
from projects.services import change_project, change_sitting, delete_sitting, plan_sitting, set_commission
from projects.services.sittings import Plan, plan_of
from tests.integration.modules.world import DUBAI, NOW
from tests.integration.projects.world import DAY, NINE, Stage, make_stage

HOME = ZoneInfo("Asia/Almaty")


def refused(act: Callable[[], object], says: str) -> None:
    with pytest.raises(DomainError, match=says):
        act()


class TestCommission:
    def test_numbers_follow_each_other_and_members_keep_their_order(self, stage: Stage) -> None:
        first, second = stage.commission(), stage.commission(quorum=3)
        assert (first.number, second.number, second.quorum) == (1, 2, 3)
        assert [row.duty for row in first.members] == [Duty.CHAIR, Duty.MEMBER, Duty.MEMBER, Duty.SECRETARY]

    def test_members_come_and_go_with_their_presence(self, stage: Stage) -> None:
        stage.split(1)
        sitting = stage.sitting(0)
        stage.all_present(sitting)
        commission, new = sitting.commission, stage.expert("Жаңа Мүше")
        members = [(stage.experts[1].id, Duty.CHAIR), (stage.experts[3].id, Duty.SECRETARY), (new.id, Duty.MEMBER)]
        changed = set_commission(
            stage.session,
            cohort=stage.cohort,
            number=commission.number,
            members=members,
            quorum=None,
            version=commission.version,
            actor=None,
            now=NOW,
        )
        assert [(row.expert_id, row.duty) for row in changed.members] == members
        stage.session.expire_all()
        assert len(sitting.present) == 2
        assert [set(slot.session.people) for slot in sitting.slots] == [{f"commission:{key}" for key, _ in members}]

    def test_nobody_leaves_whose_vote_is_recorded(self, stage: Stage) -> None:
        stage.split(1)
        sitting = stage.sitting(0)
        stage.all_present(sitting)
        stage.decide(sitting.slots[0])
        with pytest.raises(DomainError, match="more votes are recorded"):
            set_commission(
                stage.session,
                cohort=stage.cohort,
                number=sitting.commission.number,
                members=[(stage.experts[0].id, Duty.CHAIR), (stage.experts[1].id, Duty.MEMBER)],
                quorum=None,
                version=None,
                actor=None,
                now=NOW,
            )

    def test_two_editors(self, stage: Stage) -> None:
        commission = stage.commission()
        given = {"cohort": stage.cohort, "number": 1, "actor": stage.actor, "now": NOW}
        members = [(stage.experts[0].id, Duty.CHAIR)]
        set_commission(stage.session, members=members, quorum=1, version=1, **given)  # type: ignore[arg-type]  # by name
        with pytest.raises(ConflictError) as conflict:
            set_commission(stage.session, members=members, quorum=None, version=1, **given)  # type: ignore[arg-type]  # by name
        assert [(row.saved, row.typed) for row in conflict.value.differences][1] == ("1", "")
        assert commission.version == 2

    def test_one_with_closed_minutes_does_not_change(self, stage: Stage) -> None:
        stage.split(1)
        commission = stage.held(Outcome.ACCEPTED).commission
        members = [(stage.experts[0].id, Duty.CHAIR)]
        refused(
            lambda: set_commission(
                stage.session,
                cohort=stage.cohort,
                number=commission.number,
                members=members,
                quorum=None,
                version=None,
                actor=None,
                now=NOW,
            ),
            "minutes of this commission are closed",
        )

    def test_a_stranger_is_refused(self, session: Session, stage: Stage) -> None:
        stranger = make_stage(session, code="kel-2").expert("Бөтен")
        refused(
            lambda: set_commission(
                session,
                cohort=stage.cohort,
                number=None,
                members=[(stranger.id, Duty.CHAIR)],
                quorum=None,
                version=None,
                actor=None,
                now=NOW,
            ),
            "experts of this cohort",
        )

    def test_whoever_judges_their_own_is_named_not_refused(self, stage: Stage) -> None:
        groups = stage.split(3)
        mentor, alike = stage.expert("Тәлімгер Төраға"), stage.expert("Алтай Адамы", organisation="ALTAI")
        change_project(
            stage.session, group=groups[0], title=None, mentors=[mentor.id], version=None, actor=None, now=NOW
        )
        commission = set_commission(
            stage.session,
            cohort=stage.cohort,
            number=None,
            members=[(mentor.id, Duty.CHAIR), (alike.id, Duty.MEMBER)],
            quorum=None,
            version=None,
            actor=None,
            now=NOW,
        )
        sitting = get_sitting(stage.session, stage.cohort, stage.sitting(0, 1, commission=commission).id)
        people = people_of_groups(stage.session, [group.id for group in groups])
        found = interests_of(commission, [slot.project for slot in sitting.slots], people)
        assert (mentor.id, groups[0].id, True) in [(one.expert_id, one.group_id, one.mentor) for one in found]
        altai = {row.group_id for row in stage.people() if row.number % 3 == 0}
        assert {one.group_id for one in found if not one.mentor} == altai & {groups[0].id, groups[1].id}


class TestPlanning:
    def test_each_project_is_a_draft_session_for_its_group(self, stage: Stage) -> None:
        stage.split(3)
        sitting = stage.sitting(2, 0)
        first, second = [slot.session for slot in sitting.slots]
        assert [slot.project.group.label for slot in sitting.slots] == ["3", "1"]
        assert first.starts_at.astimezone(HOME) == datetime(2026, 11, 23, 9, 0, tzinfo=HOME)
        assert (first.ends_at, second.ends_at) == (second.starts_at, second.starts_at + timedelta(minutes=40))
        assert (first.kind, first.title.ru, first.rooms) == (SessionKind.DEFENCE, "Защита проекта: Проект 3", ["305"])
        assert first.audience == [f"group:{stage.groups[2].id}"]
        assert first.people == [f"commission:{expert.id}" for expert in stage.experts]

    def test_times_are_those_of_the_place(self, stage: Stage) -> None:
        stage.split(1)
        sitting = plan_sitting(
            stage.session,
            commission=stage.commission(),
            module=stage.world.modules[1],
            day=date(2026, 12, 8),
            start=NINE,
            minutes=30,
            project_ids=[stage.project(0).id],
            actor=None,
            now=NOW,
        )
        meeting = sitting.slots[0].session
        assert (meeting.time_zone, meeting.starts_at.hour) == (DUBAI, 5)

    @pytest.mark.parametrize(
        ("changes", "says"),
        [
            ({"day": date(2026, 11, 1)}, "module begins on 02.11.2026"),
            ({"start": time(23, 50)}, "after midnight"),
            ({"minutes": 0}, "between 5 and 480 minutes"),
            ({"project_ids": []}, "choose between 1 and"),
            ({"link": "http://meet.example.org"}, "beginning with https"),
        ],
    )
    def test_what_cannot_be_is_refused(self, stage: Stage, changes: dict[str, object], says: str) -> None:
        stage.split(2)
        given: dict[str, object] = {
            "commission": stage.commission(),
            "module": stage.world.modules[0],
            "day": DAY,
            "start": NINE,
            "minutes": 40,
            "project_ids": [stage.project(0).id, stage.project(1).id],
            "actor": None,
            "now": NOW,
            **changes,
        }
        refused(lambda: plan_sitting(stage.session, **given), says)  # type: ignore[arg-type]  # by name

    def test_a_component_without_dates_begins_with_the_cohort(self, stage: Stage) -> None:
        stage.split(1)
        sitting = stage.sitting(0)
        plan = plan_of(sitting)
        assert plan is not None
        component = stage.world.modules[3]
        wanted = replace(plan, module=component, day=date(2026, 11, 1))
        refused(
            lambda: change_sitting(stage.session, sitting=sitting, plan=wanted, version=None, actor=None, now=NOW),
            "cohort begins on 02.11.2026",
        )

    def test_a_group_without_people_is_refused(self, stage: Stage) -> None:
        groups = stage.split(2)
        for row in stage.people():
            if row.group_id == groups[1].id:
                row.status = EnrolmentStatus.WITHDRAWN
        stage.session.flush()
        refused(lambda: stage.sitting(0, 1), "there is nobody in № 2 топ")

    def test_what_is_accepted_or_waits_elsewhere_is_refused(self, stage: Stage) -> None:
        stage.split(4)
        stage.held(Outcome.ACCEPTED, Outcome.TO_REVISE)
        stage.sitting(2, day=date(2026, 11, 25))
        refused(lambda: stage.sitting(0, day=date(2026, 11, 26)), "№ 1 топ is accepted already")
        refused(lambda: stage.sitting(2, day=date(2026, 11, 26)), "№ 3 топ is on the agenda of 25.11.2026")
        refused(lambda: stage.sitting(1, day=date(2026, 11, 20)), "decided on a later day")
        assert len(stage.sitting(1, 3, day=date(2026, 11, 26)).slots) == 2

    def test_things_of_another_cohort_do_not_exist(self, session: Session, stage: Stage) -> None:
        other = make_stage(session, code="kel-2")
        stage.split(1)
        other.split(1)
        commission = stage.commission()
        given = {"day": DAY, "start": NINE, "minutes": 40, "actor": None, "now": NOW, "commission": commission}
        for module, project in ((stage.world.modules[0], other.project(0)), (other.world.modules[0], stage.project(0))):
            with pytest.raises(NotFoundError):
                plan_sitting(session, module=module, project_ids=[project.id], **given)  # type: ignore[arg-type]  # by name
        with pytest.raises(NotFoundError):
            get_sitting(session, other.cohort, stage.sitting(0).id)


class TestChanging:
    def plan(self, sitting: DefenceDay, **changes: object) -> Plan:
        plan = plan_of(sitting)
        assert plan is not None
        return replace(plan, **changes)  # type: ignore[arg-type]  # by name

    def test_the_sessions_follow_the_day_and_the_order(self, stage: Stage) -> None:
        stage.split(3)
        sitting = stage.sitting(0, 1)
        ids = [slot.session_id for slot in sitting.slots]
        order = (stage.project(2).id, stage.project(1).id, stage.project(0).id)
        wanted = self.plan(sitting, day=date(2026, 11, 27), start=time(14), minutes=30, project_ids=order, rooms=("7",))
        change_sitting(stage.session, sitting=sitting, plan=wanted, version=1, actor=None, now=NOW)
        slots = stage.session.scalars(select(DefenceSlot).order_by(DefenceSlot.position)).all()
        assert [slot.project_id for slot in slots] == list(order)
        assert [slot.session_id for slot in slots][1:] == ids[::-1]
        starts = [slot.session.starts_at.astimezone(HOME) for slot in slots]
        assert [f"{start:%d %H:%M}" for start in starts] == ["27 14:00", "27 14:30", "27 15:00"]
        assert (sitting.day, sitting.version, slots[0].session.rooms) == (date(2026, 11, 27), 2, ["7"])

    def test_a_project_taken_off_loses_its_draft_and_participants_learn_of_a_published_one(self, stage: Stage) -> None:
        stage.split(3)
        sitting = stage.sitting(0, 1, 2)
        first = sitting.slots[0].session
        change = {"sitting": sitting, "version": None, "actor": None, "now": NOW}
        two = (stage.project(0).id, stage.project(1).id)
        change_sitting(stage.session, plan=self.plan(sitting, project_ids=two), **change)  # type: ignore[arg-type]  # by name
        assert stage.session.scalar(select(func.count(ModuleSession.id))) == 2
        publish(stage.session, cohort=stage.cohort, actor=None, now=NOW)
        change_sitting(stage.session, plan=self.plan(sitting, project_ids=two[1:]), **change)  # type: ignore[arg-type]  # by name
        assert first.status == SessionStatus.CANCELLED
        assert stage.session.scalar(select(func.count(DefenceSlot.id))) == 1

    def test_what_is_decided_stays(self, stage: Stage) -> None:
        stage.split(2)
        sitting = stage.sitting(0, 1)
        stage.all_present(sitting)
        stage.decide(sitting.slots[0])
        plan = self.plan(sitting, day=date(2026, 11, 27))
        refused(
            lambda: change_sitting(stage.session, sitting=sitting, plan=plan, version=None, actor=None, now=NOW),
            "decided already",
        )
        refused(lambda: delete_sitting(stage.session, sitting=sitting, version=None, actor=None, now=NOW), "decided")

    def test_two_editors(self, stage: Stage) -> None:
        stage.split(1)
        sitting = stage.sitting(0)
        plan = self.plan(sitting, day=date(2026, 11, 27))
        change_sitting(stage.session, sitting=sitting, plan=plan, version=1, actor=stage.actor, now=NOW)
        with pytest.raises(ConflictError) as conflict:
            change_sitting(stage.session, sitting=sitting, plan=plan, version=1, actor=stage.actor, now=NOW)
        assert conflict.value.version == 2

    def test_an_unpublished_day_is_deleted_with_its_sessions(self, stage: Stage) -> None:
        stage.split(2)
        sitting = stage.sitting(0, 1)
        stage.all_present(sitting)
        delete_sitting(stage.session, sitting=sitting, version=2, actor=None, now=NOW)
        for model in (DefenceDay, DefenceSlot, ModuleSession):
            assert stage.session.scalar(select(func.count(model.id))) == 0

    def test_a_published_day_is_not_deleted(self, stage: Stage) -> None:
        stage.split(1)
        sitting = stage.sitting(0)
        publish(stage.session, cohort=stage.cohort, actor=None, now=NOW)
        refused(
            lambda: delete_sitting(stage.session, sitting=sitting, version=None, actor=None, now=NOW),
            "participants know of this day",
        )

    def test_its_session_is_not_deleted_in_the_schedule(self, stage: Stage) -> None:
        stage.split(1)
        meeting = stage.sitting(0).slots[0].session
        refused(
            lambda: delete_session(stage.session, meeting=meeting, expected_version=1, actor=None, now=NOW),
            "a defence day or an attendance register needs this session",
        )
