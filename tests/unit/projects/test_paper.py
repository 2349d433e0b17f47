import re
from datetime import date
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader

from app.pdf.dates import day_in_words
from app.pdf.fonts import printable
from projects.minutes import wording
from projects.minutes.paper import draw
from projects.minutes.wording import BOTH, Lang

LONG_NAME = "Ғұбайдуллина-Құрманғалиева Әмина Өмірзаққызы Һәкімжанқызының ұзын аты-жөні"


def content(items: int = 2, questions: str = "Әрекетов Қ.: қалай?\nІздеубаева Г.: кім?") -> dict[str, Any]:
    """A document of so many items, the same words in both languages."""
    blocks: list[dict[str, Any]] = [
        {"row": ["Отырыс күні", "2026 жылғы 23 қараша"]},
        {"heading": "Комиссия құрамы"},
        *({"person": LONG_NAME, "about": "вице-министр, " * 9 + "төраға", "state": "залда"} for _ in range(9)),
        {"heading": "Күн тәртібі"},
        *({"item": f"{n}.", "text": "Жобаны қорғау: " + "ұзын атау " * 12} for n in range(1, items + 1)),
    ]
    for n in range(1, items + 1):
        blocks += [
            {"heading": f"{n}. Тыңдалды: «Жоба {n}»"},
            {"row": ["Топ мүшелері", ", ".join([LONG_NAME] * 7)]},
            {"row": ["Сұрақтар", questions]},
            {"resolved": f"ШЕШТІ: жоба {n} қабылдансын."},
        ]
    document = {
        "organisation": "Мемлекеттік басқару академиясы",
        "heading": "ХАТТАМА",
        "number": "№ 3",
        "about": "№ 1 комиссияның отырысы",
        "date": "2026 жылғы 23 қараша",
        "place": "Астана",
        "blocks": blocks,
        "signatures": [["Комиссия төрағасы", LONG_NAME], ["Комиссия хатшысы", ""]],
        "foot": "Хаттама № 3",
    }
    return {"form": 1, "kk": document, "ru": document}


def pages(data: bytes) -> list[str]:
    return [" ".join(page.extract_text().split()) for page in PdfReader(BytesIO(data)).pages]


class TestPaper:
    @pytest.mark.parametrize("items", [1, 3, 12])
    def test_every_page_is_numbered_of_all(self, items: int) -> None:
        found = pages(draw(content(items), "kk", draft=False))
        assert [text for number, text in enumerate(found, 1) if f"{number} / {len(found)}" not in text] == []
        assert all("Хаттама № 3" in text for text in found)

    def test_nothing_is_lost_over_the_pages(self) -> None:
        whole = " ".join(pages(draw(content(12), "kk", draft=False)))
        assert re.findall(r"ШЕШТІ: жоба (\d+) қабылдансын", whole) == [str(n) for n in range(1, 13)]
        assert "Іздеубаева Г.: кім?" in whole

    @pytest.mark.parametrize("items", range(1, 9))
    def test_the_signatures_never_stand_alone(self, items: int) -> None:
        last = pages(draw(content(items), "kk", draft=False))[-1]
        assert "Комиссия төрағасы" in last
        assert "ШЕШТІ" in last

    @pytest.mark.parametrize("lang", BOTH)
    def test_a_draft_says_so_on_every_page_in_its_language(self, lang: Lang) -> None:
        found = pages(draw(content(12), lang, draft=True))
        assert len(found) > 2
        assert all(wording.DRAFT.get(lang) in text for text in found)
        assert not any(wording.DRAFT.get(lang) in text for text in pages(draw(content(2), lang, draft=False)))

    def test_the_same_words_give_the_same_file(self) -> None:
        assert draw(content(), "ru", draft=False) == draw(content(), "ru", draft=False)

    def test_the_file_says_its_language_and_title(self) -> None:
        reader = PdfReader(BytesIO(draw(content(), "kk", draft=False)))
        assert str(reader.root_object["/Lang"]) == "kk"
        assert reader.metadata is not None
        assert reader.metadata.title == "Хаттама № 3, 2026 жылғы 23 қараша"

    def test_what_cannot_be_drawn_does_not_break_a_draft(self) -> None:
        assert printable("Әй \U0001f600!") == "Әй ?!"
        assert "Сұрақ ? ?" in " ".join(pages(draw(content(1, questions="Сұрақ \U0001f600 \u202e"), "kk", draft=True)))

    def test_a_word_wider_than_the_page_is_broken(self) -> None:
        assert "ұ" * 60 in pages(draw(content(1, questions="ұ" * 400), "kk", draft=False))[-1].replace(" ", "")


class TestWording:
    def test_days_in_words(self) -> None:
        assert day_in_words(date(2024, 7, 5), "kk").replace("\u00a0", " ") == "2024 жылғы 5 шілде"
        assert day_in_words(date(2024, 7, 5), "ru").replace("\u00a0", " ") == "5 июля 2024 года"

    def test_titles_get_quotation_marks_once(self) -> None:
        assert (wording.quoted("Су"), wording.quoted("«Су»"), wording.quoted("")) == ("«Су»", "«Су»", "")
