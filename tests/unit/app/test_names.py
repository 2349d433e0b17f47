"""Names and identification numbers."""

import pytest

from app.people.rules import PersonalName, check_iin, initials, mixed_alphabets, normalise_kazakh, split_full_name


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Үлгі", ("Үлгі", None, None)),
        ("Сынақов Өркен", ("Сынақов", "Өркен", None)),
        ("Сынақов Өркен Һашымұлы", ("Сынақов", "Өркен", "Һашымұлы")),
        ("аль Мисали Салем", ("аль Мисали", "Салем", None)),
        ("Мисали Салем бин Халид", ("Мисали", "Салем", "бин Халид")),
        ("Тест Анна Мария Луиза", ("Тест", "Анна", "Мария Луиза")),
        ("О’Сынақ Д'Арт", ("О’Сынақ", "Д'Арт", None)),
    ],
)
def test_a_full_name_is_split_surname_first(text: str, parts: tuple[str, str | None, str | None]) -> None:
    name = split_full_name(text)
    assert name == PersonalName(*parts)
    assert name.full == text


@pytest.mark.parametrize("iin", ["909906432805", "869925487350", "849923463775"])
def test_right_check_digits(iin: str) -> None:
    assert check_iin(iin)
    wrong = iin[:-1] + str((int(iin[-1]) + 1) % 10)
    assert not check_iin(wrong)


@pytest.mark.parametrize("iin", ["", "12345", "90990643280x", "٩٠٩٩٠٦٤٣٢٨٠٥", "9099064328055"])
def test_what_is_not_twelve_digits_is_no_iin(iin: str) -> None:
    assert not check_iin(iin)


def test_latin_look_alikes_become_kazakh_letters() -> None:
    assert normalise_kazakh("Əсем Iлияс") == "Әсем Ілияс"
    assert normalise_kazakh("Salem Ibn") == "Salem Ibn"


def test_mixed_words_are_noticed() -> None:
    assert mixed_alphabets("Тeстова")
    assert not mixed_alphabets("Salem Тестов")


def test_initials() -> None:
    assert initials(split_full_name("Сынақов Өркен Һашымұлы")) == "Сынақов Ө. Һ."
    assert initials(split_full_name("Үлгі")) == "Үлгі"
