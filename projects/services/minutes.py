"""Keeping the minutes of a defence day, and closing them for good."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.accounts.rules import Actor
from app.audit.services import record
from app.kernel.clock import day_of
from app.kernel.errors import DomainError
from app.kernel.words import Message
from app.pdf.fonts import missing_glyphs
from cohorts.services.closing import refuse_closed
from projects.enums import OUTCOME_LABELS, PRESENCE_LABELS, Duty, Outcome, Presence
from projects.minutes.content import Papers, content_of, texts_of
from projects.models import CommissionPresence, DefenceDay, DefenceSlot
from projects.queries.sittings import get_sitting, people_of_groups
from projects.rules.commissions import Quorum, quorum_of
from projects.rules.deciding import Decision, Missing, Votes, check_closing, checked, missing
from projects.services.holding import check_version, lock

SITTING, SLOT = "sitting", "defence"
CLOSED = Message("Nothing was saved: these minutes are closed and do not change any more.")
NUMBER_TAKEN = Message("The minutes were not closed: other minutes of this cohort have this number.")
MOST_LETTERS = 5


def mark_presence(
    session: Session,
    *,
    sitting: DefenceDay,
    presence: Mapping[int, Presence],
    actor: Actor | None,
    now: datetime,
    version: int | None = None,
) -> DefenceDay:
    """Write how the members take part.

    Args:
        presence: by the member's key (``CommissionMember.id``); a member who is left out is not recorded.
        version: that of the sitting when the editor looked at it; None doesn't ask.

    Raises:
        ConflictError: somebody else changed the sitting since.
        DomainError: the minutes are closed, a stranger, or fewer would be present than have voted.

    """
    _hold(session, sitting)
    members = {member.id: Duty(member.duty) for member in sitting.commission.members}
    if not presence.keys() <= members.keys():
        raise DomainError(Message("Nothing was saved: somebody is not on this commission."))
    before = {row.member_id: Presence(row.presence) for row in sitting.present}
    check_version(
        session,
        sitting,
        subject=SITTING,
        version=version,
        fields={PRESENCE_LABELS[kind]: (_count(before, kind), _count(presence, kind)) for kind in Presence},
    )
    if before == presence:
        return sitting
    refuse_more_votes(sitting, quorum_of(members, presence, sitting.commission.quorum))
    _write_presence(sitting, presence)
    sitting.version += 1
    session.flush()
    marks = {str(key): str(kind) for key, kind in presence.items()}
    _record(session, "projects.presence_marked", sitting, actor, now, presence=marks)
    return sitting


def refuse_more_votes(sitting: DefenceDay, quorum: Quorum) -> None:
    """Nobody votes who is not there.

    Raises:
        DomainError: more votes are recorded already.

    """
    if any(sum(cast) > quorum.present for slot in sitting.slots if (cast := votes_of(slot))):
        raise DomainError(
            Message("Nothing was saved: more votes are recorded than there would be people present who vote.")
        )


def _write_presence(sitting: DefenceDay, presence: Mapping[int, Presence]) -> None:
    for row in list(sitting.present):
        if row.member_id not in presence:
            sitting.present.remove(row)
    rows = {row.member_id: row for row in sitting.present}
    for member_id, kind in presence.items():
        if member_id in rows:
            rows[member_id].presence = kind
        else:
            sitting.present.append(CommissionPresence(member_id=member_id, presence=kind))


def decide(  # noqa: PLR0913 - what is written of an item, each by name
    session: Session,
    *,
    slot: DefenceSlot,
    outcome: Outcome | None,
    score: Decimal | None = None,
    votes: Votes | None = None,
    questions: str | None = None,
    remark: str | None = None,
    version: int | None = None,
    actor: Actor | None,
    now: datetime,
) -> DefenceSlot:
    """Write what was asked, voted and decided about a project.

    Args:
        outcome: None: not decided yet.
        score: 0–100; votes: for, against, abstained. None: not recorded.
        version: that of the item when the editor looked at it; None doesn't ask.

    Raises:
        ConflictError: somebody else changed the item since.
        DomainError: the minutes are closed, or votes or score make no sense.

    """
    sitting = slot.sitting
    _hold(session, sitting)
    lock(session, slot)
    wanted = checked(
        Decision(outcome, votes, score, questions, remark),
        present=quorum_here(sitting).present if sitting.present else None,
    )
    before = decision_of(slot)
    check_version(session, slot, subject=SLOT, version=version, fields=_compared(before, wanted))
    if before != wanted:
        slot.outcome, slot.score = wanted.outcome, wanted.score
        slot.questions, slot.remark = wanted.questions, wanted.remark
        slot.votes_for, slot.votes_against, slot.votes_abstained = wanted.votes or (None, None, None)
        slot.version += 1
        session.flush()
        said = {
            "project": slot.project_id,
            "outcome": str(wanted.outcome) if wanted.outcome else None,
            "before": str(before.outcome) if before.outcome else None,
            "votes": list(wanted.votes) if wanted.votes else None,
            "score": str(wanted.score) if wanted.score is not None else None,
        }
        _record(session, "projects.defence_decided", slot, actor, now, **said)
    return slot


def close_minutes(
    session: Session,
    *,
    sitting: DefenceDay,
    number: str,
    on: date,
    version: int | None = None,
    actor: Actor | None,
    now: datetime,
) -> DefenceDay:
    """Close the minutes under a number and a date: their words are frozen in both languages, nothing changes after.

    Args:
        version: that of the sitting when the editor looked at it; None doesn't ask.

    Raises:
        ConflictError: somebody else changed or closed it since.
        DomainError: something is missing, the number is taken, the date is impossible, or a letter cannot be printed.

    """
    _hold(session, sitting)
    check_version(
        session,
        sitting,
        subject=SITTING,
        version=version,
        fields={
            Message("Number of the minutes"): (sitting.minutes_number or "", number),
            Message("Date of the minutes"): ("", f"{on:%d.%m.%Y}"),
        },
    )
    whole = get_sitting(session, sitting.cohort, sitting.id)
    printed = check_closing(number=number, on=on, day=whole.day, today=day_of(now, whole.cohort.time_zone))
    _check_whole(whole)
    _check_number(session, whole, printed)
    people = people_of_groups(session, [slot.project.group_id for slot in whole.slots])
    content = content_of(Papers(whole, people, printed, on))
    _check_letters("\n".join(texts_of(content)))
    whole.minutes_number, whole.minutes_date, whole.content = printed, on, content
    whole.closed_at, whole.closed_by_id = now, actor.user_id if actor else None
    whole.version += 1
    try:
        with session.begin_nested():
            session.flush()
    except IntegrityError as error:
        raise DomainError(NUMBER_TAKEN, field="number") from error
    outcomes = {str(slot.project_id): str(slot.outcome) for slot in whole.slots}
    said = {"number": printed, "date": on.isoformat(), "outcomes": outcomes}
    _record(session, "projects.minutes_closed", whole, actor, now, **said)
    return whole


def _check_whole(sitting: DefenceDay) -> None:
    lacking = missing_of(sitting)
    if len(lacking) > 1:
        raise DomainError(
            Message("The minutes were not closed: %(what)s, and so on. See what is missing.", what=lacking[0].text)
        )
    if lacking:
        raise DomainError(Message("The minutes were not closed: %(what)s.", what=lacking[0].text))


def _record(
    session: Session,
    act: str,
    row: DefenceDay | DefenceSlot,
    actor: Actor | None,
    now: datetime,
    **said: Any,  # noqa: ANN401 - any value that JSON can hold
) -> None:
    subject = SITTING if isinstance(row, DefenceDay) else SLOT
    record(session, act=act, subject=subject, subject_id=row.id, actor=actor, now=now, **said)


def quorum_here(sitting: DefenceDay) -> Quorum:
    """How a sitting stands to its quorum."""
    duties = {member.id: Duty(member.duty) for member in sitting.commission.members}
    presence = {row.member_id: Presence(row.presence) for row in sitting.present}
    return quorum_of(duties, presence, sitting.commission.quorum)


def missing_of(sitting: DefenceDay, names: Mapping[int, str] | None = None) -> Sequence[Missing]:
    """What stands in the way of closing.

    Args:
        names: what the items are called, by the slot's key; None: by their place on the agenda.

    """
    called: Mapping[int, str | Message] = names or {slot.id: place_of(slot) for slot in sitting.slots}
    recorded = {row.member_id for row in sitting.present}
    return missing(
        quorum=quorum_here(sitting),
        unrecorded=sum(member.id not in recorded for member in sitting.commission.members),
        undecided=[(slot.id, called[slot.id]) for slot in sitting.slots if slot.outcome is None],
        items=len(sitting.slots),
    )


def place_of(slot: DefenceSlot) -> Message:
    """An item by its place on the agenda."""
    return Message("Item %(n)s", n=slot.position)


def votes_of(slot: DefenceSlot) -> Votes | None:
    """The votes of an item, or None when they are not recorded."""
    if slot.votes_for is None:
        return None
    return slot.votes_for, slot.votes_against or 0, slot.votes_abstained or 0


def decision_of(slot: DefenceSlot) -> Decision:
    """What is written of an item."""
    return Decision(
        Outcome(slot.outcome) if slot.outcome else None, votes_of(slot), slot.score, slot.questions, slot.remark
    )


def _compared(before: Decision, wanted: Decision) -> dict[Message, tuple[str | Message, str | Message]]:
    def votes(decision: Decision) -> str:
        return " / ".join(map(str, decision.votes)) if decision.votes else ""

    return {
        Message("Questions, and who asked"): (before.questions or "", wanted.questions or ""),
        Message("For / against / abstained"): (votes(before), votes(wanted)),
        Message("Decision"): (_outcome(before), _outcome(wanted)),
        Message("Score"): (str(before.score or ""), str(wanted.score or "")),
        Message("Remark"): (before.remark or "", wanted.remark or ""),
    }


def _outcome(decision: Decision) -> str | Message:
    return OUTCOME_LABELS[decision.outcome] if decision.outcome else ""


def _count(presence: Mapping[int, Presence], kind: Presence) -> str:
    return str(sum(one == kind for one in presence.values()))


def _hold(session: Session, sitting: DefenceDay) -> None:
    """Hold the sitting until the commit: nobody writes into minutes while they are being closed."""
    refuse_closed(session, sitting.cohort_id)
    lock(session, sitting)
    if sitting.closed_at is not None:
        raise DomainError(CLOSED)


def _check_number(session: Session, sitting: DefenceDay, number: str) -> None:
    taken = select(DefenceDay.id).where(
        DefenceDay.cohort_id == sitting.cohort_id, DefenceDay.minutes_number == number, DefenceDay.id != sitting.id
    )
    if session.scalar(taken.limit(1)) is not None:
        raise DomainError(NUMBER_TAKEN, field="number")


def _check_letters(text: str) -> None:
    letters = missing_glyphs(text.replace("\n", ""))
    if letters:
        shown = ", ".join(f"{letter} (U+{ord(letter):04X})" for letter in letters[:MOST_LETTERS])
        raise DomainError(
            Message("The minutes were not closed: these characters cannot be printed: %(letters)s", letters=shown)
        )
