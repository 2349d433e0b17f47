"""Rows against each other and against what is known: new, same, changed, look-alike or refused. No database."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from app.kernel.text import identity, search_key
from cohorts.roster.cells import REFUSALS, Entry, Scholarship, name_key, read_row
from cohorts.roster.columns import RosterRow
from cohorts.roster.reasons import Choice, Reason, Verdict


@dataclass(frozen=True, slots=True)
class Enrolled:
    """What is known of somebody in this cohort.

    Args:
        other_forms: organisation and post in other languages, as search keys: a list may name them in any.

    """

    organisation: str = ""
    post: str = ""
    phone: str = ""
    group: str = ""
    category: str = ""
    nomination: str = ""
    scholarship: Scholarship = field(default_factory=Scholarship)
    other_forms: frozenset[str] = frozenset()

    def says(self, text: str, known: str) -> bool:
        """Whether a text of a list says what is known, in one of its languages."""
        return search_key(text) in {search_key(known), *self.other_forms}


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """What is known of a person before this file.

    Args:
        names: the keys (:func:`name_key`) of the present and former names.
        emails: the identities of the contact addresses.
        organisations: the search keys of the organisations of posts and enrolments.
        enrolled: the facts of this cohort, or None for somebody who is not in it.

    """

    id: int
    shown: str
    iin: str | None
    passport: str | None
    names: frozenset[str]
    emails: frozenset[str]
    organisations: frozenset[str]
    enrolled: Enrolled | None = None
    citizenship: str | None = None


@dataclass(slots=True)
class Judged:
    """A row with its verdict.

    Args:
        person: the known person whom it concerns, or None for a new one.
        options: what the user may decide when it is a look-alike.

    """

    entry: Entry
    verdict: Verdict
    person: KnownPerson | None = None
    options: tuple[Choice, ...] = ()
    reasons: list[Reason] = field(default_factory=list)

    @property
    def all_reasons(self) -> list[Reason]:
        """Why it got this verdict, then the remarks on the row itself; of a row that stays out only why it does."""
        if self.entry.refused:
            return [reason for reason in self.entry.reasons if reason.code in REFUSALS]
        return [*self.reasons, *self.entry.reasons]


class _Known:
    """Known people by what a row may name them with."""

    def __init__(self, people: Iterable[KnownPerson]) -> None:
        self.by_iin: dict[str, KnownPerson] = {}
        self.by_passport: dict[str, KnownPerson] = {}
        self.by_email: dict[str, list[KnownPerson]] = {}
        self.by_name: dict[str, list[KnownPerson]] = {}
        for person in people:
            if person.iin:
                self.by_iin[person.iin] = person
            if person.passport:
                self.by_passport[person.passport] = person
            for email in person.emails:
                self.by_email.setdefault(email, []).append(person)
            for name in person.names:
                self.by_name.setdefault(name, []).append(person)


def judge(rows: Sequence[RosterRow], known: Iterable[KnownPerson]) -> list[Judged]:
    """A verdict for each row, in the order of the file. The same input always gives the same answer."""
    return judge_entries([read_row(row) for row in rows], known)


def judge_entries(entries: Iterable[Entry], known: Iterable[KnownPerson]) -> list[Judged]:
    """The same for rows that were read already."""
    people = _Known(known)
    accepted: dict[str, list[Judged]] = {}
    verdicts = []
    for entry in entries:
        judged = _judge(entry, accepted, people)
        verdicts.append(judged)
        if judged.verdict not in {Verdict.REFUSED, Verdict.LOOKALIKE}:
            for mark in _marks(entry):
                accepted.setdefault(mark, []).append(judged)
    return verdicts


def _marks(entry: Entry) -> list[str]:
    """What another row may share with this one, in the order of weight."""
    found = {"iin": entry.iin, "passport": entry.passport, "email": identity(entry.email or ""), "name": entry.key}
    return [f"{kind}:{value}" for kind, value in found.items() if value]


def _judge(entry: Entry, accepted: Mapping[str, Sequence[Judged]], known: _Known) -> Judged:
    if entry.refused:
        return Judged(entry, Verdict.REFUSED)
    return _within_file(entry, accepted) or _against_known(entry, known)


def _other_person(iin: str | None, passport: str | None, entry: Entry) -> bool:
    """Whether two numbers of the same kind prove that these are two people."""
    return bool(
        (iin and entry.iin and iin != entry.iin) or (passport and entry.passport and passport != entry.passport)
    )


def _within_file(entry: Entry, accepted: Mapping[str, Sequence[Judged]]) -> Judged | None:
    """A verdict from earlier rows, if one says something about this row."""
    for mark in _marks(entry):
        for other in accepted.get(mark, ()):
            earlier = other.entry
            detail: dict[str, str | int] = {"n": earlier.row}
            same_name = earlier.key == entry.key
            kind = mark.partition(":")[0]
            if kind in {"iin", "passport"}:
                if same_name:
                    return Judged(entry, Verdict.SAME, reasons=[Reason("duplicate_of_row", detail)])
                return Judged(entry, Verdict.REFUSED, reasons=[Reason("iin_of_row", detail | {"name": earlier.shown})])
            if _other_person(earlier.iin, earlier.passport, entry):
                continue
            if same_name and (kind == "email" or earlier.organisation == entry.organisation):
                return Judged(entry, Verdict.SAME, reasons=[Reason("duplicate_of_row", detail)])
            reason = Reason("name_of_row", detail)
            if kind == "email":
                reason = Reason("email_of_row", detail | {"name": earlier.shown})
            return Judged(entry, Verdict.LOOKALIKE, options=(Choice.SEPARATE,), reasons=[reason])
    return None


def _against_known(entry: Entry, known: _Known) -> Judged:
    numbered = known.by_iin.get(entry.iin or "") or known.by_passport.get(entry.passport or "")
    if numbered is not None:
        if entry.key in numbered.names:
            return _known_person(entry, numbered)
        reason = Reason("iin_of_person", {"name": numbered.shown})
        return Judged(entry, Verdict.LOOKALIKE, numbered, (Choice.SAME_PERSON,), [reason])
    sharing = known.by_email.get(identity(entry.email or ""), ())
    namesakes = known.by_name.get(entry.key, ())
    possible = [
        person
        for person in {person.id: person for person in (*sharing, *namesakes)}.values()
        if not _other_person(person.iin, person.passport, entry)
    ]
    organisation = organisation_key(entry)
    for person in possible:
        if entry.key in person.names and (person in sharing or organisation in person.organisations):
            return _known_person(entry, person)
    if possible:
        person = possible[0]
        if entry.key in person.names:
            both = (Choice.SAME_PERSON, Choice.SEPARATE)
            return Judged(entry, Verdict.LOOKALIKE, person, both, [Reason("name_of_person")])
        reason = Reason("email_of_person", {"name": person.shown})
        return Judged(entry, Verdict.LOOKALIKE, person, (Choice.SEPARATE,), [reason])
    return Judged(entry, Verdict.NEW)


def organisation_key(entry: Entry) -> str:
    """The search key of the organisation that a row names; "" when it names none."""
    return search_key(entry.organisation.forms()[0]) if entry.organisation else ""


def _known_person(entry: Entry, person: KnownPerson) -> Judged:
    if person.enrolled is None:
        return Judged(entry, Verdict.NEW, person, reasons=[Reason("known_person")])
    differences = list(_differences(entry, person, person.enrolled))
    return Judged(entry, Verdict.CHANGED if differences else Verdict.SAME, person, reasons=differences)


def _differences(entry: Entry, person: KnownPerson, now: Enrolled) -> Iterable[Reason]:
    """What the row says otherwise than we know. A cell that is empty says nothing."""
    post = entry.post.forms()[0] if entry.post else ""
    organisation = entry.organisation.forms()[0] if entry.organisation else ""
    moved = organisation and not now.says(organisation, now.organisation)
    if moved or (post and not now.says(post, now.post)):
        was = ", ".join(filter(None, (now.post, now.organisation))) or "–"
        new = ", ".join(filter(None, (post or now.post, organisation or now.organisation)))
        yield Reason("post", {"was": was, "now": new})
    if entry.phone and entry.phone != now.phone:
        yield Reason("phone", {"was": now.phone or "–", "now": entry.phone})
    if entry.email and identity(entry.email) not in person.emails:
        yield Reason("email", {"now": entry.email})
    if entry.group and entry.group != now.group:
        yield Reason("group", {"was": now.group or "–", "now": entry.group})
    latin = next((name.full for form, name in entry.names.items() if form == "latin"), "")
    if latin and name_key(latin) not in person.names:  # a former spelling is no news: it was corrected
        yield Reason("latin", {"now": latin})
    yield from _papers(entry, person)
    yield from _backing(entry, now)


def _papers(entry: Entry, person: KnownPerson) -> Iterable[Reason]:
    """Numbers that were not known."""
    if entry.iin and not person.iin:
        yield Reason("iin")
    if entry.passport and not person.passport:
        yield Reason("passport")
    if entry.citizenship and not person.citizenship:
        yield Reason("citizenship", {"now": entry.citizenship})


def _backing(entry: Entry, now: Enrolled) -> Iterable[Reason]:
    """Who proposed the person and who pays: often decided after the first list was sent."""
    if entry.category and entry.category != now.category:
        yield Reason("category", {"was": now.category or "–", "now": entry.category})
    if entry.nomination and entry.nomination != now.nomination:
        yield Reason("nomination", {"was": now.nomination or "–", "now": entry.nomination})
    scholarship = entry.scholarship.over(now.scholarship)
    if scholarship != now.scholarship:
        yield Reason("scholarship", {"was": str(now.scholarship) or "–", "now": str(scholarship)})
