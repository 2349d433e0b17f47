"""What a view asks of its request: who, when, and the database session."""

from datetime import datetime
from ipaddress import IPv6Address, ip_address, ip_network

from flask import current_app, g, request
from flask_login import current_user
from sqlalchemy.orm import Session

from app.accounts.rules import Actor
from app.kernel import clock
from app.kernel.database import db
from app.kernel.errors import NotFoundError
from app.kernel.words import Message
from app.settings import Settings


def db_session() -> Session:
    """The request's database session; committed at the boundary, never by a view."""
    session: Session = db.session()
    return session


def moment() -> datetime:
    """The moment of this request: the same wherever it is asked."""
    if "moment" not in g:
        g.moment = clock.now()
    moment_: datetime = g.moment
    return moment_


def settings() -> Settings:
    """The settings of this installation."""
    held: Settings = current_app.extensions["settings"]
    return held


def actor_or_none() -> Actor | None:
    """Who is signed in, or None."""
    actor: Actor | None = getattr(current_user, "actor", None)
    return actor


def current_actor() -> Actor:
    """Who is signed in.

    Raises:
        NotFoundError: nobody is; a view with a policy never gets here.

    """
    actor = actor_or_none()
    if actor is None:
        raise NotFoundError(Message("There is no such page"))
    return actor


def network_address() -> str:
    """The caller's address, for the throttle; of IPv6 the /64, since every subscriber has that many addresses."""
    text = request.remote_addr or ""
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return text
    if isinstance(address, IPv6Address):
        return str(address.ipv4_mapped or ip_network((address, 64), strict=False))
    return str(address)
