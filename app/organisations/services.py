"""Changing organisations."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.kernel.text import search_key, sort_key
from app.kernel.tri import Tri
from app.organisations.enums import OrganisationKind
from app.organisations.models import FormerName, Organisation, Succession
from app.organisations.queries import find_by_name


def _refresh_keys(organisation: Organisation) -> None:
    names = [organisation.name, *(former.name for former in organisation.former_names)]
    keys = dict.fromkeys(search_key(form) for name in names for form in name.forms())
    organisation.search_key = " | ".join(keys)[:1200]
    organisation.sort_key = sort_key(organisation.name.forms()[0])


def ensure_organisation(
    session: Session,
    *,
    name: Tri,
    kind: OrganisationKind,
    code: str | None = None,
    country: str | None = None,
    city: Tri | None = None,
    time_zone: str | None = None,
) -> Organisation:
    """The organisation with this code or exact name; added when there is none."""
    found = session.scalar(select(Organisation).where(Organisation.code == code)) if code else None
    for form in name.forms():
        found = found or find_by_name(session, form)
    if found is not None:
        return found
    organisation = Organisation(
        code=code, kind=kind, name=name, country=country, city=city, time_zone=time_zone, bin=None
    )
    _refresh_keys(organisation)
    session.add(organisation)
    session.flush()
    return organisation


def rename(session: Session, *, organisation: Organisation, name: Tri, on: date) -> None:
    """Give an organisation another name from a day on; it is still found by the former one."""
    organisation.former_names.append(FormerName(name=organisation.name, valid_to=on))
    organisation.name = name
    _refresh_keys(organisation)
    session.flush()


def succeed(session: Session, *, predecessor: Organisation, successor: Organisation, on: date | None) -> None:
    """Record that one organisation followed another: its officials inherit the remit."""
    session.add(Succession(predecessor_id=predecessor.id, successor_id=successor.id, took_place_on=on))
    session.flush()
