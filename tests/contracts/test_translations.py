"""Every text in every language: nothing missing, nothing left over, nothing that is another language's text."""

import re
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("app", "cohorts", "modules", "projects", "certificates")
LANGUAGES = ("kk", "ru")
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2")]
KEYWORDS = {
    "_": None,
    "gettext": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "Message": None,
    "library_plural": (1, 2),
}
OPTIONS = {"**/templates/**.html": {"silent": "false", "trimmed": "true"}}
PLACE = re.compile(r"%\(\w+\)[sd]|\{\w+\}|%%")
# Texts that are rightly the same in two languages: abbreviations, names, numbers, words that both have.
SAME = frozenset(Path(__file__).with_name("same_in_two_languages.txt").read_text(encoding="utf-8").splitlines())

Key = tuple[str | None, str]


@cache
def used(package: str) -> dict[Key, str]:
    """Each text that a package shows, with the file that shows it first."""
    found: dict[Key, str] = {}
    for name, _line, text, _comments, context in extract_from_dir(
        ROOT / package, METHODS, OPTIONS, KEYWORDS, strip_comment_tags=False
    ):
        singular = text[0] if isinstance(text, tuple) else text
        found.setdefault((context, singular), name)
    return found


@cache
def catalogue(package: str, lang: str) -> Catalog:
    """A package's catalogue."""
    path = ROOT / package / "translations" / lang / "LC_MESSAGES" / "messages.po"
    with path.open("rb") as file:
        return read_po(file, locale=lang, abort_invalid=True)


def entries(package: str, lang: str) -> dict[Key, Message]:
    """The entries of a catalogue by context and English text."""
    known: dict[Key, Message] = {}
    for entry in catalogue(package, lang):
        if entry.id:
            known[entry.context, entry.id if isinstance(entry.id, str) else entry.id[0]] = entry
    return known


def texts(entry: Message) -> tuple[str, ...]:
    """The translation: one form, or one for each plural."""
    forms = (entry.string,) if isinstance(entry.string, str) else tuple(entry.string or ())
    return tuple(form or "" for form in forms)


def test_the_extraction_finds_texts_of_python_and_of_templates() -> None:
    files = {Path(name).suffix for package in PACKAGES for name in used(package).values()}
    assert files == {".py", ".html"}


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("package", PACKAGES)
def test_every_text_is_translated_once_and_nothing_is_left_over(package: str, lang: str) -> None:
    known = entries(package, lang)
    assert {key: used(package)[key] for key in used(package).keys() - known.keys()} == {}, "not in the catalogue"
    assert known.keys() - used(package).keys() == set(), "no longer used"
    assert [key for key, entry in known.items() if entry.fuzzy or not all(texts(entry))] == [], "empty or fuzzy"


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("package", PACKAGES)
def test_the_places_of_a_sentence_are_kept(package: str, lang: str) -> None:
    wrong = []
    for (_context, english), entry in entries(package, lang).items():
        allowed = set(PLACE.findall(english))
        if isinstance(entry.id, tuple):
            allowed |= set(PLACE.findall(entry.id[1]))
        whole = len(texts(entry)) == 1  # a plural form may say the number in words
        wrong += [
            (english, text)
            for text in texts(entry)
            if not set(PLACE.findall(text)) <= allowed or (whole and set(PLACE.findall(text)) != allowed)
        ]
    assert wrong == []


@pytest.mark.parametrize("package", PACKAGES)
def test_no_text_is_another_languages(package: str) -> None:
    kazakh, russian = entries(package, "kk"), entries(package, "ru")
    wrong = []
    for key, entry in kazakh.items():
        english = key[1]
        for text in texts(entry):
            if text in SAME:
                continue
            if text == english or (key in russian and text in texts(russian[key])):
                wrong.append(("kk", english, text))
        wrong += [("ru", english, text) for text in texts(russian[key]) if text == english and text not in SAME]
    assert wrong == []


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("package", PACKAGES)
def test_plurals_have_every_form_of_their_language(package: str, lang: str) -> None:
    # The catalogues are read as one: a package with another rule would show its plurals in English.
    forms = {"kk": 2, "ru": 3}[lang]
    assert catalogue(package, lang).num_plurals == forms
    for entry in catalogue(package, lang):
        if isinstance(entry.id, tuple):
            assert len(texts(entry)) == forms, entry.id


def test_the_list_of_equal_texts_holds_nothing_that_differs() -> None:
    shown = {
        text
        for package in PACKAGES
        for lang in LANGUAGES
        for entry in entries(package, lang).values()
        for text in texts(entry)
    }
    assert SAME - {""} <= shown


@pytest.mark.parametrize("lang", LANGUAGES)
def test_packages_agree_on_the_translation_of_the_same_text(lang: str) -> None:
    known: dict[Key, tuple[str, ...]] = {}
    wrong = []
    for package in PACKAGES:
        for key, entry in entries(package, lang).items():
            if known.setdefault(key, texts(entry)) != texts(entry):
                wrong.append((package, key, known[key], texts(entry)))
    assert wrong == []
