"""Decisions about certificates: no database, no web."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from app.accounts.enums import Role
from app.accounts.rules import permission
from app.kernel.errors import DomainError
from app.kernel.partial_date import PartialDate
from app.kernel.words import Message
from app.people.rules import mixed_alphabets
from certificates.payload import Holder

PROPOSE = permission("certificates.propose", Role.COORDINATOR)
APPROVE = permission("certificates.approve", Role.APPROVER)
ANNUL = permission("certificates.annul", Role.APPROVER)
VIEW_BATCHES = permission("certificates.view_batches", Role.COORDINATOR, Role.APPROVER, Role.AUDITOR)
VIEW_REGISTER = permission("certificates.view_register", Role.COORDINATOR, Role.APPROVER, Role.AUDITOR, Role.OFFICIAL)
DOWNLOAD = permission("certificates.download", Role.COORDINATOR, Role.APPROVER, Role.AUDITOR, Role.OFFICIAL)
VIEW_OWN_CERTIFICATES = permission("certificates.view_own", Role.PARTICIPANT)
# What the register shows depends on why somebody may read it: for programmes, or for the people of an organisation.
READ_PROGRAMMES = permission("certificates.read_programmes", Role.COORDINATOR, Role.APPROVER, Role.AUDITOR)
READ_REMIT = permission("certificates.read_remit", Role.OFFICIAL)
LOOK_UP = permission("certificates.look_up", Role.OFFICIAL, Role.APPROVER)
READ_AS_READER = permission("certificates.read_as_reader", Role.APPROVER, Role.AUDITOR, Role.OFFICIAL)

MANY = 5  # people; from here on a finding is said once for all of them
LONG_NAME = 46  # letters: longer names take two lines on the sheet
FARTHEST_AHEAD = timedelta(days=366)
DIGITS = 6
MOST_FILES = 500
MOST_ROWS = 20_000
REASON_LENGTH = 500
TRIES = 30  # failed look-ups of one address within the throttle's window


class Mend(StrEnum):
    """Where the cause of a finding is mended."""

    NAME = "name"
    PROGRAMME = "programme"
    COHORT = "cohort"
    PROOF = "proof"
    CERTIFICATE = "certificate"


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who completed the programme and has no valid certificate of it.

    Args:
        annulled: the number of a certificate that was annulled, if there was one.

    """

    enrolment_id: int
    enrolment_number: int
    person_id: int
    holder: Holder
    sort_key: str
    annulled: str = ""

    @property
    def name(self) -> str:
        """The name as it is printed first, or the number of the enrolment."""
        return next(iter(self.holder.forms()), f"№ {self.enrolment_number}")

    @property
    def longest(self) -> int:
        """The length of the longest form, in letters."""
        return max((len(form) for form in self.holder.forms()), default=0)


@dataclass(frozen=True, slots=True)
class Situation:
    """What a batch of a cohort would stand on.

    Args:
        issuers: how many issuers the programme's award names.
        missing: organisations that the award names but nobody knows, by code.
        ends_on: the last day or month of the cohort.
        award_letters: all that the programme itself would print.
        prefix_taken: the start of the numbers belongs to another programme.

    """

    issuers: int
    missing: tuple[str, ...]
    ends_on: PartialDate | None
    award_letters: str
    prefix_taken: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """One problem: whose (None: everybody's), why, and where it is mended."""

    candidate: Candidate | None
    why: Message
    mend: Mend


@dataclass(frozen=True, slots=True)
class Preflight:
    """What can be issued, what is held back and why, and what is worth a look.

    Args:
        ready: alphabetical, the order of the numbers to come.
        blocked: holds everybody back.
        held: holds one person back, never the batch.
        look: issues, but somebody should look first.

    """

    ready: tuple[Candidate, ...]
    blocked: tuple[Finding, ...]
    held: tuple[Finding, ...]
    look: tuple[Finding, ...]

    @property
    def total(self) -> int:
        """Everybody who was checked."""
        return len(self.ready) + len({id(finding.candidate) for finding in self.held})


def preflight(
    candidates: Iterable[Candidate], situation: Situation, *, missing_glyphs: Callable[[str], Sequence[str]]
) -> Preflight:
    """Check a cohort before its certificates are proposed.

    Args:
        candidates: everybody who completed and has no valid certificate.
        situation: what the certificates would stand on.
        missing_glyphs: which characters of a text the typefaces cannot draw.

    """
    people = sorted(candidates, key=lambda candidate: (candidate.sort_key, candidate.enrolment_number))
    blocked = _blocked(situation, missing_glyphs)
    held = tuple(finding for person in people if (finding := _held(person, missing_glyphs)))
    stopped = {finding.candidate.enrolment_id for finding in held if finding.candidate}
    ready = tuple(person for person in people if person.enrolment_id not in stopped)
    look = tuple(finding for person in ready for finding in _look(person))
    return Preflight(ready, blocked, held, look + _look_at_all(ready))


def _blocked(situation: Situation, missing_glyphs: Callable[[str], Sequence[str]]) -> tuple[Finding, ...]:
    reasons: list[tuple[Message, Mend]] = []
    if not situation.issuers:
        reasons.append((Message("The programme does not say who issues its certificates."), Mend.PROGRAMME))
    reasons += [
        (Message("The programme names an issuer that is not known: %(code)s.", code=code), Mend.PROGRAMME)
        for code in situation.missing
    ]
    if situation.prefix_taken:
        reasons.append((Message("Another programme already uses the same start of numbers."), Mend.PROGRAMME))
    if situation.ends_on is None:
        reasons.append((Message("It is not known when the cohort ends."), Mend.COHORT))
    letters = missing_glyphs(situation.award_letters)
    if letters:
        reasons.append(
            (
                Message(
                    "The programme's texts have characters that cannot be printed: %(letters)s", letters=_shown(letters)
                ),
                Mend.PROGRAMME,
            )
        )
    return tuple(Finding(None, why, mend) for why, mend in reasons)


def _held(person: Candidate, missing_glyphs: Callable[[str], Sequence[str]]) -> Finding | None:
    if not person.holder.forms():
        return Finding(person, Message("No form of the name is known."), Mend.NAME)
    letters = missing_glyphs("".join(person.holder.forms()))
    if letters:
        why = Message("The name has characters that cannot be printed: %(letters)s", letters=_shown(letters))
        return Finding(person, why, Mend.NAME)
    return None


def _shown(letters: Sequence[str]) -> str:
    return ", ".join(f"{letter} (U+{ord(letter):04X})" for letter in letters[:5])


def _look(person: Candidate) -> list[Finding]:
    found = []
    if person.annulled:
        why = Message(
            "Had certificate %(number)s, which was annulled. Look why, before another is issued.",
            number=person.annulled,
        )
        found.append(Finding(person, why, Mend.CERTIFICATE))
    if person.longest > LONG_NAME:
        why = Message("%(n)s letters: the name is printed smaller or on two lines.", n=person.longest)
        found.append(Finding(person, why, Mend.PROOF))
    if any(mixed_alphabets(form) for form in person.holder.forms()):
        why = Message("One word of the name mixes Cyrillic and Latin letters.")
        found.append(Finding(person, why, Mend.NAME))
    return found


def _look_at_all(ready: Sequence[Candidate]) -> tuple[Finding, ...]:
    """Forms that are not known are not printed: said once for all, or for the few whom it concerns."""
    kazakh = [person for person in ready if not person.holder.kk]
    latin = [person for person in ready if not person.holder.latin]
    return (
        *_unknown(
            kazakh,
            Message("The Kazakh spelling is not known and will not be printed."),
            Message("The Kazakh spelling of %(n)s people is not known and will not be printed.", n=len(kazakh)),
        ),
        *_unknown(
            latin,
            Message("The Latin spelling is not known and will not be printed."),
            Message("The Latin spelling of %(n)s people is not known and will not be printed.", n=len(latin)),
        ),
    )


def _unknown(people: Sequence[Candidate], one: Message, many: Message) -> list[Finding]:
    if len(people) > MANY:
        return [Finding(None, many, Mend.NAME)]
    return [Finding(person, one, Mend.NAME) for person in people]


def check_dates(*, order_date: date, issued_on: date, ends_on: PartialDate | None, today: date) -> None:
    """An order comes before the issue, the issue not before the end of the programme, and neither is a slip of the pen.

    Raises:
        DomainError: on the field that is wrong.

    """
    if issued_on - today > FARTHEST_AHEAD:
        raise DomainError(
            Message("Nothing was proposed: the date of issue is more than a year ahead. Check the year."),
            field="issued_on",
        )
    if order_date > issued_on:
        raise DomainError(
            Message("Nothing was proposed: the order is dated after the certificates. Change one of the two dates."),
            field="order_date",
        )
    if ends_on is not None and issued_on < ends_on.first_day:
        raise DomainError(
            Message("Nothing was proposed: certificates of completion cannot be dated before the programme ends."),
            field="issued_on",
        )


def check_approver(
    *, approver_id: int, approver_person: int | None, proposer_id: int, recipients: Iterable[int]
) -> None:
    """Two people issue, and neither is a recipient.

    Raises:
        DomainError: the approver proposed it, or would get one of the certificates.

    """
    if approver_id == proposer_id:
        raise DomainError(
            Message("Nothing was issued: you proposed these certificates. Another person has to approve them.")
        )
    if approver_person is not None and approver_person in set(recipients):
        raise DomainError(Message("Nothing was issued: you are one of the recipients. Another approver has to do it."))


def check_proposer(*, person_id: int | None, recipients: Iterable[int]) -> None:
    """Whoever proposes is no recipient.

    Raises:
        DomainError: they would get one of the certificates.

    """
    if person_id is not None and person_id in set(recipients):
        raise DomainError(
            Message("Nothing was proposed: you are one of the recipients. Another coordinator has to propose them.")
        )


def series_prefix(prefix: str, year: int) -> str:
    """What the numbers of a series begin with: ``EULP-2023``."""
    return f"{prefix}-{year}"


def number_of(series: str, sequence: int) -> str:
    """A certificate's number: ``EULP-2023-000012``."""
    return f"{series}-{sequence:0{DIGITS}}"


def fingerprint(holders: Iterable[Holder]) -> str:
    """A short hash of the names on a list in their order: shows whether a list changed since somebody looked at it."""
    text = "\n".join(f"{holder.kk}\t{holder.ru}\t{holder.latin}" for holder in holders)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
