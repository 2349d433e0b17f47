"""Keys for finding and ordering texts in Kazakh, Russian and Latin, the same on every database."""

import re
import unicodedata

_KAZAKH = "аәбвгғдеёжзийкқлмнңоөпрстуұүфхһцчшщъыіьэюя"
_FOLD = str.maketrans("әғқңөұүһіёəi", "агкноуухиеаи")
_LETTERS = str.maketrans({"ё": "е"})
_ORDER = {letter: f"{place:02x}" for place, letter in enumerate(_KAZAKH, start=0x60)}
_APOSTROPHES = re.compile(r"['’ʼ`´]")
# What Unicode promises never to be a character (its chapter 23.7): no page may hold it.
_NO_CHARACTERS = frozenset(
    map(chr, (*range(0xFDD0, 0xFDF0), *(plane << 16 | end for plane in range(17) for end in (0xFFFE, 0xFFFF))))
)
_SEPARATORS = re.compile(r"[\W_]+")


def clean(text: str) -> str:
    """NFC, one space between words, none around, no control or direction characters, and no noncharacters."""
    visible = unicodedata.normalize("NFC", text)
    if not visible.isprintable():  # most texts are, and a roster has tens of thousands
        visible = "".join(
            " " if char.isspace() else char
            for char in visible
            if char.isspace() or not (unicodedata.category(char) in {"Cc", "Cf", "Cs", "Co"} or char in _NO_CHARACTERS)
        )
    return " ".join(visible.split())


def identity(text: str) -> str:
    """The form in which two spellings of one e-mail address or login are the same (NFKC, trimmed, case-folded)."""
    return unicodedata.normalize("NFKC", text).strip().casefold()


def _folded(text: str) -> str:
    """Without case and apostrophes; the sign № is a separator, so that «№1» and «№ 1» are the same."""
    return _APOSTROPHES.sub("", unicodedata.normalize("NFKC", text.replace("№", " ")).casefold())


def search_key(text: str) -> str:
    """What a search compares: без ә, ғ, қ … and ё, without case, apostrophes and punctuation.

    A search for ``кудай`` finds ``Құдайберген``; Latin i inside a Cyrillic word is the Kazakh і.
    """
    folded = _folded(text)
    words = []
    for word in _SEPARATORS.sub(" ", folded).split():
        cyrillic = any("\u0400" <= char <= "\u04ff" for char in word)
        words.append(word.translate(_FOLD) if cyrillic else word)
    return " ".join(words)


def sort_key(text: str) -> str:
    """A key of ASCII hex digits that orders Cyrillic by the Kazakh alphabet, under any database collation.

    Separators sort first, then digits, Latin letters, Cyrillic letters; anything else last.
    """
    folded = _APOSTROPHES.sub("", unicodedata.normalize("NFKC", text).casefold()).translate(_LETTERS)
    keys = []
    for char in _SEPARATORS.sub(" ", folded).strip():
        if char == " ":
            keys.append("00")
        elif char in _ORDER:
            keys.append(_ORDER[char])
        elif char.isascii():
            keys.append(f"{ord(char) - 0x20:02x}")
        else:
            keys.append(f"fe{ord(char):06x}")
    return "".join(keys)[:400]
