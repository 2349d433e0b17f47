from dataclasses import replace

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.audit.models import AuditEntry
from app.kernel.errors import ConflictError, DomainError
from app.kernel.tri import Tri
from cohorts.enums import EnrolmentStatus
from cohorts.models import Enrolment, Group
from cohorts.services import import_roster
from cohorts.services.groups import add_group, ensure_group, rename_group
from modules.rules.facts import facts_of
from modules.services import change_session
from projects.models import Project
from projects.queries.groups import groups_of, projects_of
from projects.services import change_project, groups_at_random, groups_by_organisation, place, remove_group
from projects.services.groups import present_mark
from tests.integration.cohorts.world import roster
from tests.integration.modules.world import NOW
from tests.integration.projects.world import Stage, make_stage


def where(stage: Stage) -> dict[int, str | None]:
    """The label of everybody's group by number."""
    stage.session.expire_all()
    return {row.number: row.group.label if row.group else None for row in stage.people()}


class TestByHand:
    def test_people_are_put_moved_and_taken_out(self, stage: Stage) -> None:
        group = add_group(stage.session, cohort=stage.cohort, actor=stage.actor, now=NOW)
        assert group.label == "1"
        given = {"cohort": stage.cohort, "actor": stage.actor, "now": NOW}
        assert place(stage.session, group=group, numbers=[1, 2, 3], **given) == 3  # type: ignore[arg-type]  # by name
        assert place(stage.session, group=group, numbers=[3, 4], **given) == 1  # type: ignore[arg-type]  # by name
        assert place(stage.session, group=None, numbers=[2], **given) == 1  # type: ignore[arg-type]  # by name
        assert [number for number, label in where(stage).items() if label == "1"] == [1, 3, 4]
        entry = stage.session.scalars(select(AuditEntry).where(AuditEntry.act == "projects.people_placed")).all()[0]
        assert entry.detail == {"group": "1", "numbers": [1, 2, 3]}

    def test_nobody_ticked_is_said(self, stage: Stage) -> None:
        with pytest.raises(DomainError, match="tick people first"):
            place(stage.session, cohort=stage.cohort, group=None, numbers=[], actor=None, now=NOW)

    def test_who_withdrew_is_not_moved(self, stage: Stage) -> None:
        group = add_group(stage.session, cohort=stage.cohort, actor=None, now=NOW)
        row = stage.session.scalars(select(Enrolment).where(Enrolment.number == 1)).one()
        row.status = EnrolmentStatus.WITHDRAWN
        with pytest.raises(DomainError):
            place(stage.session, cohort=stage.cohort, group=group, numbers=[1], actor=None, now=NOW)

    def test_a_roster_moves_nobody_into_a_group_that_defended(self, stage: Stage) -> None:
        first, second = stage.split(2)
        sitting = stage.sitting(0)
        stage.all_present(sitting)
        stage.decide(sitting.slots[0])

        def load(label: str) -> int:
            rows = roster(["Жаңабаев Жаңа"], group=label)
            return import_roster(stage.session, cohort=stage.cohort, rows=rows, actor=None, now=NOW).taken

        with pytest.raises(DomainError, match="defences are decided already"):
            load(first.label)
        assert load(second.label) == 1
        with pytest.raises(DomainError, match="defences are decided already"):
            load(first.label)

    def test_somebody_moved_meanwhile_is_told(self, stage: Stage) -> None:
        one, two, _three = stage.split(3)
        moved = next(row for row in stage.people() if row.group_id == one.id)
        place(stage.session, cohort=stage.cohort, group=two, numbers=[moved.number], actor=None, now=NOW)
        with pytest.raises(ConflictError) as refused:
            place(
                stage.session,
                cohort=stage.cohort,
                group=None,
                numbers=[moved.number],
                seen={moved.number: one.id},
                actor=None,
                now=NOW,
            )
        assert [(row.saved, row.typed) for row in refused.value.differences] == [("2", "–")]

    def test_labels_are_given_once(self, stage: Stage) -> None:
        ensure_group(stage.session, cohort=stage.cohort, label="2")
        assert add_group(stage.session, cohort=stage.cohort, actor=None, now=NOW).label == "1"
        assert add_group(stage.session, cohort=stage.cohort, actor=None, now=NOW).label == "3"
        with pytest.raises(DomainError, match="has this name") as refused:
            add_group(stage.session, cohort=stage.cohort, label=" 2 ", actor=None, now=NOW)
        assert refused.value.field == "label"

    def test_two_editors_of_a_label(self, stage: Stage) -> None:
        group = ensure_group(stage.session, cohort=stage.cohort, label="A")
        rename_group(stage.session, group=group, label="B", version=1, actor=stage.actor, now=NOW)
        with pytest.raises(ConflictError) as refused:
            rename_group(stage.session, group=group, label="C", version=1, actor=stage.actor, now=NOW)
        assert (refused.value.differences[0].saved, refused.value.who) == ("B", "Coordinator")

    def test_only_an_empty_group_is_removed(self, stage: Stage) -> None:
        one, _two = stage.split(2)
        with pytest.raises(DomainError, match="people in this group"):
            remove_group(stage.session, group=one, actor=None, now=NOW)
        numbers = [row.number for row in stage.people() if row.group_id == one.id]
        place(stage.session, cohort=stage.cohort, group=None, numbers=numbers, actor=None, now=NOW)
        remove_group(stage.session, group=one, actor=None, now=NOW)
        assert [group.label for group in groups_of(stage.session, stage.cohort.id)] == ["2"]
        assert len(projects_of(stage.session, stage.cohort.id)) == 1


class TestAtRandom:
    def test_the_same_seed_gives_the_same_groups_and_the_audit_says_it(self, stage: Stage) -> None:
        stage.split(4, seed=99)
        first = where(stage)
        stage.split(3, seed=1)
        stage.split(4, seed=99)
        assert where(stage) == first
        entry = stage.session.scalars(
            select(AuditEntry).where(AuditEntry.act == "projects.groups_arranged").order_by(AuditEntry.id.desc())
        ).first()
        assert entry is not None
        assert entry.detail == {"by": "random", "seed": 99, "groups": 4, "people": 9}

    def test_groups_stay_with_their_projects_and_superfluous_ones_go(self, stage: Stage) -> None:
        stage.split(4)
        kept = [group.id for group in stage.split(2, seed=8)]
        found = groups_of(stage.session, stage.cohort.id)
        assert [group.id for group in found] == kept
        assert stage.session.scalar(select(func.count(Project.id))) == 2

    def test_it_is_what_was_looked_at(self, stage: Stage) -> None:
        stage.split(2)
        seen = present_mark(stage.session, stage.cohort)
        place(stage.session, cohort=stage.cohort, group=None, numbers=[1], actor=None, now=NOW)
        with pytest.raises(ConflictError):
            groups_at_random(stage.session, cohort=stage.cohort, count=3, seed=1, reviewed=seen, actor=None, now=NOW)

    def test_decided_defences_keep_their_groups(self, stage: Stage) -> None:
        groups = stage.split(3)
        sitting = stage.sitting(0, 1)
        stage.all_present(sitting)
        stage.decide(sitting.slots[0])
        for refused in (
            lambda: stage.split(3, seed=8),
            lambda: groups_by_organisation(stage.session, cohort=stage.cohort, actor=None, now=NOW),
            lambda: place(
                stage.session, cohort=stage.cohort, group=groups[0], numbers=range(1, 10), actor=None, now=NOW
            ),
        ):
            with pytest.raises(DomainError, match="decided already"):
                refused()
        alone = [row.number for row in stage.people() if row.group_id == groups[1].id]
        assert place(stage.session, cohort=stage.cohort, group=groups[2], numbers=alone, actor=None, now=NOW) == 3

    def test_a_group_on_an_agenda_does_not_go(self, stage: Stage) -> None:
        stage.split(3)
        stage.sitting(2)
        with pytest.raises(DomainError, match="№ 3 топ is planned"):
            stage.split(2, seed=8)

    def test_a_group_with_sessions_of_its_own_does_not_go(self, stage: Stage) -> None:
        stage.split(3)
        meeting = stage.world.add("Workshop")
        facts = replace(facts_of(meeting), audience=(f"group:{stage.groups[2].id}",))
        change_session(stage.session, meeting=meeting, facts=facts, expected_version=1, actor=None, now=NOW)
        with pytest.raises(DomainError, match="sessions are planned for № 3 топ"):
            stage.split(2, seed=8)


class TestByOrganisation:
    def test_one_team_for_each(self, stage: Stage) -> None:
        stage.session.scalars(select(Enrolment).where(Enrolment.number == 9)).one().organisation = None
        teams = groups_by_organisation(stage.session, cohort=stage.cohort, actor=None, now=NOW)
        assert [team.organisation.name.en for team in teams if team.organisation] == ["Altai", "Burabay", "Caspian"]
        assert where(stage) == {1: "2", 2: "3", 3: "1", 4: "2", 5: "3", 6: "1", 7: "2", 8: "3", 9: None}

    def test_a_team_keeps_its_project_when_people_change(self, stage: Stage) -> None:
        teams = groups_by_organisation(stage.session, cohort=stage.cohort, actor=None, now=NOW)
        project = change_project(
            stage.session, group=teams[1], title=Tri(en="Plan"), mentors=[], version=None, actor=None, now=NOW
        )
        row = stage.people()[0]
        row.organisation = teams[2].organisation
        again = groups_by_organisation(stage.session, cohort=stage.cohort, actor=None, now=NOW)
        assert [team.id for team in again] == [team.id for team in teams]
        assert project.group_id == teams[1].id


class TestProject:
    def test_titles_and_mentors_also_from_abroad(self, stage: Stage) -> None:
        [group] = stage.split(1)
        mentors = [stage.expert("al Misali Salem", country="AE").id, stage.expert("", "Dean", country=None).id]
        project = change_project(
            stage.session,
            group=group,
            title=Tri(ru=" Вода ", en=""),
            mentors=[*mentors, mentors[0]],
            version=None,
            actor=None,
            now=NOW,
        )
        assert project.title == Tri(ru="Вода")
        assert [row.expert_id for row in project.mentors] == mentors

    def test_two_editors(self, stage: Stage) -> None:
        [group] = stage.split(1)
        project = stage.project(0)
        seen = project.version
        mentor = stage.expert("al Misali Salem")

        def save(title: str, mentors: list[int], version: int | None) -> Project:
            return change_project(
                stage.session,
                group=group,
                title=Tri(ru=title),
                mentors=mentors,
                version=version,
                actor=stage.actor,
                now=NOW,
            )

        save("Первый", [mentor.id], seen)
        with pytest.raises(ConflictError) as refused:
            save("Второй", [], seen)
        assert [(str(row.label), row.saved, row.typed) for row in refused.value.differences] == [
            ("Title of the project", "Первый", "Второй"),
            ("Mentors", "al Misali Salem", ""),
        ]
        assert (refused.value.who, refused.value.version) == ("Coordinator", seen + 1)
        assert save("Второй", [], seen + 1).mentors == []

    def test_two_who_found_no_project_yet(self, stage: Stage) -> None:
        group = ensure_group(stage.session, cohort=stage.cohort, label="A")
        first = change_project(
            stage.session, group=group, title=Tri(en="Mine"), mentors=[], version=0, actor=None, now=NOW
        )
        with pytest.raises(ConflictError):
            change_project(
                stage.session, group=group, title=Tri(en="My own"), mentors=[], version=0, actor=None, now=NOW
            )
        assert first.title == Tri(en="Mine")

    def test_a_mentor_of_another_cohort_is_none_here(self, session: Session, stage: Stage) -> None:
        other = make_stage(session, code="kel-2")
        stranger = other.expert("Бөтен Адам")
        group = ensure_group(session, cohort=stage.cohort, label="A")
        with pytest.raises(DomainError, match="experts of this cohort"):
            change_project(session, group=group, title=None, mentors=[stranger.id], version=None, actor=None, now=NOW)
        assert session.scalar(select(func.count(Group.id)).where(Group.cohort_id == other.cohort.id)) == 0
