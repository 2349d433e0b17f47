from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.audit.models import AuditEntry
from app.kernel.errors import ConflictError, DomainError
from app.kernel.partial_date import PartialDate
from app.kernel.tri import Tri
from cohorts.enums import EnrolmentStatus, Mode
from cohorts.models import Enrolment
from modules.enums import SessionStatus
from modules.models import Block, CalendarFeed, Module, ModuleSession, PublishedSession, ScheduleSeen
from modules.queries.schedule import pending_changes, published_now
from modules.rules.facts import facts_of
from modules.rules.publishing import review_mark
from modules.services import (
    add_session,
    cancel_session,
    change_session,
    delete_session,
    lay_modules,
    mark_seen,
    new_secret,
    publish,
    restore_session,
)
from tests.integration.modules.world import NOW, World, facts_at, make_world

HOUR = timedelta(hours=1)


def published(session: Session, meeting: ModuleSession) -> list[PublishedSession]:
    rows = select(PublishedSession).where(PublishedSession.session_id == meeting.id)
    return list(session.scalars(rows.order_by(PublishedSession.version_number)))


def acts(session: Session) -> list[str]:
    return list(session.scalars(select(AuditEntry.act).where(AuditEntry.act.like("modules.%")).order_by(AuditEntry.id)))


class TestLaying:
    def test_modules_and_blocks_come_from_the_outline(self, session: Session, world: World) -> None:
        first, second, third, defence = world.modules
        assert [module.number for module in world.modules] == [1, 2, 3, None]
        assert second.host is not None
        assert second.host.code == "host-school"
        assert second.blocks[0].time_zone == "Asia/Dubai"
        assert second.blocks[0].city == Tri(kk="Абу-Даби", ru="Абу-Даби", en="Abu Dhabi")
        assert third.blocks[0].starts_on == PartialDate(2027, 2)
        assert defence.blocks[0].mode == Mode.DEFENCE
        assert defence.blocks[0].starts_on is None
        assert first.topics == []
        session.expire_all()
        assert session.scalar(select(func.count(Block.id))) == 4

    def test_laying_twice_changes_nothing(self, session: Session, world: World) -> None:
        world.modules[0].title = Tri(en="Edited by hand")
        again = lay_modules(session, cohort=world.cohort, actor=None, now=NOW)
        assert [module.id for module in again] == [module.id for module in world.modules]
        assert again[0].title == Tri(en="Edited by hand")
        assert session.scalar(select(func.count(Module.id))) == 4
        assert acts(session) == ["modules.laid"]


class TestSessions:
    def test_a_session_is_added_as_a_draft(self, session: Session, world: World) -> None:
        meeting = world.add()
        assert meeting.version == 1
        assert published(session, meeting) == []
        assert acts(session)[-1] == "modules.session_added"

    def test_a_refused_session_is_not_added(self, session: Session, world: World) -> None:
        with pytest.raises(DomainError):
            add_session(session, module=world.modules[0], facts=facts_at(""), actor=None, now=NOW)
        assert session.scalar(select(func.count(ModuleSession.id))) == 0

    def test_changing_counts_versions(self, session: Session, world: World) -> None:
        meeting = world.add()
        actor = world.actor("coordinator")
        moved = replace(facts_of(meeting), starts_at=meeting.starts_at + HOUR, ends_at=meeting.ends_at + HOUR)
        change_session(session, meeting=meeting, facts=moved, expected_version=1, actor=actor, now=NOW)
        assert meeting.version == 2
        change_session(session, meeting=meeting, facts=moved, expected_version=2, actor=actor, now=NOW)
        assert meeting.version == 2, "the same again is no change"

    def test_a_session_moves_to_another_module(self, session: Session, world: World) -> None:
        meeting = world.add()
        change_session(
            session,
            meeting=meeting,
            facts=facts_of(meeting),
            module=world.modules[1],
            expected_version=1,
            actor=None,
            now=NOW,
        )
        assert (meeting.module_id, meeting.version) == (world.modules[1].id, 2)

    def test_nobody_writes_over_what_they_did_not_see(self, session: Session, world: World) -> None:
        meeting = world.add()
        actor = world.actor("coordinator")
        change_session(session, meeting=meeting, facts=facts_at("First"), expected_version=1, actor=actor, now=NOW)
        with pytest.raises(ConflictError) as refused:
            change_session(
                session,
                meeting=meeting,
                facts=facts_at("Second", rooms=("5",)),
                expected_version=1,
                actor=None,
                now=NOW,
            )
        session.refresh(meeting)
        assert meeting.title == Tri(en="First")
        conflict = refused.value
        assert (conflict.who, conflict.when, conflict.version) == ("Coordinator", NOW, 2)
        told = {str(row.label): (row.saved, row.typed) for row in conflict.differences}
        assert told["Title"] == ("First", "Second")
        assert told["Place"] == ("", "5")

    def test_only_what_was_published_is_cancelled(self, session: Session, world: World) -> None:
        meeting = world.add()
        with pytest.raises(DomainError, match="Delete it"):
            cancel_session(session, meeting=meeting, expected_version=1, actor=None, now=NOW)
        publish(session, cohort=world.cohort, actor=None, now=NOW)
        cancel_session(session, meeting=meeting, expected_version=1, reason="Illness", actor=None, now=NOW)
        assert (meeting.status, meeting.note) == (SessionStatus.CANCELLED, "Illness")
        assert published(session, meeting)[0].status == SessionStatus.CONFIRMED, "participants do not see drafts"

    def test_only_what_was_never_published_is_deleted(self, session: Session, world: World) -> None:
        kept, gone = world.add("Kept"), world.add("Gone")
        delete_session(session, meeting=gone, expected_version=1, actor=None, now=NOW)
        publish(session, cohort=world.cohort, actor=None, now=NOW)
        with pytest.raises(DomainError, match="Cancel it"):
            delete_session(session, meeting=kept, expected_version=1, actor=None, now=NOW)
        assert session.scalars(select(ModuleSession.id)).all() == [kept.id]

    def test_a_draft_goes_back_to_what_is_published(self, session: Session, world: World) -> None:
        meeting = world.add()
        with pytest.raises(DomainError, match="nothing to go back"):
            restore_session(session, meeting=meeting, expected_version=1, actor=None, now=NOW)
        publish(session, cohort=world.cohort, actor=None, now=NOW)
        before = facts_of(meeting)
        change_session(
            session,
            meeting=meeting,
            facts=facts_at("X"),
            module=world.modules[1],
            expected_version=1,
            actor=None,
            now=NOW,
        )
        restore_session(session, meeting=meeting, expected_version=2, actor=None, now=NOW)
        assert (facts_of(meeting), meeting.module_id) == (before, world.modules[0].id)
        with pytest.raises(DomainError, match="nothing to publish"):
            publish(session, cohort=world.cohort, actor=None, now=NOW)


class TestPublishing:
    def test_versions_count_and_rows_follow_each_other(self, session: Session, world: World) -> None:
        actor = world.actor("coordinator")
        one, two = world.add("One"), world.add("Two")
        first = publish(session, cohort=world.cohort, actor=actor, now=NOW)
        change_session(session, meeting=one, facts=facts_at("One more"), expected_version=1, actor=actor, now=NOW)
        second = publish(session, cohort=world.cohort, actor=actor, now=NOW + HOUR)
        assert (first.number, second.number) == (1, 2)
        assert [(row.version_number, row.sequence, row.current, row.title.en) for row in published(session, one)] == [
            (1, 0, False, "One"),
            (2, 1, True, "One more"),
        ]
        assert [(row.version_number, row.sequence, row.current) for row in published(session, two)] == [(1, 0, True)]
        assert {row.uid for row in published(session, one)} == {one.uid}
        assert published(session, one)[1].changed_at == NOW + HOUR

    def test_a_cancelled_session_is_published_as_such(self, session: Session, world: World) -> None:
        meeting = world.add()
        publish(session, cohort=world.cohort, actor=None, now=NOW)
        cancel_session(session, meeting=meeting, expected_version=1, actor=None, now=NOW)
        publish(session, cohort=world.cohort, actor=None, now=NOW)
        assert published(session, meeting)[-1].status == SessionStatus.CANCELLED
        with pytest.raises(DomainError, match="nothing to publish"):
            publish(session, cohort=world.cohort, actor=None, now=NOW)

    def test_what_was_not_looked_at_is_not_published(self, session: Session, world: World) -> None:
        world.add("Looked at")
        ids = [module.id for module in world.modules]
        mark = review_mark(0, pending_changes(session, ids, published_now(session, world.cohort.id)))
        world.add("Added meanwhile")
        with pytest.raises(ConflictError):
            publish(session, cohort=world.cohort, actor=None, now=NOW, reviewed=mark)
        assert published_now(session, world.cohort.id) == {}

    def test_the_second_of_two_publishers_is_refused(self, session: Session, world: World) -> None:
        world.add()
        ids = [module.id for module in world.modules]
        mark = review_mark(0, pending_changes(session, ids, {}))
        publish(session, cohort=world.cohort, actor=None, now=NOW, reviewed=mark)
        with pytest.raises(ConflictError):
            publish(session, cohort=world.cohort, actor=None, now=NOW, reviewed=mark)

    def test_other_cohorts_are_left_alone(self, session: Session, world: World) -> None:
        other = make_world(session, code="other-1")
        other.add("Of the other")
        world.add("Of this one")
        publish(session, cohort=world.cohort, actor=None, now=NOW)
        assert [row.title.en for row in published_now(session, world.cohort.id).values()] == ["Of this one"]
        assert published_now(session, other.cohort.id) == {}

    def test_everybody_enrolled_gets_a_calendar_address_once(self, session: Session, world: World) -> None:
        people = session.scalars(select(Enrolment).where(Enrolment.cohort_id == world.cohort.id)).all()
        people[2].status = EnrolmentStatus.WITHDRAWN
        world.add()
        publish(session, cohort=world.cohort, actor=None, now=NOW)
        feeds = {feed.person_id: feed.secret for feed in session.scalars(select(CalendarFeed))}
        assert set(feeds) == {people[0].person_id, people[1].person_id}
        assert all(len(secret) == 32 for secret in feeds.values())
        world.add("More")
        publish(session, cohort=world.cohort, actor=None, now=NOW)
        assert {feed.person_id: feed.secret for feed in session.scalars(select(CalendarFeed))} == feeds


class TestPersonal:
    def test_seen_never_goes_back_nor_beyond_what_is_published(self, session: Session, world: World) -> None:
        actor = world.actor("participant")
        person_id = actor.person_id
        assert person_id is not None
        world.add()
        publish(session, cohort=world.cohort, actor=None, now=NOW)
        world.add("More")
        publish(session, cohort=world.cohort, actor=None, now=NOW)

        def seen() -> list[int]:
            return list(session.scalars(select(ScheduleSeen.version_number)))

        for wanted, expected in ((9, []), (0, []), (-1, []), (1, [1]), (2, [2]), (1, [2])):
            mark_seen(session, person_id=person_id, versions={world.cohort.id: wanted}, actor=actor, now=NOW)
            assert seen() == expected

    def test_seen_of_somebody_elses_cohort_is_not_kept(self, session: Session, world: World) -> None:
        other = make_world(session, code="other-1")
        other.add()
        publish(session, cohort=other.cohort, actor=None, now=NOW)
        actor = world.actor("participant")
        mark_seen(session, person_id=actor.person_id or 0, versions={other.cohort.id: 1}, actor=actor, now=NOW)
        assert session.scalars(select(ScheduleSeen)).all() == []

    def test_seen_says_through_whom(self, session: Session, world: World) -> None:
        assistant, participant = world.actor("assistant"), world.actor("participant")
        world.add()
        publish(session, cohort=world.cohort, actor=None, now=NOW)
        mark_seen(
            session, person_id=participant.person_id or 0, versions={world.cohort.id: 1}, actor=assistant, now=NOW
        )
        assert session.scalars(select(ScheduleSeen.seen_by_id)).one() == assistant.user_id

    def test_a_new_secret_replaces_the_old(self, session: Session, world: World) -> None:
        actor = world.actor("assistant")
        person_id = world.actor("participant").person_id or 0
        first = new_secret(session, person_id=person_id, now=NOW).secret
        second = new_secret(session, person_id=person_id, now=NOW, actor=actor).secret
        assert first != second
        assert session.scalars(select(CalendarFeed.secret)).all() == [second]
        entry = session.scalars(select(AuditEntry).where(AuditEntry.act == "modules.calendar_address_made")).one()
        assert (entry.actor_id, entry.for_person_id) == (actor.user_id, person_id)
        assert second not in str(entry.detail)
