"""Input of the schedule's pages."""

from collections.abc import Sequence
from typing import ClassVar

from flask_babel import lazy_gettext as _
from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    ValidationError,
)
from wtforms.validators import InputRequired, Length, Optional
from wtforms.widgets import HiddenInput

from app.kernel.errors import DomainError
from app.kernel.tri import Tri
from app.kernel.words import Message
from app.web.forms import Form
from app.web.locale import translate
from modules.enums import SESSION_KIND_LABELS, SessionKind, SessionStatus
from modules.models import Block, ModuleSession
from modules.rules.audience import Target, group_word, ids_of, person_word
from modules.rules.facts import LONGEST_TITLE, Facts
from modules.rules.times import YEARS, read_clock, span_to_utc, zone_of

ALL, SOME = "all", "some"
LONGEST_KEY = 10  # digits
CLOCK = _("Enter a time such as 18:30.")
TOO_LONG = _("This text is too long: at most %(max)d characters.")


def _key(value: object) -> int:
    """The key that was chosen; 0, which is none, for anything else."""
    text = str(value)
    return int(text) if text.isascii() and text.isdecimal() and len(text) < LONGEST_KEY else 0


class SessionForm(Form):
    """A session: its day and hours by the clocks of the place, what happens there, for whom and by whom.

    What is ticked is checked where it is saved, against the cohort: the lists here are those that the page offered.
    """

    mends_conflicts: ClassVar[bool] = True

    date = DateField(_("Date"), [InputRequired(_("Enter the date."))])
    start = StringField(_("Start"), [InputRequired(CLOCK)])
    end = StringField(_("End"), [InputRequired(CLOCK)])
    end_date = DateField(_("Date of the end, if it is another day"), [Optional()])
    block = SelectField(_("Module and place"), coerce=_key)
    kind = SelectField(_("Kind"), coerce=str)
    title_kk = StringField(_("Title in Kazakh"), [Length(max=LONGEST_TITLE, message=TOO_LONG)])
    title_ru = StringField(_("Title in Russian"), [Length(max=LONGEST_TITLE, message=TOO_LONG)])
    title_en = StringField(_("Title in English"), [Length(max=LONGEST_TITLE, message=TOO_LONG)])
    rooms = StringField(_("Rooms"), [Length(max=200, message=TOO_LONG)])
    address_kk = StringField(_("Address in Kazakh"), [Length(max=LONGEST_TITLE, message=TOO_LONG)])
    address_ru = StringField(_("Address in Russian"), [Length(max=LONGEST_TITLE, message=TOO_LONG)])
    address_en = StringField(_("Address in English"), [Length(max=LONGEST_TITLE, message=TOO_LONG)])
    link = StringField(_("Link to join online"), [Length(max=500, message=TOO_LONG)])
    speaker = StringField(_("Speaker who is not on the list"), [Length(max=200, message=TOO_LONG)])
    people = SelectMultipleField(_("People"), coerce=str, validate_choice=False)
    languages = SelectMultipleField(_("Languages"), coerce=str, validate_choice=False)
    whom = RadioField(_("For whom"), [InputRequired(_("Choose whom the session is for."))], default=ALL)
    groups = SelectMultipleField(_("Groups"), coerce=_key, validate_choice=False)
    persons = SelectMultipleField(_("People of the cohort"), coerce=_key, validate_choice=False)
    note = StringField(_("Note or reason"), [Length(max=500, message=TOO_LONG)])
    tentative = BooleanField(_("Not certain yet"))
    version = IntegerField(widget=HiddenInput(), validators=[Optional()])

    def offer(self, blocks: Sequence[tuple[Block, str]]) -> None:
        """Set the choices: the blocks in reach with their labels, the kinds, and whom it can be for."""
        self.whom.choices = [(ALL, str(_("The whole cohort"))), (SOME, str(_("Some groups or people")))]
        self.block.choices = [(block.id, label) for block, label in blocks]
        self.kind.choices = [(kind.value, translate(label)) for kind, label in SESSION_KIND_LABELS.items()]

    def validate_date(self, field: DateField) -> None:
        """Keep to years that a programme can have; a typing slip in the year is not a plan."""
        _check_year(field)

    def validate_end_date(self, field: DateField) -> None:
        """The same for the day of the end."""
        self.validate_date(field)

    def validate_start(self, field: StringField) -> None:
        """Hours and minutes."""
        _check_clock(field)

    def validate_end(self, field: StringField) -> None:
        """Hours and minutes."""
        _check_clock(field)

    def fill(self, meeting: ModuleSession, block: Block | None) -> None:
        """Show what a session says now."""
        zone = zone_of(meeting.time_zone)
        begin, end = meeting.starts_at.astimezone(zone), meeting.ends_at.astimezone(zone)
        self.date.data, self.start.data, self.end.data = begin.date(), f"{begin:%H:%M}", f"{end:%H:%M}"
        self.end_date.data = end.date() if end.date() != begin.date() else None
        self.block.data = block.id if block else None
        self.kind.data = str(meeting.kind)
        title, address = meeting.title, meeting.address or Tri()
        self.title_kk.data, self.title_ru.data, self.title_en.data = title.kk, title.ru, title.en
        self.address_kk.data, self.address_ru.data, self.address_en.data = address.kk, address.ru, address.en
        self.rooms.data, self.link.data = ", ".join(meeting.rooms), meeting.link
        self.speaker.data, self.note.data = meeting.speaker, meeting.note
        self.people.data, self.languages.data = list(meeting.people), list(meeting.languages)
        self.whom.data = SOME if meeting.audience else ALL
        self.groups.data = list(ids_of(meeting.audience, Target.GROUP))
        self.persons.data = list(ids_of(meeting.audience, Target.PERSON))
        self.tentative.data = meeting.status == SessionStatus.TENTATIVE
        self.version.data = meeting.version

    def facts(self, block: Block, zone: str, before: ModuleSession | None = None) -> Facts:
        """What was typed, with the hours of the place in UTC.

        Args:
            zone: the zone by whose clocks the hours were typed.
            before: the session that is edited; a cancelled one stays cancelled, our assumed titles stay assumed.

        Raises:
            DomainError: the hours don't exist or contradict each other, or it is for nobody.

        """
        start, end = read_clock(self.start.data or ""), read_clock(self.end.data or "")
        if start is None or end is None or self.date.data is None:
            raise ValueError("facts() needs a validated form")
        starts_at, ends_at = span_to_utc(self.date.data, start, self.end_date.data, end, zone)
        return Facts(
            title=_tri(before.title if before else None, self.title_kk, self.title_ru, self.title_en),
            starts_at=starts_at,
            ends_at=ends_at,
            time_zone=zone,
            kind=SessionKind(self.kind.data),
            status=self._status(before),
            rooms=tuple((self.rooms.data or "").split(",")),
            address=_tri(before.address if before else None, self.address_kk, self.address_ru, self.address_en) or None,
            link=self.link.data,
            speaker=self.speaker.data,
            people=tuple(word for word in self.people.data or () if word),
            languages=tuple(self.languages.data or ()),
            audience=self._audience(),
            note=self.note.data,
        )

    def _audience(self) -> tuple[str, ...]:
        if self.whom.data != SOME:
            return ()
        words = (*map(group_word, self.groups.data or ()), *map(person_word, self.persons.data or ()))
        if not words:
            sentence = Message("Tick at least one group or person, or choose the whole cohort.")
            raise DomainError(sentence, field="whom")
        return words

    def _status(self, before: ModuleSession | None) -> SessionStatus:
        if before and before.status == SessionStatus.CANCELLED:
            return SessionStatus.CANCELLED
        return SessionStatus.TENTATIVE if self.tentative.data else SessionStatus.CONFIRMED


class ActForm(Form):
    """One press about one session: cancel, restore or delete it."""

    version = IntegerField(widget=HiddenInput(), validators=[InputRequired()])
    reason = StringField(_("Reason"), [Length(max=500, message=TOO_LONG)])


class CopyForm(Form):
    """Which day is copied to which; sent by GET to look, by POST to take."""

    day = DateField(_("Day to copy"), [InputRequired(_("Enter the date."))])
    to = DateField(_("Copy to"), [InputRequired(_("Enter the date."))])
    reviewed = HiddenField(validators=[Length(max=60, message=TOO_LONG)])

    def validate_day(self, field: DateField) -> None:
        """Keep to years that a programme can have."""
        _check_year(field)

    def validate_to(self, field: DateField) -> None:
        """The same for the other day."""
        _check_year(field)


class OnlineForm(Form):
    """From when on a module is held online, and where everybody joins then."""

    module = SelectField(_("Module"), coerce=_key)
    since = DateField(_("From which day on"), [InputRequired(_("Enter the date."))])
    link = StringField(_("Link to join online"), [Length(max=500, message=TOO_LONG)])
    reviewed = HiddenField(validators=[Length(max=60, message=TOO_LONG)])

    def validate_since(self, field: DateField) -> None:
        """Keep to years that a programme can have."""
        _check_year(field)


class PublishForm(Form):
    """One press: what was looked at."""

    reviewed = HiddenField(validators=[InputRequired(), Length(max=60, message=TOO_LONG)])


class PressForm(Form):
    """One press without any input."""


def look(form: Form, *names: str) -> None:
    """Check fields that came in the address, as if the form was sent: nothing is done yet, so it needs no token."""
    for name in names:
        own = getattr(type(form), f"validate_{name}", None)
        form[name].validate(form, [own] if own else [])


def translate_year() -> str:
    """The sentence about a year out of range."""
    return str(_("Enter a year between %(first)s and %(last)s.", first=YEARS[0], last=YEARS[-1]))


def _check_year(field: DateField) -> None:
    if field.data and field.data.year not in YEARS:
        raise ValidationError(translate_year())


def _check_clock(field: StringField) -> None:
    if read_clock(field.data or "") is None:
        raise ValidationError(str(CLOCK))


def _tri(before: Tri | None, kk: StringField, ru: StringField, en: StringField) -> Tri:
    """What was typed; a text that was assumed and is left as it was stays assumed."""
    typed = {"kk": kk.data or None, "ru": ru.data or None, "en": en.data or None}
    kept = frozenset(lang for lang in (before.assumed if before else ()) if before and typed[lang] == before.get(lang))
    return Tri(**typed, assumed=kept)
