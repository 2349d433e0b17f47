"""Whom a coordinator may tell something in a cohort: the cohort itself, its programme, its groups."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial

from sqlalchemy.orm import Session

from app.accounts.enums import ScopeKind
from app.accounts.rules import Actor
from app.kernel.tri import Tri
from app.kernel.words import Message
from app.mail.queries import Recipient, recipients_of_people
from app.notices.announcing import Addressee, Audience
from app.web.locale import in_each_language, translate
from cohorts.models import Cohort
from cohorts.queries import in_reach, programme_in_reach
from cohorts.queries.audiences import Member, Team, members_of, members_running, teams_of
from cohorts.rules import MANAGE_COHORT

WHOLE_COHORT = Message("The cohort: %(title)s")
WHOLE_PROGRAMME = Message("Running cohorts of the programme: %(title)s")
GROUP = Message("Group %(label)s")


def audiences_of_cohort(
    session: Session, actor: Actor, scope: ScopeKind, key: int, _now: datetime
) -> Sequence[Audience]:
    """The cohort, its programme for those who reach all of that, its groups; people are read when asked for."""
    cohort = session.get(Cohort, key) if scope is ScopeKind.COHORT else None
    reach = actor.reach(MANAGE_COHORT)
    if cohort is None or not in_reach(reach, cohort):
        return ()
    programme = cohort.programme
    told = partial(_told, session, cohort)
    whole = Audience(
        f"cohort:{cohort.id}",
        _named(WHOLE_COHORT, cohort.title),
        ScopeKind.COHORT,
        cohort.id,
        partial(told, partial(members_of, session, cohort.id)),
    )
    wider = Audience(
        f"programme:{programme.id}",
        _named(WHOLE_PROGRAMME, programme.title),
        ScopeKind.PROGRAMME,
        programme.id,
        partial(told, partial(members_running, session, programme.id)),
    )
    teams = [
        Audience(
            f"group:{team.id}",
            _team_name(team),
            ScopeKind.COHORT,
            cohort.id,
            partial(told, partial(members_of, session, cohort.id, group_id=team.id)),
        )
        for team in teams_of(session, cohort.id)
    ]
    return [whole, *([wider] if programme_in_reach(reach, programme) else []), *teams]


def addressees(cohort: Cohort, recipients: Iterable[Recipient], titles: Mapping[int, Tri]) -> list[Addressee]:
    """Recipients with what the tokens are called for them; who is of no cohort reads the name of this one.

    Args:
        titles: of the cohort of each person.

    """
    programme = cohort.programme.title
    return [
        Addressee(one, {"cohort": titles.get(one.person_id or 0, cohort.title), "programme": programme})
        for one in recipients
    ]


def _told(session: Session, cohort: Cohort, read: Callable[[], list[Member]]) -> Sequence[Addressee]:
    titles: dict[int, Tri] = {}
    for member in read():
        titles.setdefault(member.person_id, member.cohort)
    return addressees(cohort, recipients_of_people(session, list(titles)), titles)


def _named(sentence: Message, title: Tri) -> Tri:
    return in_each_language(lambda lang: translate(Message(sentence.text, title=title.best(lang)[0])))


def _team_name(team: Team) -> Tri:
    """A group in words: its number with the word for a group, or the name that it has."""
    if team.label.isdecimal():
        return in_each_language(lambda _lang: translate(Message(GROUP.text, label=team.label)))
    return Tri(kk=team.label, ru=team.label, en=team.label)
