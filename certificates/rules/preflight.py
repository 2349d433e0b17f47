"""What of a cohort can be issued, what is held back and why, and what is worth a look: no database, no web."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from app.kernel.partial_date import PartialDate
from app.kernel.words import Message
from app.people.rules import mixed_alphabets
from certificates.payload import Holder

MANY = 5  # people; from here on a finding is said once for all of them
LONG_NAME = 46  # letters: longer names take two lines on the sheet


class Mend(StrEnum):
    """Where the cause of a finding is mended."""

    NAME = "name"
    PROGRAMME = "programme"
    COHORT = "cohort"
    PROOF = "proof"
    CERTIFICATE = "certificate"
    COMPLETION = "completion"
    MARK = "mark"


@dataclass(frozen=True, slots=True)
class Hold:
    """Why one person is held back, and where that is mended."""

    why: Message
    mend: Mend


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who completed the programme and has no valid certificate of it.

    Args:
        annulled: the number of a certificate that was annulled, if there was one.
        hold: what holds the person back before anything else is looked at.
        look: what somebody should look at first.
        marked: an order says already that the person completed; else the order of the certificates does.
        evidence: how the person met each condition, as a proposal freezes it; None: an order alone decides.

    """

    enrolment_id: int
    enrolment_number: int
    person_id: int
    holder: Holder
    sort_key: str
    annulled: str = ""
    hold: Hold | None = None
    look: Message | None = None
    marked: bool = True
    evidence: Mapping[str, Any] | None = None

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
        incomplete: how many have not met the conditions, and are not listed one by one.

    """

    ready: tuple[Candidate, ...]
    blocked: tuple[Finding, ...]
    held: tuple[Finding, ...]
    look: tuple[Finding, ...]
    incomplete: int = 0

    @property
    def total(self) -> int:
        """Everybody who was checked."""
        return len(self.ready) + len({id(finding.candidate) for finding in self.held})


def preflight(
    candidates: Iterable[Candidate],
    situation: Situation,
    *,
    missing_glyphs: Callable[[str], Sequence[str]],
    incomplete: int = 0,
) -> Preflight:
    """Check a cohort before its certificates are proposed.

    Args:
        candidates: everybody who completed and has no valid certificate.
        situation: what the certificates would stand on.
        missing_glyphs: which characters of a text the typefaces cannot draw.
        incomplete: how many have not met the conditions.

    """
    people = sorted(candidates, key=lambda candidate: (candidate.sort_key, candidate.enrolment_number))
    blocked = _blocked(situation, missing_glyphs)
    held = tuple(finding for person in people if (finding := _held(person, missing_glyphs)))
    stopped = {finding.candidate.enrolment_id for finding in held if finding.candidate}
    ready = tuple(person for person in people if person.enrolment_id not in stopped)
    look = tuple(finding for person in ready for finding in _look(person))
    return Preflight(ready, blocked, held, look + _look_at_all(ready), incomplete)


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
    if person.hold:
        return Finding(person, person.hold.why, person.hold.mend)
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
    found = [Finding(person, person.look, Mend.COMPLETION)] if person.look else []
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
