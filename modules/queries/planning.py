"""What a plan of a cohort is made from: its outline, what is on the calendar already, the working calendars."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.organisations.models import Organisation
from cohorts.enums import Mode
from cohorts.models import Cohort
from cohorts.queries import organisations_by_code
from cohorts.schema import ComponentSpec, ModuleSpec, OutlineSpec
from modules.models import Module, ModuleSession, WorkingCalendar
from modules.queries.calendars import as_rules, latest_calendars
from modules.queries.schedule import modules_of
from modules.rules.calendars import HOME_COUNTRY, Calendar, country_of_zone
from modules.rules.planning import Fit, Part, Place, Plan, PlanRules, Step, lay_plan

DAYS_A_WEEK = 7


@dataclass(frozen=True, slots=True)
class Piece:
    """A module or component of the outline as a plan sees it.

    Args:
        module: None until the cohort's modules are laid.
        lays: it has a pattern or a length, so a plan gives it new blocks.
        asks: nothing says how long it is.

    """

    position: int
    number: int | None
    spec: ModuleSpec | ComponentSpec
    module: Module | None
    lays: bool
    asks: bool


@dataclass(frozen=True, slots=True)
class Ground:
    """Everything that a plan of a cohort is made from; ``basis`` names the state that was read.

    Args:
        calendars: the latest of each country, those that the plan may skip.
        held: positions of the modules that have sessions.
        place: of the cohort itself.

    """

    cohort: Cohort
    pieces: tuple[Piece, ...]
    calendars: Mapping[str, Calendar]
    held: frozenset[int]
    hosts: Mapping[str, Organisation]
    place: Place
    basis: str

    @property
    def countries(self) -> tuple[str, ...]:
        """The countries of the plan's places, home first."""
        abroad = {self._country(piece) for piece in self.pieces} - {self.home, None}
        return (self.home, *sorted(country for country in abroad if country))

    @property
    def home(self) -> str:
        """The cohort's own country."""
        return self.place.country or HOME_COUNTRY

    def _country(self, piece: Piece) -> str | None:
        return place_of_piece(piece, self).country


@dataclass(frozen=True, slots=True)
class Proposal:
    """A plan, and what it was made from."""

    ground: Ground
    plan: Plan
    unknown: tuple[int, ...]

    @property
    def positions(self) -> frozenset[int]:
        """The positions of what gets new blocks."""
        return frozenset(block.position for block in self.plan.blocks)

    @property
    def in_the_way(self) -> tuple[Piece, ...]:
        """The modules that would get other weeks though they have sessions."""
        return tuple(piece for piece in self.ground.pieces if piece.position in self.positions & self.ground.held)

    @property
    def mark(self) -> str:
        """Names exactly this plan on exactly this state: what was looked at is what is taken."""
        blocks = (f"{block.position}.{block.mode}.{block.first}.{block.last}" for block in self.plan.blocks)
        return hashlib.sha256("|".join((self.ground.basis, *blocks)).encode()).hexdigest()


def has_pattern(cohort: Cohort) -> bool:
    """Whether its outline says how many weeks a module has, so that a plan can give them dates."""
    return any(module.get("pattern") for module in cohort.outline.content.get("modules", ()))


def planning_ground(session: Session, cohort: Cohort) -> Ground:
    """Read what a plan of a cohort is made from, in a fixed number of statements."""
    outline = OutlineSpec.model_validate(cohort.outline.content)
    modules = modules_of(session, cohort.id)
    by_position = {module.position: module for module in modules}
    specs: Sequence[ModuleSpec | ComponentSpec] = (*outline.modules, *outline.components)
    pieces = tuple(_piece(position, spec, by_position.get(position)) for position, spec in enumerate(specs, start=1))
    calendars = {country: as_rules(row) for country, row in latest_calendars(session).items()}
    return Ground(
        cohort=cohort,
        pieces=pieces,
        calendars=calendars,
        held=positions_with_sessions(session, cohort.id),
        hosts=organisations_by_code(session, sorted(outline.hosts())),
        place=Place(cohort.time_zone, country_of_zone(cohort.time_zone)),
        basis=read_basis(session, cohort.id),
    )


def propose_plan(
    ground: Ground,
    *,
    first_day: date,
    last_day: date | None = None,
    start: int = 1,
    countries: Collection[str] | None = None,
    fit: Fit = Fit.STRETCH,
    weeks: Mapping[int, int] | None = None,
) -> Proposal:
    """A plan of a cohort.

    Args:
        first_day: of the module from which the plan begins.
        last_day: by which it should end; None: the cohort's last day, or twelve months after the first.
        start: the position of that module; those before it stay.
        countries: whose holidays are skipped; None: those of the plan's places that have a calendar.
        weeks: of components whose length nothing says, by position.

    """
    chosen = ground.countries if countries is None else countries
    rules = PlanRules(
        first_day=first_day,
        last_day=last_day or usual_last_day(ground.cohort, first_day),
        fit=fit,
        calendars={country: held for country, held in ground.calendars.items() if country in chosen},
        home=ground.home,
    )
    asked = weeks or {}
    later = [piece for piece in ground.pieces if piece.position >= start]
    parts = [_part(piece, ground, asked) for piece in later]
    unknown = tuple(piece.position for piece in later if piece.asks and not asked.get(piece.position))
    return Proposal(ground, lay_plan(parts, rules), unknown)


def usual_last_day(cohort: Cohort, first_day: date) -> date:
    """The day by which a plan ends when nothing else is said: the cohort's last day, or twelve months on."""
    if cohort.ends_on and cohort.ends_on.last_day > first_day:
        return cohort.ends_on.last_day
    try:
        return first_day.replace(year=first_day.year + 1) - timedelta(days=1)
    except ValueError:  # 29 February
        return first_day.replace(year=first_day.year + 1, day=28)


def place_of_piece(piece: Piece, ground: Ground) -> Place:
    """Where it is held in person: as its block says already, else at its host, else at home."""
    for block in piece.module.blocks if piece.module else ():
        if block.mode == Mode.OFFLINE and (block.city or block.country):
            return Place(block.time_zone, block.country or country_of_zone(block.time_zone), block.city)
    host = (piece.module.host if piece.module else None) or ground.hosts.get(piece.spec.host or "")
    if host and (host.country or host.city or host.time_zone):
        zone = host.time_zone or ground.cohort.time_zone
        return Place(zone, host.country or country_of_zone(zone), host.city)
    return ground.place


def _piece(position: int, spec: ModuleSpec | ComponentSpec, module: Module | None) -> Piece:
    if isinstance(spec, ModuleSpec):
        return Piece(position, spec.number, spec, module, lays=spec.pattern is not None, asks=False)
    fixed = any(block.start for block in spec.blocks)
    length = _weeks_of(spec)
    return Piece(position, None, spec, module, lays=not fixed, asks=not fixed and not length)


def _weeks_of(spec: ComponentSpec) -> int:
    """The weeks of a component whose blocks are counted in days; 0: not known."""
    days = sum(block.days or 0 for block in spec.blocks)
    return -(-days // DAYS_A_WEEK)


def _part(piece: Piece, ground: Ground, asked: Mapping[int, int]) -> Part:
    home, spec = ground.place, piece.spec
    if isinstance(spec, ModuleSpec):
        if spec.pattern is None:
            return Part(piece.position, until=_last_day(piece))
        there = place_of_piece(piece, ground)
        pattern = spec.pattern
        lengths = {
            Mode.OFFLINE: (pattern.offline_weeks, pattern.offline_weeks),
            Mode.DISTANCE: (pattern.distance_weeks, pattern.most_distance_weeks or pattern.distance_weeks),
        }
        steps = [
            Step(mode, *lengths[mode], there if mode is Mode.OFFLINE else home)
            for mode in pattern.order
            if lengths[mode][0]
        ]
        return Part(piece.position, tuple(steps))
    count = _weeks_of(spec) or asked.get(piece.position, 0)
    if not piece.lays or not count:
        return Part(piece.position, until=None if piece.asks else _last_day(piece))
    return Part(piece.position, (Step(spec.kind, count, count, place_of_piece(piece, ground)),))


def _last_day(piece: Piece) -> date | None:
    """The last day of what stays as it is."""
    ends = [block.ends_on.last_day for block in (piece.module.blocks if piece.module else ()) if block.ends_on]
    return max(ends, default=None)


def read_basis(session: Session, cohort_id: int) -> str:
    """The state that plans are made from: it is another after anybody took a plan or changed a calendar."""
    modules = session.execute(
        select(Module.id, Module.version).where(Module.cohort_id == cohort_id).order_by(Module.position)
    )
    calendars = session.execute(
        select(WorkingCalendar.country, func.max(WorkingCalendar.number))
        .group_by(WorkingCalendar.country)
        .order_by(WorkingCalendar.country)
    )
    return ",".join(
        [f"{key}.{version}" for key, version in modules] + [f"{code}{number}" for code, number in calendars]
    )


def positions_with_sessions(session: Session, cohort_id: int) -> frozenset[int]:
    """The positions of a cohort's modules that have sessions, cancelled ones too."""
    held = select(Module.position).join(ModuleSession, ModuleSession.module_id == Module.id)
    return frozenset(session.scalars(held.where(Module.cohort_id == cohort_id).distinct()))
