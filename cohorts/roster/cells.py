"""What a single row says: names, numbers and addresses read strictly, with every doubt named. No database."""

import re
import unicodedata
from dataclasses import dataclass, field
from functools import cache

from babel import Locale

from app.kernel.partial_date import PartialDate
from app.kernel.text import clean
from app.kernel.tri import LANGUAGES, Tri
from app.people.enums import NameForm
from app.people.rules import IIN_DIGITS, PersonalName, check_iin, mixed_alphabets, normalise_kazakh, split_full_name
from cohorts.roster.columns import Field, RosterRow
from cohorts.roster.reasons import Reason

MAX_NAME = 200
MAX_NAME_PART = 120
MAX_TEXT = 200
MAX_EMAIL = 254
MAX_CATEGORY = 40
KAZAKH_LETTERS = frozenset("әғқңөұүһіӘҒҚҢӨҰҮҺІ")
REFUSALS = frozenset(
    {
        "bad_email",
        "two_emails",
        "bad_iin",
        "iin_digits_lost",
        "no_name",
        "letters_lost",
        "not_a_name",
        "not_a_text",
        "too_long",
    }
)

_LOST = re.compile(r"\?\w|\w\?")
_CYRILLIC = re.compile(r"[\u0400-\u04ff]")
_EXPONENT = re.compile(r"\d+(?:[.,]\d+)?E\+?\d+", re.IGNORECASE)
_PASSPORT = re.compile(r"[A-ZА-Я]{1,3}\d{5,9}")
_OWN_PASSPORT = re.compile(r"[A-ZА-Я0-9]{5,20}")  # in its own column: several states give digits alone
_DAY = re.compile(r"(?:(\d{1,2})\.)?(\d{1,2})\.(\d{4})")
_STATE = re.compile(r"^республик[аи] |^(?:the )?republic of (?:the )?| республикасы$")
_NO_STATES = frozenset({"EU", "EZ", "UN", "QO", "XA", "XB", "ZZ"})  # groups and place-holders of the same list
_AT_MIDNIGHT = "T00:00:00"  # as a workbook gives a day
_EMAIL = re.compile(r"[A-Za-z0-9._%+'-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,24}")
_GROUP = re.compile(r"[A-Za-zА-Яа-яӘәҒғҚқҢңӨөҰұҮүҺһІі]?[-– ]?\d{1,3}|[A-Za-zА-Яа-яӘәҒғҚқҢңӨөҰұҮүҺһІі]")
_KINDS = {
    "university": ("университет", "university"),
    "academy": ("академия", "academy"),
    "ministry": ("министерств", "министрліг", "ministry"),
    "agency": ("агентств", "агенттіг", "agency"),
}
_NAME_MARKS = frozenset("-'’ʼ`´. ()")
_MARKUP = re.compile(r"[<>{}\\]|^[=+@\t]")


@dataclass(frozen=True, slots=True)
class Scholarship:
    """Who pays for somebody's training, by which decision, and for how long; None is "not known"."""

    funder: str | None = None
    decision: str | None = None
    start: PartialDate | None = None
    end: PartialDate | None = None

    def over(self, other: "Scholarship") -> "Scholarship":
        """What this one says, and where it says nothing what the other says."""
        return Scholarship(
            self.funder or other.funder,
            self.decision or other.decision,
            self.start or other.start,
            self.end or other.end,
        )

    def __str__(self) -> str:
        """Its parts one after the other; "" when nothing is known."""
        period = " – ".join(str(day) for day in (self.start, self.end) if day)
        return ", ".join(part for part in (self.funder, self.decision, period) if part)


@dataclass(slots=True)
class Entry:
    """A row that was read; ``reasons`` are all doubts, ``refused`` whether one of them keeps it out."""

    row: int
    shown: str
    names: dict[NameForm, PersonalName] = field(default_factory=dict)
    post: Tri | None = None
    organisation: Tri | None = None
    iin: str | None = None
    passport: str | None = None
    citizenship: str | None = None
    email: str | None = None
    phone: str | None = None
    group: str | None = None
    category: str | None = None
    nomination: str | None = None
    scholarship: Scholarship = field(default_factory=Scholarship)
    reasons: list[Reason] = field(default_factory=list)

    def doubt(self, code: str, **detail: str | int) -> None:
        """Name a doubt."""
        self.reasons.append(Reason(code, detail))

    @property
    def refused(self) -> bool:
        """Whether one of the doubts keeps the row out."""
        return any(reason.code in REFUSALS for reason in self.reasons)

    @property
    def key(self) -> str:
        """The name by which two rows are the same person's: case, spaces and kinds of apostrophes aside."""
        first = next(iter(self.names.values()), None)
        return name_key(first.full) if first else ""


def name_key(full: str) -> str:
    """The form in which two spellings of a full name are the same; «Алия» and «Әлия» stay different."""
    return re.sub(r"[’ʼ`´]", "'", clean(full)).casefold()


def text_in(text: str, language: str) -> Tri:
    """A text of a roster in the language of its letters, or of the roster's headings when the letters don't tell."""
    if not _CYRILLIC.search(text):
        return Tri(en=text)
    if KAZAKH_LETTERS & set(text) or language == "kk":
        return Tri(kk=text)
    return Tri(ru=text)


def read_row(row: RosterRow) -> Entry:
    """Everything that one row says, without a look at the others."""
    entry = Entry(row.row, row.get(Field.NAME) or _joined(row) or row.get(Field.LATIN))
    _read_name(entry, row)
    _read_iin(entry, row)
    _read_email(entry, row)
    entry.organisation = _read_text(entry, row, Field.ORGANISATION)
    entry.post = _read_text(entry, row, Field.POST)
    if entry.organisation is None and not entry.refused:
        entry.doubt("no_organisation")
    _read_rest(entry, row)
    _read_backing(entry, row)
    return entry


def _joined(row: RosterRow) -> str:
    return " ".join(filter(None, map(row.get, (Field.SURNAME, Field.GIVEN_NAME, Field.PATRONYMIC))))


def _read_name(entry: Entry, row: RosterRow) -> None:
    text, latin = entry.shown, row.get(Field.LATIN)
    if not text:
        entry.doubt("no_name")
        return
    for part in filter(None, (text, latin)):
        if "?" in part:
            entry.doubt("letters_lost")
            return
        if not is_name(part):
            entry.doubt("not_a_name")
            return
    normalised = normalise_kazakh(text)
    if mixed_alphabets(normalised):
        entry.doubt("mixed_alphabets")
        normalised = text
    elif normalised != text:
        entry.doubt("letters_normalised", was=text, now=normalised)
    name = _parts(row, normalised)
    if len(normalised) > MAX_NAME or any(
        len(part or "") > MAX_NAME_PART for part in (name.surname, name.given_name, name.patronymic)
    ):
        entry.doubt("too_long")
        return
    entry.shown = normalised
    if _CYRILLIC.search(normalised):
        entry.names = {NameForm.KK: name, NameForm.RU: name}
    else:
        entry.names = {NameForm.LATIN: name}
    if latin and NameForm.LATIN not in entry.names:
        entry.names[NameForm.LATIN] = split_full_name(latin[:MAX_NAME])


def _parts(row: RosterRow, normalised: str) -> PersonalName:
    """Surname, given name and patronymic: as columns give them, else split."""
    if row.get(Field.NAME) or not row.get(Field.SURNAME):
        return split_full_name(normalised)
    surname, given, patronymic = (
        normalise_kazakh(row.get(part)) or None for part in (Field.SURNAME, Field.GIVEN_NAME, Field.PATRONYMIC)
    )
    return PersonalName(surname or normalised, given, patronymic)


def is_name(text: str) -> bool:
    """Letters of any script with hyphens, apostrophes, dots and brackets; at least one letter, which comes first."""
    letters = [char for char in text if unicodedata.category(char)[0] in "LM"]
    others = set(text) - set(letters)
    return bool(letters) and others <= _NAME_MARKS and (text[0] in letters or text[0] in "'’ʼ")


def _read_iin(entry: Entry, row: RosterRow) -> None:
    text = row.get(Field.IIN).replace(" ", "")
    _read_papers(entry, row)
    if not text:
        return
    padded = text.zfill(IIN_DIGITS) if text.isascii() and text.isdigit() and len(text) >= IIN_DIGITS - 2 else text
    if check_iin(padded):
        entry.iin = padded
        if padded != text:
            entry.doubt("iin_padded")
    elif _EXPONENT.fullmatch(text):
        entry.doubt("iin_digits_lost", text=text)
    elif _PASSPORT.fullmatch(text.upper()):
        entry.passport = entry.passport or text.upper()
        entry.doubt("passport_in_iin")
    elif text.isascii() and text.isdigit() and len(text) != IIN_DIGITS:
        entry.doubt("bad_iin", n=len(text))
    else:
        entry.doubt("bad_iin")


def _read_papers(entry: Entry, row: RosterRow) -> None:
    """Passport and citizenship: what foreigners have instead of an IIN."""
    passport = re.sub(r"[\s№-]", "", row.get(Field.PASSPORT)).upper()
    if _OWN_PASSPORT.fullmatch(passport) and any(map(str.isdigit, passport)):
        entry.passport = passport
    elif passport:
        entry.doubt("bad_passport", text=row.get(Field.PASSPORT)[:40])
    citizenship = row.get(Field.CITIZENSHIP)
    if citizenship:
        entry.citizenship = _countries().get(_STATE.sub("", citizenship.casefold()).strip())
        if entry.citizenship is None:
            entry.doubt("bad_citizenship", text=citizenship[:40])


@cache
def _countries() -> dict[str, str]:
    """The two letters of each country by these letters and by its name in Kazakh, Russian and English (CLDR)."""
    found = {"рк": "KZ", "қр": "KZ"}
    for language in LANGUAGES:
        for code, name in Locale(language).territories.items():
            if code.isalpha() and code not in _NO_STATES:  # regions have digits
                found |= {name.casefold(): code, code.casefold(): code}
    return found


def _read_email(entry: Entry, row: RosterRow) -> None:
    text = row.get(Field.EMAIL)
    if not text:
        entry.doubt("no_email")
    elif text.count("@") > 1:
        entry.doubt("two_emails", text=text[:120])
    elif _EMAIL.fullmatch(text) and len(text) <= MAX_EMAIL and ".." not in text:
        entry.email = text
    else:
        entry.doubt("bad_email", text=text[:120])


def _read_text(entry: Entry, row: RosterRow, part: Field) -> Tri | None:
    text = row.get(part)
    if not text:
        return None
    if _LOST.search(text):
        entry.doubt("letters_lost")
    elif _MARKUP.search(text):
        entry.doubt("not_a_text", text=text[:60])
    elif len(text) > MAX_TEXT:
        entry.doubt("too_long")
    return text_in(text, row.language)


def _read_rest(entry: Entry, row: RosterRow) -> None:
    phone = row.get(Field.PHONE)
    if phone and re.fullmatch(r"[\d+()\-– .,/;доб]{5,40}", phone):
        entry.phone = phone
    elif phone:
        entry.doubt("bad_phone")
    group = row.get(Field.GROUP)
    if group and _GROUP.fullmatch(group):
        entry.group = group
    elif group:
        entry.doubt("bad_group", text=group[:40])


def _read_backing(entry: Entry, row: RosterRow) -> None:
    """Who proposed the person, and who pays."""
    entry.category = _read_line(entry, row, Field.CATEGORY, MAX_CATEGORY)
    entry.nomination = _read_line(entry, row, Field.NOMINATION)
    entry.scholarship = Scholarship(
        _read_line(entry, row, Field.FUNDER),
        _read_line(entry, row, Field.FUNDING_DECISION),
        _read_day(entry, row, Field.FUNDED_FROM),
        _read_day(entry, row, Field.FUNDED_TO),
    )


def _read_line(entry: Entry, row: RosterRow, part: Field, longest: int = MAX_TEXT) -> str | None:
    text = row.get(part)
    if _LOST.search(text):
        entry.doubt("letters_lost")
    elif _MARKUP.search(text):
        entry.doubt("not_a_text", text=text[:60])
    elif len(text) > longest:
        entry.doubt("too_long")
    return text or None


def _read_day(entry: Entry, row: RosterRow, part: Field) -> PartialDate | None:
    """A day or a month: 2025-09-01, 01.09.2025, 2025-09, 09.2025."""
    text = row.get(part).removesuffix(_AT_MIDNIGHT)
    if not text:
        return None
    local = _DAY.fullmatch(text)
    try:
        if local:
            day, month, year = local.groups()
            return PartialDate(int(year), int(month), int(day) if day else None)
        return PartialDate.parse(text)
    except ValueError:
        entry.doubt("bad_date", text=text[:40])
        return None


def organisation_kind(name: Tri) -> str:
    """The kind that an organisation's own name says, for one that is met for the first time; else ``other``."""
    words = " ".join(name.forms()).casefold()
    for kind, stems in _KINDS.items():
        if any(stem in words for stem in stems):
            return kind
    return "other"
