"""Input of the pages of groups and defences."""

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation

from flask_babel import lazy_gettext as _
from flask_wtf.file import FileField, FileRequired
from wtforms import (
    DateField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import InputRequired, Length, Optional
from wtforms.widgets import HiddenInput

from app.kernel.tri import Tri
from app.web.forms import Form
from app.web.locale import translate
from modules.rules.times import read_clock
from projects.enums import OUTCOME_LABELS, Outcome
from projects.models import DefenceSlot, Project
from projects.rules.deciding import LONGEST_NUMBER, LONGEST_QUESTIONS, LONGEST_REMARK, Votes
from projects.services.minutes import votes_of
from projects.services.projects import LONGEST_TITLE

DIGITS = 9  # of a key or number that is read at all
TOO_LONG = _("This text is too long: at most %(max)d characters.")
WHOLE = _("Enter a whole number.")


def number_of(text: str | None) -> int:
    """A key that was sent; 0, which is none, for anything else."""
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) <= DIGITS else 0


def _key(value: object) -> int:
    return number_of(str(value))


class VersionForm(Form):
    """One press about one thing, with the version that was looked at."""

    version = IntegerField(widget=HiddenInput(), validators=[Optional()])


class PlaceForm(Form):
    """Where the ticked people go: a group's key, ``new`` or ``out``."""

    target = SelectField(_("To group"), coerce=str)


class ArrangeForm(Form):
    """How people are dealt into groups: what was looked at, and by what it was made."""

    by = HiddenField(validators=[Length(max=20, message=TOO_LONG)])
    count = IntegerField(widget=HiddenInput(), validators=[Optional()])
    seed = IntegerField(widget=HiddenInput(), validators=[Optional()])
    reviewed = HiddenField(validators=[InputRequired(), Length(max=60, message=TOO_LONG)])


class GroupForm(VersionForm):
    """The label of a group."""

    label = StringField(_("Name or number of the group"), [Length(max=60, message=TOO_LONG)])


class ProjectForm(VersionForm):
    """What a group works on, and who advises it."""

    title_kk = StringField(_("Title in Kazakh"), [Length(max=LONGEST_TITLE, message=TOO_LONG)])
    title_ru = StringField(_("Title in Russian"), [Length(max=LONGEST_TITLE, message=TOO_LONG)])
    title_en = StringField(_("Title in English"), [Length(max=LONGEST_TITLE, message=TOO_LONG)])
    mentors = SelectMultipleField(_("Mentors"), coerce=_key)

    def show(self, project: Project | None) -> None:
        """Show what is known now."""
        title = project.title if project and project.title else Tri()
        self.title_kk.data, self.title_ru.data, self.title_en.data = title.kk, title.ru, title.en
        self.mentors.data = [row.expert_id for row in project.mentors] if project else []
        self.version.data = project.version if project else 0

    def title(self, before: Tri | None) -> Tri | None:
        """What was typed; a text that was assumed and is left as it was stays assumed."""
        typed = {"kk": self.title_kk.data, "ru": self.title_ru.data, "en": self.title_en.data}
        known = {lang: text for lang, text in typed.items() if text and text.strip()}
        kept = frozenset(
            lang for lang in (before.assumed if before else ()) if before and known.get(lang) == before.get(lang)
        )
        return Tri(**known, assumed=kept) if known else None


class CommissionForm(VersionForm):
    """The quorum of a commission; its members are read beside it."""

    quorum = IntegerField(_("Quorum"), [Optional()])


class SittingForm(VersionForm):
    """A defence day; the order of its projects is read beside it."""

    commission = SelectField(_("Commission"), coerce=_key)
    module = SelectField(_("Module"), coerce=_key)
    day = DateField(_("Day"), [InputRequired(_("Enter the date."))])
    start = StringField(_("Start"), [InputRequired(_("Enter a time such as 18:30."))])
    minutes = IntegerField(_("Minutes for each project"), [InputRequired(WHOLE)])
    rooms = StringField(_("Rooms"), [Length(max=200, message=TOO_LONG)])
    link = StringField(_("Link to join online"), [Length(max=500, message=TOO_LONG)])
    materials_due_on = DateField(_("Materials until"), [Optional()])

    def validate_start(self, field: StringField) -> None:
        """Hours and minutes."""
        if read_clock(field.data or "") is None:
            raise ValidationError(str(_("Enter a time such as 18:30.")))

    def offer(self, commissions: Sequence[tuple[int, str]], modules: Sequence[tuple[int, str]]) -> None:
        """Set the choices."""
        self.commission.choices, self.module.choices = list(commissions), list(modules)


class MaterialForm(Form):
    """A file that a group hands in."""

    file = FileField(_("Choose a file"), [FileRequired(_("Choose a file first."))])


class DecisionForm(VersionForm):
    """What was asked, voted and decided about a project."""

    questions = TextAreaField(_("Questions, and who asked"), [Length(max=LONGEST_QUESTIONS + 200, message=TOO_LONG)])
    votes_for = IntegerField(_("For"), [Optional()])
    votes_against = IntegerField(_("Against"), [Optional()])
    votes_abstained = IntegerField(_("Abstained"), [Optional()])
    outcome = RadioField(_("Decision"), coerce=str, validators=[Optional()])
    score = StringField(_("Score"), [Length(max=20, message=TOO_LONG)])
    remark = StringField(_("Remark"), [Length(max=LONGEST_REMARK, message=TOO_LONG)])

    def offer(self) -> None:
        """Set the choices."""
        self.outcome.choices = [(outcome.value, translate(label)) for outcome, label in OUTCOME_LABELS.items()]

    def show(self, slot: DefenceSlot) -> None:
        """Show what is written now."""
        self.questions.data, self.remark.data, self.outcome.data = slot.questions, slot.remark, slot.outcome
        cast = votes_of(slot) or (None, None, None)
        self.votes_for.data, self.votes_against.data, self.votes_abstained.data = cast
        self.score.data = f"{slot.score.normalize():f}" if slot.score is not None else None
        self.version.data = slot.version

    def validate_score(self, field: StringField) -> None:
        """A number, with a point or a comma."""
        if field.data and field.data.strip() and self.points() is None:
            raise ValidationError(str(_("A score is a number such as 87 or 87.5.")))

    def points(self) -> Decimal | None:
        """The score that was typed, None when there is none."""
        try:
            return Decimal((self.score.data or "").strip().replace(",", "."))
        except InvalidOperation:
            return None

    def votes(self) -> Votes | None:
        """The votes that were typed; None when all three are empty."""
        typed = (self.votes_for.data, self.votes_against.data, self.votes_abstained.data)
        if all(cast is None for cast in typed):
            return None
        return typed[0] or 0, typed[1] or 0, typed[2] or 0

    def decided(self) -> Outcome | None:
        """The decision that was chosen, None when there is none."""
        return Outcome(self.outcome.data) if self.outcome.data in set(Outcome) else None


class CloseForm(VersionForm):
    """The number and date under which minutes are closed."""

    number = StringField(_("Number of the minutes"), [Length(max=LONGEST_NUMBER, message=TOO_LONG)])
    on = DateField(_("Date of the minutes"), [InputRequired(_("Enter the date."))])
