"""Reading people: the names of somebody who is loaded."""

from app.people.enums import NameForm
from app.people.models import Person, PersonName
from app.people.rules import NEAREST_FORMS, PersonalName


def current_name_row(person: Person, form: NameForm) -> PersonName | None:
    """The row of today's name in this form; the latest when there are several."""
    rows = [name for name in person.names if name.form == form and name.valid_to is None]
    return rows[-1] if rows else None


def current_name(person: Person, form: NameForm) -> PersonalName | None:
    """Today's name in this form, or None when it is not known."""
    row = current_name_row(person, form)
    return PersonalName(row.surname, row.given_name, row.patronymic) if row else None


def display_name(person: Person, lang: str) -> str:
    """Today's full name for a page in this language, in the nearest form that is known."""
    for form in NEAREST_FORMS[lang]:
        name = current_name(person, form)
        if name:
            return name.full
    return "–"
