"""Input of the pages of experts."""

from typing import ClassVar

from flask_babel import lazy_gettext as _
from wtforms import IntegerField, SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional
from wtforms.widgets import HiddenInput

from app.kernel.countries import countries
from app.kernel.text import clean
from app.kernel.tri import Tri
from app.people.enums import NameForm
from app.people.queries import current_name
from app.people.rules import PersonalName, split_full_name
from app.web.forms import Form
from app.web.locale import chosen_language
from modules.models import Expert

TOO_LONG = _("This text is too long: at most %(max)d characters.")
LONGEST = 200


class ExpertForm(Form):
    """Somebody from outside: the name in three spellings, office, organisation, country; each may be unknown."""

    mends_conflicts: ClassVar[bool] = True

    name_kk = StringField(_("Name in Kazakh"), [Length(max=LONGEST, message=TOO_LONG)])
    name_ru = StringField(_("Name in Russian"), [Length(max=LONGEST, message=TOO_LONG)])
    name_latin = StringField(_("Name in Latin letters"), [Length(max=LONGEST, message=TOO_LONG)])
    office_kk = StringField(_("Office in Kazakh"), [Length(max=LONGEST, message=TOO_LONG)])
    office_ru = StringField(_("Office in Russian"), [Length(max=LONGEST, message=TOO_LONG)])
    office_en = StringField(_("Office in English"), [Length(max=LONGEST, message=TOO_LONG)])
    organisation_kk = StringField(_("Organisation in Kazakh"), [Length(max=LONGEST, message=TOO_LONG)])
    organisation_ru = StringField(_("Organisation in Russian"), [Length(max=LONGEST, message=TOO_LONG)])
    organisation_en = StringField(_("Organisation in English"), [Length(max=LONGEST, message=TOO_LONG)])
    country = SelectField(_("Country"), coerce=str, validate_choice=False)
    version = IntegerField(widget=HiddenInput(), validators=[Optional()])

    def offer(self) -> None:
        """Set the countries in the page's language, Kazakhstan first."""
        found = countries(chosen_language())
        home = [pair for pair in found if pair[0] == "KZ"]
        self.country.choices = [("", "–"), *home, *(pair for pair in found if pair[0] != "KZ")]

    def fill(self, expert: Expert) -> None:
        """Show what is known now."""
        for form in NameForm:
            name = current_name(expert.person, form) if expert.person else None
            self[f"name_{form}"].data = name.full if name else ""
        for field, text in (("office", expert.office), ("organisation", expert.organisation)):
            for lang in ("kk", "ru", "en"):
                self[f"{field}_{lang}"].data = text.get(lang) if text else ""
        self.country.data, self.version.data = expert.country or "", expert.version

    def names(self) -> dict[NameForm, PersonalName]:
        """The names that were typed, surname first."""
        typed = {form: clean(self[f"name_{form}"].data or "") for form in NameForm}
        return {form: split_full_name(text) for form, text in typed.items() if text}

    def office(self, before: Expert | None) -> Tri | None:
        """The office; a language that was assumed and is left as it was stays assumed."""
        return self._tri("office", before.office if before else None)

    def organisation(self, before: Expert | None) -> Tri | None:
        """The organisation, likewise."""
        return self._tri("organisation", before.organisation if before else None)

    def _tri(self, field: str, before: Tri | None) -> Tri | None:
        typed = {lang: clean(self[f"{field}_{lang}"].data or "") or None for lang in ("kk", "ru", "en")}
        kept = frozenset(
            lang for lang in (before.assumed if before else ()) if before and typed[lang] == before.get(lang)
        )
        return Tri(**typed, assumed=kept) or None


class RemoveForm(Form):
    """One press: the expert goes off the list."""

    version = IntegerField(widget=HiddenInput(), validators=[InputRequired()])
