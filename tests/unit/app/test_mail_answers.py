"""What a mail server answers stands on pages and at /readyz: it never brings the password along."""

from base64 import b64encode
from smtplib import SMTPAuthenticationError

import pytest
from pydantic import SecretStr

from app.mail.server import MailServer, Safety
from app.mail.transports import _trouble

SERVER = MailServer("mail.example.kz", 587, Safety.STARTTLS, "jetekshi", SecretStr("a secret+word"))


@pytest.mark.parametrize(
    "told",
    [
        b"a secret+word",
        b64encode(b"a secret+word"),
        b"AUTH PLAIN " + b64encode(b"\0jetekshi\0a secret+word"),
        b64encode(b"\0jetekshi\0a secret+word").lower(),
    ],
)
def test_a_server_that_repeats_the_command_tells_no_password(told: bytes) -> None:
    error = SMTPAuthenticationError(535, b"5.7.8 not understood: " + told)
    said = str(_trouble(error, SERVER))
    assert "535 5.7.8 not understood: " in said
    assert said.endswith("...")
    assert told.rstrip(b"=").decode() not in said
