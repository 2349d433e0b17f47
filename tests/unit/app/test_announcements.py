"""What an announcement may say, and how its tokens are filled."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kernel.errors import DomainError
from app.kernel.tri import Tri
from app.notices.rules import MOST_TEXT, MOST_TITLE, checked_announcement, filled, tokens_in


def refusal(title: Tri, body: Tri) -> tuple[str | None, str]:
    with pytest.raises(DomainError) as caught:
        checked_announcement(title, body)
    return caught.value.field, str(caught.value)


def test_titles_are_one_line_and_texts_keep_theirs() -> None:
    title, body = checked_announcement(
        Tri(ru="Встреча\r\nBcc: x@example.org\t"), Tri(ru="  Первая \r\n\r\n\r\n\r\nвторая\u202e\x00\r третья ")
    )
    assert (title.ru, body.ru) == ("Встреча Bcc: x@example.org", "Первая\n\nвторая\nтретья")
    assert (title.kk, body.en) == (None, None)


@pytest.mark.parametrize(
    ("title", "body", "field", "says"),
    [
        (Tri(), Tri(), "title_kk", "in one language at least"),
        (Tri(kk=" "), Tri(kk="\n"), "title_kk", "in one language at least"),
        (Tri(kk="A"), Tri(), "text_kk", "both the heading and the text"),
        (Tri(kk="A"), Tri(kk="B", ru="C"), "title_ru", "both the heading and the text"),
        (Tri(kk="A" * (MOST_TITLE + 1)), Tri(kk="B"), "title_kk", "at most 200 characters"),
        (Tri(en="A"), Tri(en="B" * (MOST_TEXT + 1)), "text_en", "at most 4000 characters"),
        (Tri(en="A"), Tri(en="Dear {nmae}"), "text_en", "{nmae} stands for nothing"),
        (Tri(en="Hello {}"), Tri(en="B"), "title_en", "{} stands for nothing"),
        (Tri(en="A"), Tri(en="{name.__class__}"), "text_en", "{name.__class__} stands for nothing"),
    ],
)
def test_what_is_not_fit_is_refused_in_a_sentence(title: Tri, body: Tri, field: str, says: str) -> None:
    where, sentence = refusal(title, body)
    assert where == field
    assert says in sentence
    assert "Nothing was sent" not in sentence  # the form says it above all of them, once


def test_an_unknown_token_is_told_which_there_are() -> None:
    assert "You can write {name}, {cohort}, {programme}." in refusal(Tri(en="A"), Tri(en="{nmae}"))[1]


def test_the_longest_fits() -> None:
    title, body = checked_announcement(Tri(kk="ә" * MOST_TITLE), Tri(kk="ә" * MOST_TEXT))
    assert (len(title.kk or ""), len(body.kk or "")) == (MOST_TITLE, MOST_TEXT)


@given(st.text(), st.text())
def test_what_a_name_brings_along_is_never_a_token(name: str, rest: str) -> None:
    text = rest.replace("{", "").replace("}", "")
    assert filled(f"{{name}} {text} {{cohort}}", {"name": name, "cohort": "%(x)s"}) == f"{name} {text} %(x)s"


def test_the_tokens_of_texts() -> None:
    assert tokens_in(["Dear {name}", "of {cohort}, {name}", "100 % {"]) == {"name", "cohort"}
