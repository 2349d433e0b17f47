"""A letter as it is sent: its texts in the recipient's language, and the message that carries them."""

import re
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from app.kernel.text import clean
from app.kernel.words import Message
from app.mail.layout import html_of
from app.mail.models import Letter, Mailing
from app.mail.rules import MOST_SUBJECT, clean_line, header_line, header_name, wire_address
from app.mail.templates import LetterTemplate
from app.settings import Settings
from app.web.locale import force_locale, translate

CHOICES = "/notices/choices"  # where people choose which letters they get
PRODUCT = "Jetekshi"
_METHOD = re.compile(r"^METHOD:([A-Z]+)\r?$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Content:
    """What a letter says. It is worked out anew wherever it is needed: the same row gives the same words."""

    subject: str
    text: str
    html: str
    calendar: str | None

    @property
    def method(self) -> str:
        """What the calendar asks the reader's own calendar to do."""
        found = _METHOD.search(self.calendar or "")
        return found[1] if found else "PUBLISH"


def content_of(letter: Letter, mailing: Mailing, settings: Settings) -> Content:
    """What a letter says to its reader, whoever asks for it."""
    template = LetterTemplate.from_dict(mailing.template, mailing.texts)
    values = _values(letter, mailing)

    def said(message: Message) -> str:
        return translate(Message(message.text, **values))

    with force_locale(letter.language):
        subject = subject_of(letter, mailing)
        paragraphs = [_clean_lines(said(message)) for message in template.paragraphs]
        button = None
        if template.button and letter.path:
            button = clean(said(template.button)), settings.BASE_URL + letter.path
        foot = [(_("Sent automatically by Jetekshi:"), settings.BASE_URL)]
        if not mailing.essential:
            foot.append((_("Choose which letters you get:"), settings.BASE_URL + CHOICES))
        head = _("Executive leadership programmes")
    html = html_of(lang=letter.language, head=head, subject=subject, paragraphs=paragraphs, button=button, foot=foot)
    blocks = [*paragraphs, *([f"{button[0]}:\n{button[1]}"] if button else [])]
    signature = "\n".join(f"{text} {url}" for text, url in foot)
    text = "\n\n".join([*blocks, f"-- \n{PRODUCT} · {head}\n{signature}"]) + "\n"
    return Content(subject, text, html, letter.calendar)


def subject_of(letter: Letter, mailing: Mailing) -> str:
    """The subject alone, for lists of letters."""
    text = LetterTemplate.from_dict(mailing.template, mailing.texts).subject.text
    with force_locale(letter.language):
        return clean_line(translate(Message(text, **_values(letter, mailing))), MOST_SUBJECT)


def message_of(letter: Letter, mailing: Mailing, settings: Settings, *, now: datetime) -> bytes:
    """The letter as it goes over the wire.

    Raises:
        ValueError: the address can be no address.

    """
    content = content_of(letter, mailing, settings)
    local, _at, domain = wire_address(letter.address).rpartition("@")
    message = EmailMessage(SMTP if local.isascii() else SMTPUTF8)
    message["From"] = Address(PRODUCT, addr_spec=settings.MAIL_FROM)
    message["To"] = Address(header_name(letter.name), local, domain)
    message["Subject"] = header_line(content.subject, MOST_SUBJECT)
    message["Date"] = format_datetime(now.astimezone(ZoneInfo(letter.time_zone)))
    message["Message-ID"] = message_id(letter, settings)
    message["Auto-Submitted"] = "auto-generated"
    if not mailing.essential:
        message["List-Unsubscribe"] = f"<{settings.BASE_URL}{CHOICES}>"
    message.set_content(content.text, cte="base64")
    message.add_alternative(content.html, subtype="html", cte="base64")
    if content.calendar:
        invitation = {"method": content.method}
        message.add_alternative(content.calendar, subtype="calendar", cte="base64", params=invitation)
        message.add_attachment(content.calendar.encode(), maintype="application", subtype="ics", filename="invite.ics")
    message["Content-Language"] = letter.language  # last, as what is added moves such fields into the first part
    return message.as_bytes()


def message_id(letter: Letter, settings: Settings) -> str:
    """The name by which servers and readers know a letter again."""
    return f"<{letter.message_id}@{urlsplit(settings.BASE_URL).hostname}>"


def _values(letter: Letter, mailing: Mailing) -> dict[str, str]:
    return {**mailing.values[letter.language], **letter.values}


def _clean_lines(text: str) -> str:
    """A text without control and direction characters; its lines stay lines."""
    return "\n".join(clean(line) for line in text.splitlines())
