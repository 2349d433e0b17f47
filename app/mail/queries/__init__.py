"""Reading: whom letters go to, and what became of them."""

from app.mail.queries.recipients import Recipient, recipients_of_people, recipients_of_users

__all__ = ["Recipient", "recipients_of_people", "recipients_of_users"]
