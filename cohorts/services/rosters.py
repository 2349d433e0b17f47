"""Taking in rosters."""

import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from app.accounts.rules import Actor
from app.audit.services import record
from app.kernel.clock import day_of
from app.kernel.errors import DomainError
from app.kernel.tri import Tri
from app.kernel.words import Message
from app.organisations.enums import OrganisationKind
from app.organisations.models import Organisation
from app.organisations.services import ensure_organisation
from app.people.enums import NameForm, NameKind
from app.people.models import Person, Post
from app.people.services import add_email, change_names, create_person
from cohorts.enums import CohortStatus, EnrolmentStatus
from cohorts.models import Cohort, Enrolment, Group, RosterUpload, StatusChange
from cohorts.queries.rosters import UPLOAD_WAITS, enrolled_by_person, known_people, people_by_id, scholarship_of
from cohorts.roster.cells import Entry, name_key, organisation_kind, read_row
from cohorts.roster.columns import Roster, RosterRow
from cohorts.roster.judging import Judged, judge_entries
from cohorts.roster.reasons import Choice, Verdict
from cohorts.services.groups import ensure_group
from cohorts.signals import GroupsChanging, PeopleEnrolled, groups_changing, people_enrolled


@dataclass(frozen=True, slots=True)
class RosterReport:
    """What became of each row.

    Args:
        judged: every row with its verdict, in the order of the file.
        taken: how many people were enrolled.
        updated: how many enrolled people got new details.

    """

    judged: tuple[Judged, ...]
    taken: int = 0
    updated: int = 0

    @property
    def counts(self) -> dict[Verdict, int]:
        """How many rows have each verdict, zero included, in the order of the enumeration."""
        counted = Counter(row.verdict for row in self.judged)
        return {verdict: counted[verdict] for verdict in Verdict}

    @property
    def goes_in(self) -> int:
        """How many people an import without further choices would take in."""
        return self.counts[Verdict.NEW]


def check_roster(session: Session, *, cohort: Cohort, rows: Sequence[RosterRow]) -> RosterReport:
    """A verdict for each row against what is known now; nothing is written."""
    entries = [read_row(row) for row in rows]
    return RosterReport(tuple(judge_entries(entries, known_people(session, cohort, entries))))


def import_roster(
    session: Session,
    *,
    cohort: Cohort,
    rows: Sequence[RosterRow],
    choices: Mapping[int, Choice] | None = None,
    actor: Actor | None,
    now: datetime,
) -> RosterReport:
    """Enrol the new people of a roster and take over changed details; the same file again changes nothing.

    Refused rows and look-alikes without a choice stay out. What was true at an earlier enrolment (sending body, post)
    is not rewritten: a changed post becomes the person's post from today on.

    Args:
        choices: decisions about look-alikes by row number of the file.

    Raises:
        DomainError: the cohort is closed, or a higher package needs a group's people as they are.

    """
    session.refresh(cohort, ["status"], with_for_update={"of": Cohort})
    if cohort.status == CohortStatus.CLOSED:
        raise DomainError(Message("Nobody was taken in: the cohort is closed."))
    report = check_roster(session, cohort=cohort, rows=rows)
    desk = _Desk(session, cohort, actor, now)
    desk.prepare(report.judged)
    _announce(desk, report.judged, choices or {})
    with session.no_autoflush:  # thousands of rows are sent together, at the end
        for judged in report.judged:
            choice = (choices or {}).get(judged.entry.row)
            if judged.verdict == Verdict.NEW or (judged.verdict == Verdict.LOOKALIKE and choice in judged.options):
                desk.enrol(judged, choice)
            elif judged.verdict == Verdict.CHANGED:
                desk.update(judged)
    done = RosterReport(report.judged, desk.taken, desk.updated)
    if desk.taken or desk.updated:
        _record(desk, done)
    session.flush()
    if desk.taken:
        people_enrolled.send(PeopleEnrolled(session, cohort, desk.first, actor, now))
    return done


def _record(desk: "_Desk", done: RosterReport) -> None:
    record(
        desk.session,
        act="cohorts.roster_imported",
        subject="cohort",
        subject_id=desk.cohort.id,
        actor=desk.actor,
        now=desk.now,
        taken=desk.taken,
        updated=desk.updated,
        rows={str(verdict): number for verdict, number in done.counts.items()},
    )


def _announce(desk: "_Desk", report: Sequence[Judged], choices: Mapping[int, Choice]) -> None:
    """Tell the packages above which groups people would join or leave; groups that are new are nobody's yet."""
    found: set[int] = set()
    for judged in report:
        label, person = judged.entry.group, judged.person
        chosen = judged.verdict == Verdict.LOOKALIKE and choices.get(judged.entry.row) in judged.options
        if not label or not (chosen or judged.verdict in {Verdict.NEW, Verdict.CHANGED}):
            continue
        enrolled = desk.enrolled.get(person.id) if person else None
        groups = (enrolled.group if enrolled else None, desk.groups.get(label))
        if groups[0] is not groups[1]:
            found |= {group.id for group in groups if group}
    groups_changing.send(GroupsChanging(desk.session, desk.cohort, frozenset(found)))


class _Desk:
    """Writes the people of one roster."""

    def __init__(self, session: Session, cohort: Cohort, actor: Actor | None, now: datetime) -> None:
        self.session, self.cohort, self.actor, self.now = session, cohort, actor, now
        self.today: date = day_of(now, cohort.time_zone)
        self.taken = self.updated = 0
        self._organisations: dict[Tri, Organisation] = {}
        self.groups: dict[str, Group] = {}
        self._known: dict[int, Person] = {}
        self.enrolled: dict[int, Enrolment] = {}
        highest = select(func.max(Enrolment.number)).where(Enrolment.cohort_id == cohort.id)
        self._number: int = session.scalar(highest) or 0
        self.first = self._number + 1

    def prepare(self, report: Sequence[Judged]) -> None:
        """Load and make at once what the rows have in common, so that no row asks the database for itself."""
        for judged in report:
            if judged.verdict == Verdict.NEW:
                self._organisation(judged.entry.organisation)
        ids = {judged.person.id for judged in report if judged.person and judged.verdict != Verdict.SAME}
        self._known = people_by_id(self.session, ids)
        self.enrolled = enrolled_by_person(self.session, self.cohort, ids)
        if any(judged.entry.group for judged in report):
            own = select(Group).where(Group.cohort_id == self.cohort.id)
            self.groups = {group.label: group for group in self.session.scalars(own)}

    def enrol(self, judged: Judged, choice: Choice | None) -> None:
        """Enrol a new person, or one who is known."""
        entry = judged.entry
        known = judged.person if judged.verdict == Verdict.NEW or choice == Choice.SAME_PERSON else None
        person = self._known[known.id] if known else self._create(entry)
        if known and known.enrolled is not None:
            return
        if known:
            self._details(person, entry)
        organisation = self._organisation(entry.organisation)
        if known:
            self._post(person, entry, organisation)
        elif entry.post or organisation:
            person.posts.append(Post(organisation=organisation, title=entry.post))
        self._number += 1
        status = EnrolmentStatus.ENROLLED
        enrolment = Enrolment(
            cohort_id=self.cohort.id,
            person=person,
            number=self._number,
            status=status,
            organisation=organisation,
            post=entry.post,
            group=self._group(entry.group),
            enrolled_on=self.today,
            version=1,
        )
        actor_id = self.actor.user_id if self.actor else None
        enrolment.history.append(StatusChange(status=status, at=self.now, actor_id=actor_id))
        _back(enrolment, entry)
        self.session.add(enrolment)
        self.taken += 1

    def update(self, judged: Judged) -> None:
        """Take over what the file says otherwise of somebody who is enrolled."""
        known, entry = judged.person, judged.entry
        if known is None:
            return
        person = self._known[known.id]
        self._details(person, entry)
        if any(reason.code == "post" for reason in judged.reasons):
            self._post(person, entry, self._organisation(entry.organisation))
        enrolment = self.enrolled[person.id]
        if entry.group:
            enrolment.group = self._group(entry.group)
        _back(enrolment, entry)
        self.updated += 1

    def _create(self, entry: Entry) -> Person:
        return create_person(
            self.session,
            names=entry.names,
            iin=entry.iin,
            passport=entry.passport,
            citizenship=entry.citizenship,
            phone=entry.phone,
            emails=[entry.email] if entry.email else [],
            flush=False,
        )

    def _details(self, person: Person, entry: Entry) -> None:
        """Contact details, and numbers and spellings that were not known."""
        person.phone = entry.phone or person.phone
        person.iin = person.iin or entry.iin
        person.passport = person.passport or entry.passport
        person.citizenship = person.citizenship or entry.citizenship
        if entry.email:
            add_email(self.session, person=person, address=entry.email)
        latin = entry.names.get(NameForm.LATIN)
        if latin is not None and name_key(latin.full) not in {name_key(name.full) for name in person.names}:
            change_names(
                self.session,
                person=person,
                names={NameForm.LATIN: latin},
                kind=NameKind.STATED,
                reason="roster",
                actor=self.actor,
                now=self.now,
            )

    def _organisation(self, name: Tri | None) -> Organisation | None:
        if name is None:
            return None
        if name not in self._organisations:
            kind = OrganisationKind(organisation_kind(name))
            self._organisations[name] = ensure_organisation(self.session, name=name, kind=kind)
        return self._organisations[name]

    def _group(self, label: str | None) -> Group | None:
        if not label:
            return None
        if label not in self.groups:
            self.groups[label] = ensure_group(self.session, cohort=self.cohort, label=label)
        return self.groups[label]

    def _post(self, person: Person, entry: Entry, organisation: Organisation | None) -> None:
        """The person's post from today on, unless it is the present one already."""
        if entry.post is None and organisation is None:
            return
        present = [post for post in person.posts if post.valid_to is None]
        last = present[-1] if present else None
        title = entry.post or (last.title if last else None)
        if last and last.title == title and (organisation is None or last.organisation_id == organisation.id):
            return
        for post in present:
            post.valid_to = self.today
        place = organisation or (last.organisation if last else None)
        start = self.today if last else None
        person.posts.append(Post(organisation=place, title=title, valid_from=start))


def _back(enrolment: Enrolment, entry: Entry) -> None:
    """Write who proposed somebody and who pays, as far as the row says it."""
    enrolment.category = entry.category or enrolment.category
    enrolment.nomination = entry.nomination or enrolment.nomination
    scholarship = entry.scholarship.over(scholarship_of(enrolment))
    enrolment.funder, enrolment.funding_decision = scholarship.funder, scholarship.decision
    enrolment.funded_from, enrolment.funded_to = scholarship.start, scholarship.end


def keep_upload(
    session: Session, *, cohort: Cohort, roster: Roster, file_name: str, actor: Actor, now: datetime
) -> RosterUpload:
    """Keep a roster that was read for the person who sent it, for 24 hours; older ones go."""
    session.execute(delete(RosterUpload).where(RosterUpload.created_at <= now - UPLOAD_WAITS))
    upload = RosterUpload(
        token=secrets.token_hex(16),
        cohort_id=cohort.id,
        user_id=actor.user_id,
        file_name=file_name[:200],
        rows={
            "rows": [{"row": row.row, "language": row.language, "cells": row.cells} for row in roster.rows],
            "left_out": list(roster.left_out),
            "left_out_rows": list(roster.left_out_rows),
        },
        created_at=now,
    )
    session.add(upload)
    session.flush()
    return upload


def discard_upload(session: Session, *, upload: RosterUpload) -> None:
    """Forget a roster that was taken in or is not wanted."""
    session.delete(upload)
    session.flush()
