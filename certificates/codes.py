"""The codes on a certificate: the one in the QR code's address, the short one for typing, and the number.

Pure functions, no clock and no source of chance: the caller brings the random bytes and the key.
Symbols are Crockford's base32 (digits and letters without I, L, O and U, https://www.crockford.com/base32.html).
"""

import hashlib
import hmac
import re
import unicodedata
from typing import Final

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_BYTES: Final = 16
CODE_SYMBOLS: Final = 26
CONTROL_SYMBOLS: Final = 8

_BITS_PER_SYMBOL = 5
_LONGEST_INPUT = 200
_CONTROL_PURPOSE = b"certificate control code, version 1"
_VALUES = {symbol: value for value, symbol in enumerate(ALPHABET)}

# Letters of the Kazakh and Russian keyboards that look like Latin ones.
_LOOK_ALIKES = str.maketrans("АВСЕЁНҺКМОРТХУҮІЇЈЅ", "ABCEEHHKMOPTXYYIIJS")
# In a code, but not in a number, these stand for digits: it has neither I, L nor O, and a Cyrillic З can only be a 3.
_CODE_ALIASES = str.maketrans("ILOЗ", "1103")
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−﹘﹣－⁃", "-"))
# Spaces, and the invisible marks that come along with pasted text.
_SPACES = re.compile(r"[\s\u00ad\u200b-\u200f\u2060\ufeff]+")


def new_code(random_bytes: bytes) -> str:
    """Return the 26 symbols of a certificate's code.

    Args:
        random_bytes: 16 bytes from a cryptographic source.

    Raises:
        ValueError: there are not 16 bytes.
    """
    if len(random_bytes) != CODE_BYTES:
        raise ValueError("a code is made of 16 random bytes")
    return _symbols(int.from_bytes(random_bytes, "big"), CODE_SYMBOLS)


def normalise_code(text: str) -> str | None:
    """Return the 26 symbols that a person meant, or None if what was typed cannot be a code.

    Case, spaces and dashes do not matter; I and L are read as 1, O as 0, Cyrillic letters as the Latin ones (or the
    digit) they look like. U is no symbol and is not read as V. 26 symbols could hold two bits more than a code has: a
    value beyond 128 bits is malformed.
    """
    symbols = _normalised(text, CODE_SYMBOLS)
    if symbols is None or _value(symbols) >> (8 * CODE_BYTES):
        return None
    return symbols


def control_code(key: bytes, number: str, code: str) -> str:
    """Return the 8 symbols printed beside the number, by which a typed number is believed.

    They are a keyed hash (HMAC-SHA256, 40 bits) of the certificate's number and code. The key may serve other purposes
    too: the purpose is part of what is hashed.

    Args:
        key: a secret of at least 16 bytes that outlives the certificate.
        number: the certificate's number as printed.
        code: its 26 symbols.

    Raises:
        ValueError: the key is too short, or the code is not in its normal form.
    """
    if len(key) < CODE_BYTES:
        raise ValueError("the key of control codes must have at least 16 bytes")
    if normalise_code(code) != code:
        raise ValueError("the code is not in its normal form")
    parts = (_CONTROL_PURPOSE, normalise_number(number).encode(), code.encode())
    message = b"".join(len(part).to_bytes(4, "big") + part for part in parts)
    digest = hmac.digest(key, message, hashlib.sha256)
    return _symbols(int.from_bytes(digest[:5], "big"), CONTROL_SYMBOLS)


def normalise_control_code(text: str) -> str | None:
    """Return the 8 symbols that a person meant, forgiving what :func:`normalise_code` forgives, or None."""
    return _normalised(text, CONTROL_SYMBOLS)


def display_control_code(symbols: str) -> str:
    """Return the control code as it is printed, ``7KQ2-M9XD``."""
    return f"{symbols[:4]}-{symbols[4:]}"


def normalise_number(text: str) -> str:
    """Return a certificate's number in the form by which numbers are compared, ``EL-2024-000033``.

    Case does not matter, every dash is a hyphen, a leading № is dropped, and Cyrillic letters that look like Latin ones
    are taken for them. Spaces stand for the dashes where there are none, else they do not matter. The result is for
    comparing: a number is printed as it was given.
    """
    bare = unicodedata.normalize("NFKC", text[:_LONGEST_INPUT].strip().removeprefix("№")).translate(_DASHES).strip()
    return _plain(bare if "-" in bare else _SPACES.sub("-", bare))


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).upper().translate(_DASHES).translate(_LOOK_ALIKES)
    return _SPACES.sub("", unicodedata.normalize("NFC", folded))


def _normalised(text: str, length: int) -> str | None:
    if len(text) > _LONGEST_INPUT:
        return None
    symbols = _plain(text).replace("-", "").translate(_CODE_ALIASES)
    if len(symbols) != length or any(symbol not in _VALUES for symbol in symbols):
        return None
    return symbols


def _symbols(value: int, count: int) -> str:
    shifts = range(_BITS_PER_SYMBOL * (count - 1), -1, -_BITS_PER_SYMBOL)
    return "".join(ALPHABET[value >> shift & 31] for shift in shifts)


def _value(symbols: str) -> int:
    value = 0
    for symbol in symbols:
        value = value << _BITS_PER_SYMBOL | _VALUES[symbol]
    return value
