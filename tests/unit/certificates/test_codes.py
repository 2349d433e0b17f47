"""Codes: made of 128 bits, forgiving to read, impossible to guess from the number."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certificates import codes

KEY = b"a key of sixteen bytes or more"
CODE = codes.new_code(bytes(16))
sixteen = st.binary(min_size=16, max_size=16)


def value_of(symbols: str) -> int:
    value = 0
    for symbol in symbols:
        value = value * 32 + codes.ALPHABET.index(symbol)
    return value


@given(sixteen)
def test_a_code_holds_all_its_bits_and_is_its_own_normal_form(random: bytes) -> None:
    code = codes.new_code(random)
    assert re.fullmatch("[0-7][0-9A-HJKMNP-TV-Z]{25}", code)
    assert value_of(code).to_bytes(16, "big") == random
    assert codes.normalise_code(code) == code


@pytest.mark.parametrize("length", [0, 15, 17])
def test_a_code_is_made_of_sixteen_bytes(length: int) -> None:
    with pytest.raises(ValueError, match="16 random bytes"):
        codes.new_code(bytes(length))


# What a person may type for a symbol without meaning another.
SLIPS = {
    "0": "0OoОо",
    "1": "1IiLlІі",
    "3": "3Зз",
    "A": "AaАа",
    "B": "BbВ",
    "C": "CcСс",
    "E": "EeЕеЁ",
    "H": "HhНҺһ",
    "K": "KkКк",
    "M": "MmМ",
    "P": "PpРр",
    "T": "TtТ",
    "X": "XxХх",
    "Y": "YyУуҮ",
    "S": "SsЅ",
    "J": "JjЈ",
}


@given(sixteen, st.data())
def test_what_looks_alike_is_read_alike(random: bytes, data: st.DataObject) -> None:
    code = codes.new_code(random)
    typed = ""
    for symbol in code:
        typed += data.draw(st.sampled_from(SLIPS.get(symbol, symbol + symbol.lower())))
        typed += data.draw(st.sampled_from(["", "", "", " ", "-", "–", "\u00a0", "\u200b"]))
    assert codes.normalise_code(f"  {typed}\n") == code


@pytest.mark.parametrize(
    "typed",
    [
        "",
        CODE[:-1],
        CODE + "0",
        "8" + "0" * 25,  # 2 ** 128, the first value that is too large
        "Z" * 26,
        "U" + CODE[1:],  # U is no symbol, and is not V
        "Б" + CODE[1:],
        CODE[:-1] + "é",
        CODE[:-1] + "\ud800",
        CODE[:-1] + "\0",
        "0" * 10_000,
        "<script>",
    ],
)
def test_what_cannot_be_a_code_is_refused(typed: str) -> None:
    assert codes.normalise_code(typed) is None


def test_the_largest_code_is_accepted() -> None:
    assert codes.normalise_code("7" + "z" * 25) == "7" + "Z" * 25


@given(st.text(max_size=300))
def test_any_text_is_read_or_refused(typed: str) -> None:
    code = codes.normalise_code(typed)
    assert code is None or codes.normalise_code(code) == code
    control = codes.normalise_control_code(typed)
    assert control is None or codes.normalise_control_code(control) == control
    codes.normalise_number(typed)


def test_a_control_code_depends_on_key_number_and_code() -> None:
    other = codes.new_code(bytes(15) + b"\1")
    made = {
        codes.control_code(key, number, code)
        for key in (KEY, KEY + b"!")
        for number in ("EL-2024-000033", "EL-2024-000034")
        for code in (CODE, other)
    }
    assert len(made) == 8
    assert all(re.fullmatch("[0-9A-HJKMNP-TV-Z]{8}", each) for each in made)


def test_a_control_code_never_changes() -> None:
    assert codes.control_code(KEY, "EL-2024-000033", CODE) == "D6CPVC8M"


def test_a_control_code_does_not_depend_on_how_the_number_is_typed() -> None:
    assert codes.control_code(KEY, "№ el–2024–000033", CODE) == codes.control_code(KEY, "EL-2024-000033", CODE)


def test_a_control_code_needs_a_real_key_and_a_normal_code() -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        codes.control_code(b"short", "EL-1", CODE)
    with pytest.raises(ValueError, match="normal form"):
        codes.control_code(KEY, "EL-1", "not a code")


@pytest.mark.parametrize("typed", ["7KQ2-M9XD", "7kq2m9xd", " 7КQ2 М9ХD ", "7KQ2—M9XD"])
def test_a_control_code_is_read_as_forgivingly(typed: str) -> None:
    assert codes.normalise_control_code(typed) == "7KQ2M9XD"
    assert codes.display_control_code("7KQ2M9XD") == "7KQ2-M9XD"


@pytest.mark.parametrize("typed", ["7KQ2-M9X", "7KQ2-M9XDD", "7KQ2-M9XU", ""])
def test_what_cannot_be_a_control_code_is_refused(typed: str) -> None:
    assert codes.normalise_control_code(typed) is None


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("EL-2024-000033", "EL-2024-000033"),
        ("el 2024 000033", "EL-2024-000033"),
        ("№ ЕL–2024—000033 ", "EL-2024-000033"),
        ("АГУ-2023-7", "AГY-2023-7"),
        ("З-1", "З-1"),  # in a number a Cyrillic З is a letter
        ("", ""),
    ],
)
def test_numbers_are_compared_in_one_form(typed: str, number: str) -> None:
    assert codes.normalise_number(typed) == number
    assert codes.normalise_number(number) == number
