"""Experts in words: what is known of somebody from outside, said in a language."""

from collections.abc import Mapping
from typing import NamedTuple

from app.kernel.countries import country_name
from app.kernel.tri import Tri
from app.people.enums import NameForm
from app.people.rules import NEAREST_FORMS


class Known(NamedTuple):
    """What is known of an expert: full names by form (none when the source gives the office only), office, country."""

    id: int
    names: Mapping[NameForm, str]
    office: Tri | None = None
    organisation: Tri | None = None
    country: str | None = None


def name_of(expert: Known, lang: str) -> str:
    """The name in the nearest form that is known, else the office."""
    for form in NEAREST_FORMS[lang]:
        if form in expert.names:
            return expert.names[form]
    return _said(expert.office, lang) or "–"


def short_line(expert: Known, lang: str) -> str:
    """Name and office: what a participant reads beside a session."""
    return ", ".join(dict.fromkeys(text for text in (name_of(expert, lang), _said(expert.office, lang)) if text))


def full_line(expert: Known, lang: str) -> str:
    """Name, office, organisation and country, each if it is known."""
    texts = (
        name_of(expert, lang),
        _said(expert.office, lang),
        _said(expert.organisation, lang),
        country_name(expert.country, lang),
    )
    return ", ".join(dict.fromkeys(text for text in texts if text))


def _said(text: Tri | None, lang: str) -> str:
    return text.best(lang)[0] if text else ""
