"""Input of the pages that lay patterns, keep conflicts and change working calendars."""

from collections.abc import Sequence
from typing import Any

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
from wtforms.validators import InputRequired, Length, NumberRange, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from app.kernel.text import clean
from app.kernel.tri import Tri
from app.web.forms import Form
from modules.enums import DayKind
from modules.rules.calendars import Day
from modules.rules.planning import Fit
from modules.rules.times import YEARS

TOO_LONG = _("This text is too long: at most %(max)d characters.")
MOST_WEEKS = 52
LONGEST_NAME = 200
LONGEST_REASON = 500


def _key(value: object) -> int:
    """The number that was chosen; 0, which is none, for anything else."""
    text = str(value)
    return int(text) if text.isascii() and text.isdecimal() else 0


class MarkForm(Form):
    """One press about a conflict: what was looked at."""

    mark = HiddenField(validators=[InputRequired(), Length(max=64, message=TOO_LONG)])


class KeepForm(MarkForm):
    """Why a conflict may stay as it is."""

    reason = StringField(
        _("Why it may stay"),
        [InputRequired(_("Say why it may stay as it is.")), Length(max=LONGEST_REASON, message=TOO_LONG)],
    )


class PlanForm(Form):
    """Where a plan begins and what it keeps to; sent by GET to show it, by POST with ``seen`` to take it.

    ``weeks`` fields are added for the components whose length nothing says (:func:`plan_form`).
    """

    first = DateField(_("First day"), [InputRequired(_("Enter the first day."))])
    start = SelectField(_("Begin with"), coerce=_key)
    last = DateField(_("Last day"), [Optional()])
    countries = SelectMultipleField(
        _("Holidays to skip"), widget=ListWidget(prefix_label=False), option_widget=CheckboxInput()
    )
    fit = RadioField(_("Where the year has room"), default=Fit.STRETCH.value)
    seen = HiddenField(validators=[Optional(), Length(max=64, message=TOO_LONG)])

    def validate_first(self, field: DateField) -> None:
        """Keep to years that a programme can have."""
        _check_year(field)

    def validate_last(self, field: DateField) -> None:
        """The same, and not before the first day."""
        _check_year(field)
        if field.data and self.first.data and field.data < self.first.data:
            raise ValidationError(str(_("The last day is before the first.")))


def plan_form(components: Sequence[tuple[int, str]]) -> type[PlanForm]:
    """A form that also asks for the weeks of these components, given by position in the outline and label."""
    fields: dict[str, Any] = {
        f"weeks_{position}": IntegerField(
            _("Weeks: %(name)s", name=label),
            [Optional(), NumberRange(0, MOST_WEEKS, _("Enter weeks between 0 and %(most)s.", most=MOST_WEEKS))],
        )
        for position, label in components
    }
    return type("PlanFormOf", (PlanForm,), fields)


class DayForm(Form):
    """A day of a working calendar."""

    day = DateField(_("Day"), [InputRequired(_("Enter the date."))])
    kind = RadioField(_("What is special about it"), default=DayKind.HOLIDAY.value)
    name_kk = StringField(_("What the day is called in Kazakh"), [Length(max=LONGEST_NAME, message=TOO_LONG)])
    name_ru = StringField(_("What the day is called in Russian"), [Length(max=LONGEST_NAME, message=TOO_LONG)])
    name_en = StringField(_("What the day is called in English"), [Length(max=LONGEST_NAME, message=TOO_LONG)])
    estimated = BooleanField(_("The day may still move"))
    note = StringField(_("Reason for the change"), [Length(max=LONGEST_REASON, message=TOO_LONG)])
    version = IntegerField(validators=[InputRequired()])

    def validate_day(self, field: DateField) -> None:
        """Keep to years that a programme can have."""
        _check_year(field)

    def fill(self, day: Day) -> None:
        """Show what is known of a day."""
        name = day.name or Tri()
        self.day.data, self.kind.data, self.estimated.data = day.day, str(day.kind), day.estimated
        self.name_kk.data, self.name_ru.data, self.name_en.data = name.kk, name.ru, name.en

    def value(self) -> Day:
        """What was typed."""
        kk, ru, en = (clean(field.data or "") or None for field in (self.name_kk, self.name_ru, self.name_en))
        if self.day.data is None:
            raise ValueError("value() needs a validated form")
        return Day(self.day.data, DayKind(self.kind.data), Tri(kk=kk, ru=ru, en=en) or None, bool(self.estimated.data))


class RemoveDayForm(Form):
    """One press: a day is a usual day again."""

    day = DateField(validators=[InputRequired()])
    version = IntegerField(validators=[InputRequired()])


class YearForm(Form):
    """A year to be added from the library; ``version`` 0: the country has no calendar yet."""

    country = SelectField(_("Country"), coerce=str)
    year = IntegerField(
        _("Year"),
        [
            InputRequired(_("Enter a year.")),
            NumberRange(
                YEARS[0], YEARS[-1], _("Enter a year between %(first)s and %(last)s.", first=YEARS[0], last=YEARS[-1])
            ),
        ],
    )
    version = IntegerField(validators=[Optional()])


DAY_KINDS = {DayKind.HOLIDAY: _("Not worked"), DayKind.WORKING: _("Worked, though it is a weekend day")}


def _check_year(field: DateField) -> None:
    if field.data and field.data.year not in YEARS:
        raise ValidationError(translate_year())


def translate_year() -> str:
    """The sentence about a year out of range."""
    return str(_("Enter a year between %(first)s and %(last)s.", first=YEARS[0], last=YEARS[-1]))


__all__ = ["DAY_KINDS", "DayForm", "KeepForm", "MarkForm", "PlanForm", "RemoveDayForm", "YearForm", "plan_form"]
