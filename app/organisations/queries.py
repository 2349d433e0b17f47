"""Reading organisations."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.kernel.text import search_key
from app.organisations.models import Organisation, Succession


def find_by_name(session: Session, text: str) -> Organisation | None:
    """The organisation that bears or bore exactly this name in some language (case and punctuation aside)."""
    wanted = search_key(text)
    near = (
        select(Organisation).where(Organisation.search_key.contains(wanted, autoescape=True)).order_by(Organisation.id)
    )
    for organisation in session.scalars(near):
        names = [organisation.name, *(former.name for former in organisation.former_names)]
        if any(search_key(form) == wanted for name in names for form in name.forms()):
            return organisation
    return None


def remit(session: Session, organisation_ids: Iterable[int]) -> frozenset[int]:
    """These organisations with all that they followed, however far back."""
    known: set[int] = set(organisation_ids)
    newest = set(known)
    while newest:
        found = session.scalars(select(Succession.predecessor_id).where(Succession.successor_id.in_(newest)))
        newest = set(found) - known
        known |= newest
    return frozenset(known)


def find_by_code(session: Session, code: str) -> Organisation | None:
    """The organisation with this code."""
    return session.scalar(select(Organisation).where(Organisation.code == code))
