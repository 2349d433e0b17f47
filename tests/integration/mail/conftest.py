"""A mail server for the tests, trusted by the application."""

from pathlib import Path

import pytest

from app.mail import transports
from app.mail.transports import SmtpTransport, Transport
from app.settings import Settings
from tests.support.postbox import Office


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Office:
    """Where letters go in these tests; nobody listens before a postbox is opened."""
    office = Office(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(office.trusted))

    def way_out(settings: Settings) -> Transport:
        return SmtpTransport(office.server(), settings.MAIL_FROM, pause=0)

    monkeypatch.setattr("app.mail.delivering.transport_of", way_out)
    monkeypatch.setattr(transports, "TIMEOUT", 5.0)
    return office
