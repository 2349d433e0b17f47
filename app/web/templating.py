"""What every template may use: the menu of the role, and dates, texts and numbers in the page's language."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Flask, current_app, g, request, url_for
from flask_wtf.csrf import generate_csrf
from jinja2 import StrictUndefined

from app.accounts.enums import ROLE_LABELS, Role
from app.accounts.rules import Actor
from app.feature import Feature, MenuItem
from app.jobs.enums import JOB_STATE_LABELS
from app.kernel.partial_date import PartialDate
from app.kernel.words import Message
from app.notices.queries import unread
from app.web import formats
from app.web.locale import chosen_language, chosen_theme, translate
from app.web.request import actor_or_none, db_session, moment, settings
from app.web.zones import zone_words


@dataclass(frozen=True, slots=True)
class Link:
    """A line of a menu as a page shows it; ``count``: how much of what stands behind it is new."""

    label: str
    url: str
    icon: str
    current: bool
    count: int = 0


def features() -> tuple[Feature, ...]:
    """The features of this installation, lowest first."""
    loaded: tuple[Feature, ...] = current_app.extensions["features"]
    return loaded


def home_title(actor: Actor) -> Message:
    """What the start page is called: a coordinator works there every day."""
    return Message("Today") if Role.COORDINATOR in actor.roles else Message("Home")


def _menu(*, tabs: bool) -> list[Link]:
    actor = actor_or_none()
    if actor is None:
        return []
    offered: tuple[MenuItem, ...] = current_app.extensions["menu"]
    items = [item for item in offered if item.tab == tabs and item.is_for(actor)]
    lines = [_link(item) for item in sorted(items, key=lambda item: item.order)]
    if not lines:
        return []
    return [*lines, _notices(actor)] if tabs else [_home(actor), *lines, _notices(actor)]


def _home(actor: Actor) -> Link:
    return Link(translate(home_title(actor)), url_for("home.index"), "home", request.endpoint == "home.index")


def _notices(actor: Actor) -> Link:
    """Everybody's notices, counted once for a page; not at all when the database does not answer."""
    if "unread" not in g:
        g.unread = 0 if "without_accounts" in g else sum(unread(db_session(), actor).values())
    return Link(
        translate(Message("Notices")), url_for("notices.index"), "bell", request.blueprint == "notices", g.unread
    )


def _link(item: MenuItem) -> Link:
    current = bool(request.endpoint) and (request.endpoint == item.endpoint or request.blueprint in item.section)
    return Link(translate(item.label), url_for(item.endpoint), item.icon, current)


def _role_line() -> str:
    actor = actor_or_none()
    if actor is None:
        return ""
    roles = ", ".join(translate(ROLE_LABELS[role]) for role in actor.roles[:1])
    return f"{roles} · {actor.display_name}" if roles else actor.display_name


def _context() -> dict[str, Any]:
    return {
        "lang": chosen_language(),
        "theme": chosen_theme(),
        "actor": actor_or_none(),
        "role_line": _role_line(),
        "menu": _menu(tabs=False),
        "tabs": _menu(tabs=True),
        "now": moment(),
        "demo": settings().DEMO,
        "issuer_line": translate(Message("Executive leadership programmes")),
    }


def _in_language(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *values: function(*values, chosen_language())


def _partial(value: PartialDate | date | None) -> str:
    if value is None:
        return "–"
    exact = value if isinstance(value, PartialDate) else PartialDate.of(value)
    return formats.month(exact, chosen_language())


def init_templating(app: Flask) -> None:
    """Register context, filters and strictness: an unknown name in a template is an error."""
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.context_processor(_context)
    app.jinja_env.globals["csrf_token"] = generate_csrf
    app.jinja_env.filters.update(
        day=_in_language(formats.day),
        day_short=_in_language(formats.day_short),
        date_long=_in_language(formats.date_long),
        date_short=_in_language(formats.date_short),
        partial=_partial,
        period=_in_language(formats.period),
        clock=formats.clock,
        tri=_in_language(formats.tri),
        number=_in_language(formats.number),
        said=lambda kept: translate(Message.from_dict(kept)) if kept else "",
        job_state=lambda state: translate(JOB_STATE_LABELS[state]),
        say=translate,
        zone=lambda name: zone_words(name, moment()),
    )
