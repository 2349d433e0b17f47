import re
from io import BytesIO

import pytest
from pypdf import PdfReader

from modules.signing import SigningSheet, draw

ORGANISATION = ("Мемлекеттік басқару академиясы", "Академия государственного управления")
ABOUT = (("Көшбасшылық", "Лидерство"), ("2-модуль", "Модуль 2"), ("2026 жылғы 9 желтоқсан", "9 декабря 2026 года"))
LONG = "Сынақмұхаммедханғалиева-Үлгіқожабергенова Гүлнұрсұлтанбибіайша Мысалқожахметқызы"


def sheet(people: int, name: str = "Іздеубаева Ғазиза", body: str = "Үлгі университеті") -> SigningSheet:
    rows = [(str(number), f"{name} {number}", body) for number in range(1, people + 1)]
    return SigningSheet(ORGANISATION, ABOUT, rows, "kel-1 · 09.12.2026, түске дейін · до обеда")


def pages(made: SigningSheet) -> list[str]:
    return [" ".join(page.extract_text().split()) for page in PdfReader(BytesIO(draw(made))).pages]


@pytest.mark.parametrize("people", [0, 1, 16, 17, 33, 81])
def test_everybody_stands_on_it_once_and_every_page_says_which_it_is(people: int) -> None:
    found = pages(sheet(people))
    whole = " ".join(found)
    assert re.findall(r"Ғазиза (\d+)", whole) == [str(number) for number in range(1, people + 1)]
    for number, text in enumerate(found, start=1):
        assert f"{number} / {len(found)}" in text
        assert "Аты-жөні Ф. И. О. Ұйымы Организация Қолы Подпись" in text
        assert "kel-1 · 09.12.2026" in text
    assert f"Барлығы · Всего: {people}" in found[-1]


def test_eighty_one_people_take_four_pages() -> None:
    assert len(pages(sheet(81))) == 4


def test_both_languages_head_it_and_what_is_alike_stands_once() -> None:
    [text] = pages(sheet(1))
    assert "Көшбасшылық Лидерство 2-модуль Модуль 2" in text
    assert text.index("ҚОЛ ҚОЮ ПАРАҒЫ") < text.index("ЛИСТ ПОДПИСЕЙ") < text.index("Көшбасшылық")
    alike = SigningSheet(("KEL", "KEL"), (("", "Лидерство"),), (), "kel-1")
    assert pages(alike)[0].count("KEL") == 1


@pytest.mark.parametrize("people", range(14, 26))
def test_the_line_of_who_keeps_it_never_stands_alone(people: int) -> None:
    last = pages(sheet(people, LONG))[-1]
    assert "Жауапты · Ответственный" in last
    assert f"Мысалқожахметқызы {people}" in last


def test_what_no_typeface_has_becomes_a_question_mark() -> None:
    assert "Әлия ? 1" in pages(sheet(1, "Әлия \U0001f600"))[0]


def test_a_word_wider_than_its_column_is_broken() -> None:
    assert "ұ" * 20 in pages(sheet(2, "ұ" * 200, "Ү" * 90))[0]


def test_the_same_words_give_the_same_file() -> None:
    assert draw(sheet(40)) == draw(sheet(40))
