"""Decisions about names and identification numbers: no database."""

import re
from dataclasses import dataclass

from app.kernel.text import clean
from app.people.enums import NameForm

# By the language of a page: which form of a name is shown, the nearest that is known.
NEAREST_FORMS = {
    "kk": (NameForm.KK, NameForm.RU, NameForm.LATIN),
    "ru": (NameForm.RU, NameForm.KK, NameForm.LATIN),
    "en": (NameForm.LATIN, NameForm.KK, NameForm.RU),
}

IIN_DIGITS = 12
NO_DIGIT = 10  # a remainder that no digit can stand for
_PARTICLES = frozenset(
    [
        "аль",
        "эль",
        "ас",
        "аш",
        "ат",
        "ад",
        "аз",
        "ар",
        "ан",
        "ибн",
        "бин",
        "бинт",
        "бен",
        "абу",
        "ван",
        "фон",
        "де",
        "дер",
        "ди",
        "да",
        "дос",
        "ла",
        "ле",
        "дю",
        "al",
        "el",
        "as",
        "ash",
        "at",
        "ad",
        "az",
        "ar",
        "an",
        "ibn",
        "bin",
        "bint",
        "ben",
        "abu",
        "van",
        "von",
        "de",
        "der",
        "di",
        "da",
        "dos",
        "la",
        "le",
        "du",
    ]
)
_LOOK_ALIKES = str.maketrans(
    {"Ə": "Ә", "ə": "ә", "I": "І", "i": "і", "h": "һ", "H": "Һ", "a": "а", "A": "А", "e": "е", "E": "Е", "o": "о"}
    | {"O": "О", "p": "р", "P": "Р", "c": "с", "C": "С", "x": "х", "X": "Х", "y": "у", "K": "К", "k": "к", "M": "М"}
    | {"T": "Т", "B": "В"}
)
_CYRILLIC = re.compile(r"[\u0400-\u04ff]")
_LATIN_LETTER = re.compile(r"[A-Za-zƏə]")


@dataclass(frozen=True, slots=True)
class PersonalName:
    """A name in one spelling; a mononym is a surname alone."""

    surname: str
    given_name: str | None = None
    patronymic: str | None = None

    @property
    def full(self) -> str:
        """Surname first."""
        return " ".join(part for part in (self.surname, self.given_name, self.patronymic) if part)


def split_full_name(text: str) -> PersonalName:
    """Surname, given name and the rest, in the order that rosters and identity cards use.

    Particles such as «аль», «бин» stay with the name after them. Joining the parts gives the cleaned text again.
    """
    parts: list[str] = []
    pending: list[str] = []
    for word in clean(text).split(" "):
        pending.append(word)
        if word.casefold() not in _PARTICLES:
            parts.append(" ".join(pending))
            pending = []
    if pending:
        parts.append(" ".join(pending))
    return PersonalName(parts[0], parts[1] if len(parts) > 1 else None, " ".join(parts[2:]) or None)


def check_iin(text: str) -> bool:
    """Whether the check digit of an individual identification number is right.

    Weights 1…11 modulo 11; when that gives 10, weights 3…11, 1, 2; when that gives 10 again no digit is valid.
    Source: Government resolution 853 of 22.05.2007 on the national registers of identification numbers.
    """
    if len(text) != IIN_DIGITS or not (text.isascii() and text.isdigit()):
        return False
    digits = [int(char) for char in text]
    for weights in (range(1, 12), (3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2)):
        control = sum(weight * digit for weight, digit in zip(weights, digits, strict=False)) % 11
        if control < NO_DIGIT:
            return control == digits[11]
    return False


def normalise_kazakh(text: str) -> str:
    """Put Kazakh and Cyrillic letters where a Cyrillic word has Latin look-alikes (ə for ә, i for і)."""
    return " ".join(
        word.translate(_LOOK_ALIKES) if _CYRILLIC.search(word) else word.replace("Ə", "Ә").replace("ə", "ә")
        for word in text.split(" ")
    )


def mixed_alphabets(text: str) -> bool:
    """Whether a single word mixes Cyrillic and Latin letters."""
    return any(_CYRILLIC.search(word) and _LATIN_LETTER.search(word) for word in text.split())


def initials(name: PersonalName) -> str:
    """Surname with the initials of the other names: «Сынақов Ө. Һ.»."""
    return " ".join([name.surname, *(f"{part[0]}." for part in (name.given_name, name.patronymic) if part)])
