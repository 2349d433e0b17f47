"""Input of the pages of programmes and cohorts."""

from collections.abc import Collection

from flask_babel import lazy_gettext as _
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, DateField, IntegerField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional, Regexp, ValidationError
from wtforms.widgets import HiddenInput

from app.kernel.partial_date import PartialDate
from app.kernel.text import clean
from app.kernel.tri import LANGUAGES, Tri
from app.kernel.words import Message
from app.notices.announcing import Audience
from app.people.enums import NameForm, NameKind
from app.people.models import Person
from app.people.queries import current_name
from app.people.rules import PersonalName
from app.web import formats
from app.web.forms import Form
from app.web.locale import translate
from app.web.request import moment
from cohorts.enums import ENROLMENT_STATUS_LABELS, EnrolmentStatus
from cohorts.models import Cohort
from cohorts.rules import MAX_ORDER, MAX_REASON

ZONES = ("Asia/Almaty", "Asia/Dubai", "Asia/Tashkent", "Asia/Bishkek", "Asia/Dushanbe", "Asia/Baku", "Asia/Tbilisi")
ZONE_LABELS = {
    "Asia/Almaty": Message("Kazakhstan"),
    "Asia/Dubai": Message("United Arab Emirates"),
    "Asia/Tashkent": Message("Uzbekistan"),
    "Asia/Bishkek": Message("Kyrgyzstan"),
    "Asia/Dushanbe": Message("Tajikistan"),
    "Asia/Baku": Message("Azerbaijan"),
    "Asia/Tbilisi": Message("Georgia"),
}
MAX_DATE = 30  # the longest is 2026-11-24; blanks that came along are cut off
NAME_KIND_LABELS = {
    NameKind.STATED: Message("As stated by the person or the roster"),
    NameKind.IDENTITY_CARD: Message("As in the identity card"),
    NameKind.PASSPORT: Message("As in the passport"),
    NameKind.CHANGED: Message("The person has changed the name"),
}


class _Dates:
    """The days of a form: a day or a month each."""

    starts_on: StringField
    ends_on: StringField

    def validate_starts_on(self, field: StringField) -> None:
        """A day or a month."""
        _parse(field)

    def validate_ends_on(self, field: StringField) -> None:
        """The same for the end."""
        _parse(field)

    def dates(self) -> tuple[PartialDate | None, PartialDate | None]:
        """First and last day or month; None where nothing was entered."""
        return _parse(self.starts_on), _parse(self.ends_on)


class CohortForm(_Dates, Form):
    """A new intake of a programme; days and months are both allowed as dates."""

    code = StringField(_("Code"), [InputRequired(_("Enter a code.")), Length(max=60)])
    starts_on = StringField(_("First day or month"), [Optional(), Length(max=MAX_DATE)])
    ends_on = StringField(_("Last day or month"), [Optional(), Length(max=MAX_DATE)])
    planned_size = IntegerField(
        _("Planned number of people"), [Optional(), NumberRange(1, 100_000, _("Enter a number from 1 to 100,000."))]
    )
    time_zone = SelectField(_("Home time zone"), default=ZONES[0])

    def offer_zones(self) -> None:
        """Set the choices in the page's language."""
        self.time_zone.choices = [
            (zone, f"{translate(ZONE_LABELS[zone])}, {formats.offset(moment(), zone)}") for zone in ZONES
        ]


class ChangeForm(_Dates, Form):
    """Other days or another planned size of a cohort."""

    starts_on = StringField(_("First day or month"), [Optional(), Length(max=MAX_DATE)])
    ends_on = StringField(_("Last day or month"), [Optional(), Length(max=MAX_DATE)])
    planned_size = IntegerField(
        _("Planned number of people"), [Optional(), NumberRange(1, 100_000, _("Enter a number from 1 to 100,000."))]
    )
    version = IntegerField(widget=HiddenInput(), validators=[InputRequired()])

    def show(self, cohort: Cohort) -> None:
        """Start from what is saved."""
        self.starts_on.data = str(cohort.starts_on or "")
        self.ends_on.data = str(cohort.ends_on or "")
        self.planned_size.data = cohort.planned_size
        self.version.data = cohort.version


def _parse(field: StringField) -> PartialDate | None:
    text = clean(field.data or "")
    try:
        return PartialDate.parse(text) if text else None
    except ValueError:
        raise ValidationError(
            translate(Message("Enter a day such as 2026-11-24, or a month such as 2026-11."))
        ) from None


class StatusForm(Form):
    """Marking people by one order."""

    status = RadioField(_("New status"), [InputRequired(_("Choose the new status."))])
    order_number = StringField(
        _("Number of the order"), [InputRequired(_("Enter the number of the order.")), Length(max=MAX_ORDER)]
    )
    order_date = DateField(_("Date of the order"), [InputRequired(_("Enter the date of the order."))])
    reason = TextAreaField(_("Reason"), [Optional(), Length(max=MAX_REASON)])

    def offer(self, statuses: Collection[EnrolmentStatus]) -> None:
        """Set the choices: the steps that everybody chosen may take."""
        self.status.choices = [(status.value, translate(ENROLMENT_STATUS_LABELS[status])) for status in statuses]
        if len(statuses) == 1 and not self.status.data:
            self.status.data = next(iter(statuses)).value


class NameForms(Form):
    """The name in three spellings, each in its parts."""

    kk_surname = StringField(_("Surname"), [Length(max=120)])
    kk_given = StringField(_("Given name"), [Length(max=120)])
    kk_patronymic = StringField(_("Patronymic"), [Length(max=120)])
    ru_surname = StringField(_("Surname"), [Length(max=120)])
    ru_given = StringField(_("Given name"), [Length(max=120)])
    ru_patronymic = StringField(_("Patronymic"), [Length(max=120)])
    latin_surname = StringField(_("Surname"), [Length(max=120)])
    latin_given = StringField(_("Given name"), [Length(max=120)])
    latin_patronymic = StringField(_("Patronymic"), [Length(max=120)])
    kind = RadioField(_("Where this spelling comes from"), default=NameKind.STATED.value)
    reason = StringField(
        _("Document or request that shows it"),
        [InputRequired(_("Say which document shows it.")), Length(max=MAX_REASON)],
    )

    def offer_kinds(self) -> None:
        """Set the choices in the page's language."""
        self.kind.choices = [(kind.value, translate(label)) for kind, label in NAME_KIND_LABELS.items()]

    def show(self, person: Person) -> None:
        """Start from the names of today."""
        for form in NameForm:
            name = current_name(person, form)
            if name is not None:
                self[f"{form}_surname"].data = name.surname
                self[f"{form}_given"].data = name.given_name
                self[f"{form}_patronymic"].data = name.patronymic

    def names(self) -> dict[NameForm, PersonalName]:
        """The spellings that were typed; an empty one is not known and stays as it is."""
        found = {}
        for form in NameForm:
            surname, given, patronymic = (
                clean(self[f"{form}_{part}"].data or "") for part in ("surname", "given", "patronymic")
            )
            if surname:
                found[form] = PersonalName(surname, given or None, patronymic or None)
        return found

    def validate_kk_surname(self, field: StringField) -> None:
        """A name has a surname; a single name is one."""
        self._needs_surname(NameForm.KK, field)

    def validate_ru_surname(self, field: StringField) -> None:
        """The same in Russian."""
        self._needs_surname(NameForm.RU, field)

    def validate_latin_surname(self, field: StringField) -> None:
        """The same in Latin letters."""
        self._needs_surname(NameForm.LATIN, field)

    def _needs_surname(self, form: NameForm, field: StringField) -> None:
        others = (self[f"{form}_given"].data, self[f"{form}_patronymic"].data)
        if not clean(field.data or "") and any(clean(other or "") for other in others):
            raise ValidationError(translate(Message("Enter the surname; a person's only name stands here too.")))


class AnnouncementForm(Form):
    """What is told to an audience, in up to three languages; ``key`` makes a form that is sent twice tell it once."""

    key = StringField(
        widget=HiddenInput(),
        validators=[
            Regexp(r"[0-9a-f]{32}\Z", message=_("Something was wrong with the form itself. Send it once more."))
        ],
    )
    audience = SelectField(_("To whom"))
    title_kk = StringField(_("Heading in Kazakh"))
    text_kk = TextAreaField(_("Text in Kazakh"))
    title_ru = StringField(_("Heading in Russian"))
    text_ru = TextAreaField(_("Text in Russian"))
    title_en = StringField(_("Heading in English"))
    text_en = TextAreaField(_("Text in English"))
    by_mail = BooleanField(_("Also by e-mail"), default=True)

    def offer(self, audiences: Collection[Audience], lang: str) -> None:
        """Set the choices in the page's language."""
        self.audience.choices = [(one.ref, one.name.best(lang)[0]) for one in audiences]

    def texts(self) -> tuple[Tri, Tri]:
        """Title and text, as they were typed."""
        title, text = ({lang: self[f"{part}_{lang}"].data for lang in LANGUAGES} for part in ("title", "text"))
        return Tri.from_dict(title), Tri.from_dict(text)


class RosterForm(Form):
    """A roster file."""

    file = FileField(_("Choose a file"), [FileRequired(_("Choose a file first."))])
