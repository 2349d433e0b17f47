"""Where letters go: what MAIL_URL and MAIL_FROM may say, and that a password is said nowhere."""

from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from app.mail.server import MailServer, Safety
from app.settings import Settings

PASSWORD = "geheim"


def settings(**given: Any) -> Settings:  # noqa: ANN401 - the settings' own types
    """Settings that name a database key and a site."""
    return Settings.model_validate({"SECRET_KEY": "x" * 40, "BASE_URL": "https://leaders.example.kz", **given})


@pytest.mark.parametrize(
    ("address", "server"),
    [
        ("files:", None),
        ("smtp://mail.example.kz", MailServer("mail.example.kz", 587, Safety.STARTTLS)),
        ("smtp://127.0.0.1:2525", MailServer("127.0.0.1", 2525, Safety.LOOPBACK)),
        ("smtp://mail_1", MailServer("mail_1", 587, Safety.STARTTLS)),
        ("smtp://пошта.kz", MailServer("пошта.kz", 587, Safety.STARTTLS)),
        ("smtp://[::1]", MailServer("::1", 587, Safety.LOOPBACK)),
        ("smtp://localhost:25", MailServer("localhost", 25, Safety.LOOPBACK)),
        ("smtps://u%40x:a%2Fb%3Ac@h.kz", MailServer("h.kz", 465, Safety.TLS, "u@x", SecretStr("a/b:c"))),
    ],
)
def test_addresses_of_servers(address: str, server: MailServer | None) -> None:
    assert settings(MAIL_URL=address, MAIL_FROM="a@b.kz").mail_server == server


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("http://u:geheim@h.kz", "must begin with files:, smtps: or smtp:"),
        ("files:/tmp", "must begin with"),
        ("smtp:", "must name a host"),
        ("smtp://u:ge/heim@h.kz", "must name a host"),
        ("smtp://u:geheim@h.kz:port", "must name a host"),
        ("smtp://u:geheim@h.kz:99999", "must name a host"),
        ("smtp://u:geheim@h.kz:0", "must name a host"),
        ("smtp://u:geheim@[::1", "must name a host"),
        ("smtp://u:geheim@h.kz/x?y#z", "must name a host"),
        ("smtp://u:geheim@@h.kz", "must name a host"),
        ("smtp://u:ge@heim@h.kz", "/ ? # @ in a password are written as %2F %3F %23 %40"),
        ("smtp://u:geheim@..:25", "must name a host"),
        (f"smtp://u:geheim@{'a' * 300}", "must name a host"),
        ("smtp://u:geheim@h;x", "must name a host"),
        ("smtp://u:geheim@h,h2", "must name a host"),
        ("smtp://u:geheim@*", "must name a host"),
        ("smtp://u:geheim@-h.kz", "must name a host"),
        ("smtp://u:geheim%D2%9B@h.kz", "user and password in ASCII"),
        ("smtp://u:geheim%E9@h.kz", "user and password in ASCII"),
        ("smtp://u%0d%0aX:geheim@h.kz", "user and password in ASCII"),
        ("smtp://u@h.kz", "must name both user and password"),
        ("smtp://u:ge heim@h.kz", "must be without spaces"),
        ("smtp://u:geheim@h.kz\n", "must be without spaces"),
    ],
)
def test_an_address_that_makes_no_sense_is_one_sentence_without_the_password(address: str, said: str) -> None:
    with pytest.raises(ValidationError) as refused:
        settings(MAIL_URL=address, MAIL_FROM="a@b.kz")
    (problem,) = refused.value.errors()
    assert problem["loc"] == ("MAIL_URL",)
    assert said in problem["msg"]
    assert PASSWORD not in str(refused.value)
    assert PASSWORD not in problem["msg"]


def test_a_password_is_in_no_repr() -> None:
    given = settings(MAIL_URL=f"smtp://u:{PASSWORD}@h.kz", MAIL_FROM="a@b.kz")
    assert PASSWORD not in f"{given!r} {given.mail_server!r} {given!s}"


@pytest.mark.parametrize("sender", ["", "nobody", "A <a@b.kz>", "a@b.kz, c@d.kz", "иван@b.kz", "a@b.kz\r\nBcc: c@d.kz"])
def test_what_is_no_sender(sender: str) -> None:
    with pytest.raises(ValidationError, match="MAIL_FROM"):
        settings(MAIL_URL="files:", MAIL_FROM=sender)


def test_only_a_demonstration_may_leave_mail_to_us() -> None:
    assert settings(DEMO="true").mail_server is None
    assert settings(DEMO=True, MAIL_URL="").MAIL_FROM == "jetekshi@demo.example"
    with pytest.raises(ValidationError) as refused:
        settings()
    assert [(problem["loc"], problem["msg"]) for problem in refused.value.errors()] == [
        (("MAIL_URL",), "Field required"),
        (("MAIL_FROM",), "Field required"),
    ]
