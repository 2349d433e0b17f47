"""What a session may refer to, what that is called, and who changed it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.audit.models import AuditEntry
from app.kernel.errors import DomainError
from app.kernel.words import Message
from app.people.queries import display_name
from cohorts.models import Enrolment
from modules.enums import SessionStatus
from modules.models import Expert, ModuleSession
from modules.queries.audiences import audience_labels, members
from modules.queries.experts import known_experts
from modules.queries.schedule import drafts
from modules.rules.audience import Target, expert_ids, ids_of
from modules.rules.copying import Source
from modules.rules.experts import name_of
from modules.rules.facts import Facts, Part, expert_word, facts_of
from modules.rules.times import zone_of

SUBJECT = "session"
DAY, MARGIN = timedelta(days=1), timedelta(hours=15)  # no zone is further from UTC


@dataclass(frozen=True, slots=True)
class Edit:
    """One change of a session: by whom ("" when nobody's account made it), when, and which parts of it."""

    who: str
    when: datetime
    parts: tuple[Part, ...]


def check_belongs(session: Session, cohort_id: int, facts: Facts, *, before: Facts | None = None) -> None:
    """Refuse groups, people and experts who are not of the cohort, and people who withdrew from it.

    Args:
        before: the session as it was; who withdrew since they were chosen may stay, as nothing is shown to them.

    Raises:
        DomainError: somebody is not of the cohort any more, or never was.

    """
    if facts.audience and (before is None or facts.audience != before.audience):
        found = members(session, cohort_id)
        strangers = found.strangers(facts.audience)
        if ids_of(strangers, Target.GROUP):
            raise DomainError(Message("A group that was chosen is not of this cohort. Choose again."), field="groups")
        if strangers:
            raise DomainError(Message("A person who was chosen is not of this cohort. Choose again."), field="persons")
        kept = set(before.audience) if before else set()
        gone = found.gone(word for word in facts.audience if word not in kept)
        if gone:
            withdrew = session.get_one(Enrolment, gone[0]).person
            raise DomainError(
                Message("%(name)s withdrew from the cohort. Untick the name.", name=display_name(withdrew, "kk")),
                field="persons",
            )
    wanted = expert_ids(facts.people)
    if wanted:
        own = session.scalars(select(Expert.id).where(Expert.cohort_id == cohort_id, Expert.id.in_(wanted))).all()
        if wanted - set(own):
            raise DomainError(Message("Choose among the experts of this cohort."), field="people")


def said_of(
    session: Session, cohort_id: int, states: Iterable[Facts], lang: str, say: Callable[[str | Message], str] = str
) -> dict[str, str]:
    """What the groups, people and experts of some states of sessions are called (see ``rules.facts.spoken``).

    Args:
        say: translates what has a word in it ("Group 3").

    """
    known = tuple(states)
    labels = audience_labels(session, cohort_id, [facts.audience for facts in known], lang)
    said = {word: say(text) for word, text in labels.items()}
    experts = known_experts(session, (key for facts in known for key in expert_ids(facts.people)))
    return said | {expert_word(key): name_of(expert, lang) for key, expert in experts.items()}


def edits_since(session: Session, meeting: ModuleSession, version: int) -> list[Edit]:
    """What happened to a session after this version of it, in order."""
    rows = session.execute(
        select(User.display_name, AuditEntry.at, AuditEntry.detail)
        .join_from(AuditEntry, User, AuditEntry.actor_id == User.id, isouter=True)
        .where(AuditEntry.subject == SUBJECT, AuditEntry.subject_id == meeting.id)
        .order_by(AuditEntry.id)
    )
    return [
        Edit(row.display_name or "", row.at, tuple(Part(part) for part in row.detail.get("changed", ())))
        for row in rows
        if row.detail.get("version", 0) > version
    ]


def sources_on(session: Session, module_ids: Sequence[int], day: date) -> list[Source]:
    """The sessions of modules on a day by the clocks of their place, in order of time; cancelled ones are left out."""
    begin = datetime.combine(day, time.min, tzinfo=UTC)
    rows = drafts(session, module_ids, begin=begin - MARGIN, end=begin + DAY + MARGIN)
    return [
        Source(row.id, row.version, row.module_id, facts_of(row))
        for row in rows
        if row.status != SessionStatus.CANCELLED and _day_of(row) == day
    ]


def sessions_from(session: Session, module_id: int, since: date) -> list[ModuleSession]:
    """The sessions of a module from a day on, by the clocks of their place, in order of time."""
    begin = datetime.combine(since, time.min, tzinfo=UTC) - MARGIN
    return [row for row in drafts(session, [module_id], begin=begin) if _day_of(row) >= since]


def _day_of(row: ModuleSession) -> date:
    return row.starts_at.astimezone(zone_of(row.time_zone)).date()
