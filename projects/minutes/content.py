"""What the minutes of a sitting say, word for word in Kazakh and in Russian.

Closing freezes it: the PDF files are drawn from this alone, so later changes of names, titles or words of this program
do not reach minutes that are closed.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from app.kernel.tri import Tri
from app.pdf.dates import day_in_words
from app.people.queries import display_name
from cohorts.models import Enrolment
from modules.models import Expert
from modules.queries.experts import expert_name
from modules.rules.laying import Span
from modules.rules.times import zone_of
from projects.enums import Duty, Outcome, Presence
from projects.minutes import wording as words
from projects.minutes.wording import BOTH, Lang
from projects.models import DefenceDay, DefenceSlot
from projects.rules.commissions import quorum_of
from projects.rules.sittings import group_words

FORM = 1  # of the frozen content: a later reader knows by it how to draw what is kept
Line = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Papers:
    """What the words are taken from.

    Args:
        sitting: with commission, members, slots, projects, sessions (``queries.sittings.get_sitting``).
        people: who is in each group, by the group's key.
        number, on: those of the minutes; None in a draft.

    """

    sitting: DefenceDay
    people: Mapping[int, Sequence[Enrolment]]
    number: str | None = None
    on: date | None = None


def content_of(papers: Papers) -> dict[str, Any]:
    """The whole content, as JSON can hold it: one document for each language."""
    return {"form": FORM, **{lang: _document(papers, lang) for lang in BOTH}}


def texts_of(content: Mapping[str, Any]) -> Iterator[str]:
    """Every printed text of a content."""
    for lang in BOTH:
        yield from _texts(content[lang])


def _texts(value: Any) -> Iterator[str]:  # noqa: ANN401 - whatever JSON holds
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, Sequence):
        for inner in value:
            yield from _texts(inner)


def _document(papers: Papers, lang: Lang) -> dict[str, Any]:
    sitting = papers.sitting
    number = f"№ {papers.number}" if papers.number else words.NO_NUMBER
    title = sitting.cohort.title.best(lang)[0]
    return {
        "organisation": sitting.cohort.programme.owner.name.best(lang)[0],
        "heading": words.HEADING.get(lang),
        "number": number,
        "about": words.ABOUT.get(lang).format(title=words.quoted(title), number=sitting.commission.number),
        "date": day_in_words(papers.on or sitting.day, lang),
        "place": _city(sitting, lang),
        "blocks": [*_sitting(sitting, lang), *_agenda(sitting, lang), *_items(papers, lang)],
        "signatures": _signatures(sitting, lang),
        "foot": f"{words.FILE.get(lang)} {number}",
    }


def _sitting(sitting: DefenceDay, lang: Lang) -> Iterator[Line]:
    yield {"row": [words.HELD.get(lang), _when(sitting, lang)]}
    yield {"row": [words.PLACE.get(lang), _place(sitting, lang)]}
    presence = {row.member_id: Presence(row.presence) for row in sitting.present}
    yield {"heading": words.MEMBERS.get(lang)}
    for member in sitting.commission.members:
        how = presence.get(member.id)
        state = words.PRESENCE[how] if how else words.NOT_RECORDED
        yield {
            "person": expert_name(member.expert, lang),
            "about": ", ".join(
                text for text in (*_office(member.expert, lang), words.DUTIES[Duty(member.duty)].get(lang)) if text
            ),
            "state": state.get(lang),
        }
    duties = {member.id: Duty(member.duty) for member in sitting.commission.members}
    quorum = quorum_of(duties, presence, sitting.commission.quorum)
    present = words.PRESENT_OF.get(lang).format(voters=quorum.voters, present=quorum.present)
    kept = words.QUORUM_KEPT if quorum.kept else words.QUORUM_LACKING
    yield {"row": [words.PRESENT.get(lang), present]}
    yield {"row": [words.QUORUM.get(lang), kept.get(lang).format(needed=quorum.needed)]}


def _agenda(sitting: DefenceDay, lang: Lang) -> Iterator[Line]:
    yield {"heading": words.AGENDA.get(lang)}
    for place, slot in enumerate(sitting.slots, start=1):
        yield {"item": f"{place}.", "text": words.AGENDA_ITEM.get(lang).format(what=_what(slot, lang))}


def _items(papers: Papers, lang: Lang) -> Iterator[Line]:
    for place, slot in enumerate(papers.sitting.slots, start=1):
        yield {"heading": f"{place}. {words.HEARD.get(lang)}: {_what(slot, lang)}"}
        people = papers.people.get(slot.project.group_id, ())
        names = ", ".join(display_name(row.person, lang) for row in people)
        mentors = [expert_name(row.expert, lang) for row in slot.project.mentors]
        label = words.MENTOR if len(mentors) == 1 else words.MENTORS
        rows = [
            (words.GROUP_PEOPLE, names),
            (label, ", ".join(mentors)),
            (words.QUESTIONS, slot.questions or ""),
            (words.VOTES, _votes(slot, lang)),
            (words.SCORE, words.SCORE_OF.get(lang).format(score=_number(slot.score)) if slot.score is not None else ""),
            (words.REMARK, slot.remark or ""),
        ]
        yield from ({"row": [name.get(lang), text]} for name, text in rows if text)
        decided = words.OUTCOMES[Outcome(slot.outcome)] if slot.outcome else words.UNDECIDED
        yield {"resolved": f"{words.RESOLVED.get(lang)}: {decided.get(lang)}."}


def _signatures(sitting: DefenceDay, lang: Lang) -> list[list[str]]:
    offices = ((Duty.CHAIR, words.SIGN_CHAIR), (Duty.SECRETARY, words.SIGN_SECRETARY))
    names = {Duty(member.duty): expert_name(member.expert, lang) for member in sitting.commission.members}
    return [[office.get(lang), names.get(duty, "")] for duty, office in offices]


def _what(slot: DefenceSlot, lang: Lang) -> str:
    """The project's title and whose it is; whose alone when it has no title."""
    group = slot.project.group
    team = group_words(group.label, group.organisation.name if group.organisation else None).best(lang)[0]
    title = slot.project.title.best(lang)[0] if slot.project.title else ""
    return f"{words.quoted(title)} ({team})" if title else team


def _office(expert: Expert, lang: Lang) -> tuple[str, ...]:
    """Office and organisation; the office is left out when it stands for the name."""
    known = (_text(expert.office, lang) if expert.person else "", _text(expert.organisation, lang))
    return tuple(text for text in known if text)


def _text(text: Tri | None, lang: Lang) -> str:
    return text.best(lang)[0] if text else ""


def _votes(slot: DefenceSlot, lang: Lang) -> str:
    if slot.votes_for is None:
        return ""
    return words.VOTES_CAST.get(lang).format(
        for_=slot.votes_for, against=slot.votes_against or 0, abstained=slot.votes_abstained or 0
    )


def _number(score: Decimal) -> str:
    """As both languages write it: with a comma, without empty places."""
    return f"{score:f}".rstrip("0").rstrip(".").replace(".", ",") if "." in f"{score:f}" else f"{score:f}"


def _when(sitting: DefenceDay, lang: Lang) -> str:
    day = day_in_words(sitting.day, lang)
    meetings = [slot.session for slot in sitting.slots]
    if not meetings:
        return day
    first = min(meetings, key=lambda meeting: meeting.starts_at)
    last = max(meetings, key=lambda meeting: meeting.ends_at)
    zone = zone_of(first.time_zone)
    return f"{day}, {first.starts_at.astimezone(zone):%H:%M}–{last.ends_at.astimezone(zone):%H:%M}"


def _city(sitting: DefenceDay, lang: Lang) -> str:
    """The city of the block that holds the day; "" when it is not known."""
    for slot in sitting.slots:
        blocks = [block for block in slot.session.module.blocks if block.city]
        for block in blocks:
            if Span(block.starts_on, block.ends_on).touches(sitting.day):
                return _text(block.city, lang)
    return ""


def _place(sitting: DefenceDay, lang: Lang) -> str:
    rooms = dict.fromkeys(room for slot in sitting.slots for room in slot.session.rooms)
    addresses = dict.fromkeys(_text(slot.session.address, lang) for slot in sitting.slots)
    place = ", ".join(text for text in (_city(sitting, lang), *addresses, *rooms) if text)
    online = any(slot.session.link for slot in sitting.slots)
    if not online:
        return place or words.NOT_RECORDED.get(lang)
    return words.AND_ONLINE.get(lang).format(place=place) if rooms or any(addresses) else words.ONLINE.get(lang)
