"""What a letter says and how it is put together, whatever people are called and write."""

from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from html.parser import HTMLParser
from typing import Any

import html5lib
import pytest
from flask import Flask
from hypothesis import example, given
from hypothesis import strategies as st
from icalendar import Calendar

from app.kernel.text import clean
from app.kernel.words import Message
from app.mail.models import Letter, Mailing
from app.mail.rendering import content_of, message_of
from app.mail.rules import (
    MOST_NAME,
    MOST_SUBJECT,
    WAITS,
    address_problem,
    clean_line,
    header_line,
    header_name,
    is_path,
    wait_before,
    wire_address,
)
from app.mail.templates import LetterTemplate
from tests.support.database import application, settings_for

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
SIGN_IN = LetterTemplate(
    "tests.sign_in", Message("%(text)s"), (Message("%(text)s"), Message("100 %% of %(text)s")), Message("Sign in")
)
INVITATION = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Jetekshi//\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nUID:1@example.kz\r\n"
    "DTSTAMP:20261101T000000Z\r\nDTSTART:20261130T050000Z\r\nSUMMARY:Мемлекеттік саясат\r\nEND:VEVENT\r\n"
    "END:VCALENDAR\r\n"
)


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The catalogues; no database is asked."""
    settings = settings_for("sqlite://", tmp_path_factory.mktemp("letters"), BASE_URL="https://leaders.example.kz")
    with application(settings) as app, app.app_context():
        yield app


def letter(text: str = "x", *, essential: bool = True, **changes: Any) -> Letter:  # noqa: ANN401 - columns of a letter
    """A letter as it stands in the outbox."""
    values: dict[str, Any] = {
        "address": "asel@example.kz",
        "name": "Әсел",
        "language": "kk",
        "time_zone": "Asia/Almaty",
        "values": {"text": text},
        "path": "/me/",
        "calendar": None,
        "message_id": "0" * 32,
        **changes,
    }
    texts = SIGN_IN.as_dict()
    mailing = Mailing(template="tests.sign_in", texts=texts, values={"kk": {}, "ru": {}, "en": {}}, essential=essential)
    return Letter(mailing=mailing, **values)


def sent(app: Flask, row: Letter) -> EmailMessage:
    """The letter as its reader's program reads it."""
    wire = message_of(row, row.mailing, app.extensions["settings"], now=NOON)
    assert max(map(len, wire.split(b"\r\n"))) <= 998
    message = message_from_bytes(wire, policy=policy.default)
    assert isinstance(message, EmailMessage)
    assert message.defects == []
    return message


class Tags(HTMLParser):
    """The elements and attributes of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, tuple[str, ...]]] = []
        self.links: set[str | None] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, tuple(name for name, _ in attrs)))
        self.links |= {value for name, value in attrs if name in {"href", "src"}}


def tags(html: str) -> Tags:
    """The elements of a page."""
    parser = Tags()
    parser.feed(html)
    return parser


def test_the_head_of_a_letter(app: Flask) -> None:
    message = sent(app, letter("Қош келдіңіз"))
    assert message["From"] == "Jetekshi <jetekshi@example.kz>"
    assert message["To"] == "Әсел <asel@example.kz>"
    assert message["Subject"] == "Қош келдіңіз"
    assert message["Date"] == "Mon, 02 Nov 2026 17:00:00 +0500"
    assert message["Message-ID"] == f"<{'0' * 32}@leaders.example.kz>"
    assert (message["Auto-Submitted"], message["Content-Language"]) == ("auto-generated", "kk")
    assert message["Bcc"] is None
    assert message["List-Unsubscribe"] is None


def test_its_reader_can_do_without_letters_that_are_not_essential(app: Flask) -> None:
    row = letter(essential=False)
    choices = "https://leaders.example.kz/notices/choices"
    assert sent(app, row)["List-Unsubscribe"] == f"<{choices}>"
    content = content_of(row, row.mailing, app.extensions["settings"])
    assert choices in content.text
    assert choices in tags(content.html).links


def test_the_parts_of_a_letter_and_its_invitation(app: Flask) -> None:
    message = sent(app, letter(calendar=INVITATION))
    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "text/calendar",
        "application/ics",
    ]
    alternative, attachment = list(message.walk())[4:]
    assert alternative.get_param("method") == "REQUEST"
    assert attachment.get_filename() == "invite.ics"
    for part in (alternative, attachment):
        content = part.get_payload(decode=True)
        assert isinstance(content, bytes)
        (event,) = Calendar.from_ical(content).walk("VEVENT")
        assert event["SUMMARY"] == "Мемлекеттік саясат"


@pytest.mark.parametrize(
    ("lang", "words"),
    [("kk", "Басшыларға арналған бағдарламалар"), ("ru", "Отправлено автоматически"), ("en", "Sent automatically")],
)
def test_a_letter_speaks_its_readers_language(app: Flask, lang: str, words: str) -> None:
    row = letter(language=lang)
    content = content_of(row, row.mailing, app.extensions["settings"])
    assert words in content.text
    assert words in content.html
    assert f'<html lang="{lang}">' in content.html
    assert "100 % of x" in content.text


def test_without_a_path_there_is_no_button(app: Flask) -> None:
    with_button, without = letter(), letter(path=None)
    read = [content_of(row, row.mailing, app.extensions["settings"]) for row in (with_button, without)]
    assert ["https://leaders.example.kz/me/" in content.text for content in read] == [True, False]
    assert ["https://leaders.example.kz/me/" in content.html for content in read] == [True, False]


def test_lines_of_a_text_stay_lines(app: Flask) -> None:
    row = letter("first\n\nsecond\r\nthird")
    content = content_of(row, row.mailing, app.extensions["settings"])
    assert "first\n\nsecond\nthird" in content.text
    assert "first<br>\n<br>\nsecond<br>\nthird" in content.html
    assert content.subject == "first second third"


@example(text="=?", name="")
@example(text="\ufdd0\U0010ffff", name="")
@given(text=st.text(max_size=400), name=st.text(max_size=200))
def test_whatever_people_write_stays_text(app: Flask, text: str, name: str) -> None:
    row = letter(text, name=name, essential=False)
    plain = letter("x", essential=False)
    message, content = sent(app, row), content_of(row, row.mailing, app.extensions["settings"])
    assert set(message.keys()) == set(sent(app, plain).keys())
    assert [address.addr_spec for address in message["To"].addresses] == ["asel@example.kz"]
    assert message["Subject"] == header_line(content.subject, MOST_SUBJECT)
    assert clean(content.subject) == content.subject
    assert len(content.subject) <= MOST_SUBJECT
    usual = tags(content_of(plain, plain.mailing, app.extensions["settings"]).html)
    assert set(tags(content.html).found) <= {*usual.found, ("br", ())}
    assert tags(content.html).links == usual.links
    html5lib.HTMLParser(strict=True).parse(content.html)
    body = message.get_body(("plain",))
    assert body is not None
    assert body.get_content().splitlines() == content.text.splitlines()


@given(text=st.text(max_size=300), most=st.integers(2, 50))
def test_a_line_is_one_line_that_fits(text: str, most: int) -> None:
    line = clean_line(text, most)
    assert len(line) <= most
    assert clean(line) == line


@pytest.mark.parametrize(
    "name", ['Evil" <x@y.kz>, "z', "a, b@c.kz", "A\r\nBcc: x@y.kz", "(c) [d] ;:\\", "\u202eА", "А" * 300]
)
def test_a_name_is_never_an_address(app: Flask, name: str) -> None:
    message = sent(app, letter(name=name))
    assert [address.addr_spec for address in message["To"].addresses] == ["asel@example.kz"]
    assert len(header_name(name)) <= MOST_NAME
    assert message["Bcc"] is None


WORD_WITH_LINES = "=?utf-8?q?x=0d=0aBcc:_evil@x.kz=0d=0a=0d=0aA_text_of_mine?="


@pytest.mark.parametrize(
    "hostile", [WORD_WITH_LINES, WORD_WITH_LINES.replace("=?", "=\0?"), "=" * 99 + WORD_WITH_LINES]
)
def test_an_encoded_word_in_a_heading_or_a_name_stays_a_word(app: Flask, hostile: str) -> None:
    message = sent(app, letter(hostile, name=hostile))
    assert message["Bcc"] is None
    assert message["Subject"].replace("= ?", "=?").startswith(clean(hostile)[:90])
    assert [address.addr_spec for address in message["To"].addresses] == ["asel@example.kz"]
    assert len(header_name(hostile)) <= MOST_NAME
    body = message.get_body(("plain",))
    assert body is not None
    assert "Jetekshi" in body.get_content()


@given(st.text(max_size=80))
def test_what_passes_as_an_address_has_one_at_and_no_line(text: str) -> None:
    if address_problem(text) is None:
        wire = wire_address(text)
        local, _, domain = wire.rpartition("@")
        assert wire.isprintable()
        assert not set(' \t<>,;:"()[]\\@') & set(local + domain)
        assert domain.isascii()


@pytest.mark.parametrize(
    ("address", "wire"),
    [
        ("Asel.O'Neil+x@Example.KZ", "Asel.O'Neil+x@example.kz"),
        ("a@қазақ.қаз", "a@xn--80aau21bd.xn--80ao21a"),
        ("әсел@example.kz", "әсел@example.kz"),
    ],
)
def test_addresses_as_servers_write_them(address: str, wire: str) -> None:
    assert wire_address(address) == wire


@pytest.mark.parametrize(
    "address", ["", "a", "@b.kz", "a@b", "a@b..kz", ".a@b.kz", "a@-b.kz", "a@[127.0.0.1]", "a" * 65 + "@b.kz"]
)
def test_what_is_no_address(address: str) -> None:
    assert address_problem(address) is not None


@given(st.text(max_size=40))
def test_a_path_leads_to_our_own_site(text: str) -> None:
    if is_path(text):
        assert text.startswith("/")
        assert not text.startswith(("//", "/\\"))
        assert text.isascii()
        assert text.isprintable()


def test_waits_grow_to_a_few_days_and_end() -> None:
    assert list(WAITS) == sorted(WAITS)
    assert 3 <= sum(wait.total_seconds() for wait in WAITS) / 86400 <= 4
    assert wait_before(1) == WAITS[0]
    assert wait_before(len(WAITS) + 1) is None


def test_a_template_survives_its_mailing() -> None:
    assert LetterTemplate.from_dict(SIGN_IN.name, SIGN_IN.as_dict()) == SIGN_IN
    assert SIGN_IN.tokens == {"text"}
