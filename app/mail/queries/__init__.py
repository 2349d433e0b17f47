"""Reading: whom letters go to, and what became of them."""

from app.mail.queries.letters import (
    LettersPage,
    Scope,
    address_of_today,
    get_letter,
    late_since,
    later_copy,
    letters_page,
    standing,
)
from app.mail.queries.recipients import Recipient, recipients_of_people, recipients_of_users

__all__ = [
    "LettersPage",
    "Recipient",
    "Scope",
    "address_of_today",
    "get_letter",
    "late_since",
    "later_copy",
    "letters_page",
    "recipients_of_people",
    "recipients_of_users",
    "standing",
]
