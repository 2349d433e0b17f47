"""Appointing the people before whom projects are defended."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from app.accounts.rules import Actor
from app.audit.services import record
from app.kernel.errors import DomainError
from app.kernel.words import Message
from cohorts.models import Cohort
from modules.enums import SessionStatus
from modules.models import Expert
from modules.queries.experts import expert_name
from modules.rules.facts import facts_of
from modules.services import change_session
from projects.enums import Duty
from projects.models import Commission, CommissionMember, CommissionPresence
from projects.queries.commissions import get_commission, has_closed_minutes, open_sittings
from projects.rules.commissions import check_members
from projects.rules.sittings import seated
from projects.services.holding import check_version, lock
from projects.services.minutes import quorum_here, refuse_more_votes

SUBJECT = "commission"
Members = Sequence[tuple[int, Duty]]


def set_commission(
    session: Session,
    *,
    cohort: Cohort,
    number: int | None,
    members: Members,
    quorum: int | None,
    version: int | None,
    actor: Actor | None,
    now: datetime,
) -> Commission:
    """Appoint a commission, or change one whose minutes are not closed yet; its sessions follow, as drafts.

    Args:
        number: None makes the next commission of the cohort.
        members: keys of the cohort's experts with what each does, in the order of the minutes.
        quorum: how many who vote must take part; None: more than half of them.
        version: that of the commission when the editor looked at it; None doesn't ask.

    Raises:
        ConflictError: somebody else changed it since.
        DomainError: no chair, two of one office, an unreachable quorum, a stranger, closed minutes, or more votes are
            recorded than would be left of those present.
        NotFoundError: there is no commission with this number.

    """
    known = _experts(session, cohort)
    if not {expert for expert, _duty in members} <= known.keys():
        raise DomainError(Message("Choose members from the experts of this cohort."), field="members")
    check_members(members, quorum)
    if number is None:
        commission = _new(session, cohort)
    else:
        commission = get_commission(session, cohort, number)
        lock(session, commission)
        _check(session, commission, members, quorum, version, known)
        commission.version += 1
        for sitting in open_sittings(session, commission):
            lock(session, sitting)
    commission.quorum = quorum
    _set_members(session, commission, members)
    session.flush()
    session.refresh(commission)
    _seat(session, commission, actor, now)
    detail = {"members": [[expert, str(duty)] for expert, duty in members], "quorum": quorum}
    _record(session, commission, detail, actor, now)
    return commission


def _record(
    session: Session, commission: Commission, detail: dict[str, Any], actor: Actor | None, now: datetime
) -> None:
    record(
        session,
        act="projects.commission_set",
        subject=SUBJECT,
        subject_id=commission.id,
        actor=actor,
        now=now,
        number=commission.number,
        **detail,
    )


def _new(session: Session, cohort: Cohort) -> Commission:
    session.execute(select(Cohort.id).where(Cohort.id == cohort.id).with_for_update())
    last = session.scalar(select(func.max(Commission.number)).where(Commission.cohort_id == cohort.id)) or 0
    commission = Commission(cohort_id=cohort.id, number=last + 1, quorum=None)
    session.add(commission)
    session.flush()
    return commission


def _check(
    session: Session,
    commission: Commission,
    members: Members,
    quorum: int | None,
    version: int | None,
    known: dict[int, Expert],
) -> None:
    if has_closed_minutes(session, commission):
        raise DomainError(
            Message("Nothing was saved: minutes of this commission are closed. Appoint another commission.")
        )
    saved = [(row.expert_id, Duty(row.duty)) for row in commission.members]
    check_version(
        session,
        commission,
        subject=SUBJECT,
        version=version,
        fields={
            Message("Members"): (_said(saved, known), _said(members, known)),
            Message("Quorum"): (str(commission.quorum or ""), str(quorum or "")),
        },
    )


def _said(members: Members, known: dict[int, Expert]) -> str:
    marks = {Duty.CHAIR: "★ ", Duty.MEMBER: "", Duty.SECRETARY: "✎ "}
    return ", ".join(marks[duty] + expert_name(known[expert], "kk") for expert, duty in members if expert in known)


def _set_members(session: Session, commission: Commission, members: Members) -> None:
    """Those who stay keep their rows: their presence hangs on them; it goes with those who leave."""
    present = {row.expert_id: row for row in commission.members}
    leaving = [row for key, row in present.items() if key not in dict(members)]
    if leaving:
        session.execute(delete(CommissionPresence).where(CommissionPresence.member_id.in_([row.id for row in leaving])))
        session.expire_all()
        for row in leaving:
            commission.members.remove(row)
        session.flush()
    for position, (expert, duty) in enumerate(members, start=1):
        kept = present.get(expert)
        if kept is None:
            commission.members.append(CommissionMember(expert_id=expert, position=position, duty=duty))
        else:
            kept.position, kept.duty = position, duty


def _seat(session: Session, commission: Commission, actor: Actor | None, now: datetime) -> None:
    """Whoever sits on the commission is wanted in its sessions, and nobody who left it."""
    for sitting in open_sittings(session, commission):
        session.refresh(sitting, ["present"])
        refuse_more_votes(sitting, quorum_here(sitting))
        for meeting in (slot.session for slot in sitting.slots):
            facts = facts_of(meeting)
            wanted = replace(facts, people=seated(facts.people, [row.expert_id for row in commission.members]))
            if facts.status != SessionStatus.CANCELLED:
                change_session(
                    session, meeting=meeting, facts=wanted, expected_version=meeting.version, actor=actor, now=now
                )


def _experts(session: Session, cohort: Cohort) -> dict[int, Expert]:
    rows = session.scalars(select(Expert).where(Expert.cohort_id == cohort.id))
    return {row.id: row for row in rows}
