"""How a feature package joins the platform: its ``feature.py`` holds ``FEATURE``, loaded by name by the factory."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from click import Command
from flask import Blueprint
from sqlalchemy.orm import Session

from app.accounts.enums import ScopeKind
from app.accounts.rules import Actor, Permission
from app.jobs.kinds import JobKind, Trigger
from app.kernel.words import Message
from app.notices.announcing import AudienceSource
from app.notices.kinds import NoticeKind
from app.notices.reminders import Reminder


@dataclass(frozen=True, slots=True)
class MenuItem:
    """A line of the menu, shown to whoever holds the permission somewhere.

    Args:
        section: the first part of the endpoint (the blueprint) that this line stands for.
        order: place in the menu, smallest first.
        tab: shown among the participant's tabs instead of the staff's menu.
        shown: whether there is anything behind it for somebody who holds the permission; None: always.

    """

    label: Message
    endpoint: str
    icon: str
    permission: Permission
    order: int
    section: tuple[str, ...]
    tab: bool = False
    shown: Callable[[Actor], bool] | None = None

    def is_for(self, actor: Actor) -> bool:
        """Whether somebody sees this line."""
        return actor.may(self.permission) and (self.shown is None or self.shown(actor))


@dataclass(frozen=True, slots=True)
class Todo:
    """A line of what needs somebody: the case in words, and the link to where it is mended.

    Args:
        text: what to do, a whole sentence in the reader's language.
        where: the cohort; left out on the cohort's own page.
        about: the concrete case, or "".
        tone: ``chg`` for what was sent back or changed, ``bad`` for harm, "" otherwise.
        due: a date in words, or "".
        waits: others have to act; the reader only knows of it.
        when: the day until which it must be done, for sorting; None: soon, no day is known.

    """

    text: str
    url: str
    where: str
    about: str = ""
    icon: str = "flag"
    tone: str = ""
    due: str = ""
    waits: bool = False
    when: date | None = None


@dataclass(frozen=True, slots=True)
class Panel:
    """A piece of a page that a feature gives to a page below it: a template and what it needs (there: ``c``).

    Args:
        template: "" when there is nothing to show but ``todo``.
        side: stands in the right-hand column of a wide page.
        title: what the home page is called when this is the main thing on it.
        lead: the sentence under that title.
        todo: what needs the reader, gathered by the page into one list.

    """

    template: str
    context: Mapping[str, Any]
    side: bool = False
    title: str = ""
    lead: str = ""
    todo: tuple[Todo, ...] = ()


ScopeResolver = Callable[[Session, str], int]
PanelSource = Callable[[Session, Actor, datetime], Panel | None]


@dataclass(frozen=True, slots=True)
class Feature:
    """What a package gives to the platform.

    Args:
        name: the package.
        blueprints: its pages.
        commands: its groups of the command line.
        menu: its lines of the menu.
        home: makes its card of the home page for somebody, or None if it has nothing for them.
        landing: the endpoint that is home for somebody whose only page it is (a participant's schedule), or None.
        panels: pieces for the pages of lower packages, by place (``cohort.overview``); called with that page's subject.
        filters: what its templates may use.
        acts: what was done, in words, by the act's name in the audit; for "done today" of the home page.
        jobs: the kinds of its jobs that no trigger names.
        triggers: the times at which jobs begin by themselves.
        notices: the kinds of its notices that no reminder names.
        reminders: of what people are reminded in time.
        audiences: whom of a place somebody may tell something.
        scopes: the places of its own where a role may hold: from a code to the key; NotFoundError when there is none.

    """

    name: str
    blueprints: tuple[Blueprint, ...] = ()
    commands: tuple[Command, ...] = ()
    menu: tuple[MenuItem, ...] = ()
    home: tuple[PanelSource, ...] = ()
    landing: Callable[[Actor], str | None] | None = None
    panels: Mapping[str, Callable[..., Panel | None]] = field(default_factory=dict)
    filters: Mapping[str, Callable[..., Any]] = field(default_factory=dict)
    acts: Mapping[str, Message] = field(default_factory=dict)
    jobs: tuple[JobKind, ...] = ()
    triggers: tuple[Trigger, ...] = ()
    notices: tuple[NoticeKind, ...] = ()
    reminders: tuple[Reminder, ...] = ()
    audiences: tuple[AudienceSource, ...] = ()
    scopes: Mapping[ScopeKind, ScopeResolver] = field(default_factory=dict)
