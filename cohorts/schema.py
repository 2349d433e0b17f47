"""What a programme file may say, and the form in which outlines and awards are kept. No database.

What a source does not say is left out or null: "not known". Our own inferences are named in ``assumed``.
"""

from datetime import date, timedelta
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from app.kernel.clock import HOME_ZONE, zones
from app.kernel.partial_date import PartialDate
from app.kernel.text import clean
from app.kernel.tri import Tri
from app.organisations.enums import OrganisationKind
from cohorts.enums import CohortStatus, LegalKind, Mode, ProgrammeKind

MAX_MODULES = 60
MAX_BLOCKS = 40
MAX_DAYS = 1500


def partial(text: str | None) -> PartialDate | None:
    """The date that a checked text of these models means."""
    return None if text is None else PartialDate.parse(text)


def _partial_text(text: str) -> str:
    return str(PartialDate.parse(text))


def _day_text(text: str) -> str:
    return date.fromisoformat(text).isoformat()


def _clean(value: Any) -> Any:  # noqa: ANN401 - whatever the file holds; pydantic refuses what is no text
    return clean(value) if isinstance(value, str) else value


def _zone(name: str) -> str:
    if name not in zones():
        msg = f"{name!r} is not a zone of the IANA database, such as Asia/Almaty"
        raise ValueError(msg)
    return name


def _component_kind(kind: Mode) -> Mode:
    if kind not in {Mode.PRACTICUM, Mode.INTERNSHIP, Mode.DEFENCE}:
        msg = "a component is a practicum, an internship or a defence"
        raise ValueError(msg)
    return kind


Code = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
Text = Annotated[str, BeforeValidator(_clean), StringConstraints(min_length=1, max_length=400)]
PartialText = Annotated[str, AfterValidator(_partial_text)]
DayText = Annotated[str, AfterValidator(_day_text)]
Zone = Annotated[str, AfterValidator(_zone)]
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
Hours = Annotated[int, Field(ge=0, le=20_000)]
Language = Literal["kk", "ru", "en"]
LooseMode = Annotated[Mode, Field(strict=False)]  # inside a list, where the list's own leave does not reach


class Spec(BaseModel):
    """Strict: an unknown key or another type is an error, not a guess."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class TriSpec(Spec):
    """A text in up to three languages; ``assumed`` names those that are our own translation or inference."""

    kk: Text | None = None
    ru: Text | None = None
    en: Text | None = None
    assumed: tuple[Language, ...] = Field(default=(), strict=False)

    @model_validator(mode="after")
    def _known(self) -> Self:
        if not (self.kk or self.ru or self.en):
            msg = "give the text in at least one of kk, ru, en; leave the whole key out if it is not known"
            raise ValueError(msg)
        return self

    def tri(self) -> Tri:
        """The same text as the product carries it."""
        return Tri(kk=self.kk, ru=self.ru, en=self.en, assumed=frozenset(self.assumed))


class OrganisationSpec(Spec):
    """An organisation that the rest of the file names by its code."""

    code: Code
    name: TriSpec
    kind: OrganisationKind = Field(strict=False)
    country: Country | None = None
    city: TriSpec | None = None
    time_zone: Zone | None = None


class AgreementSpec(Spec):
    """The legal basis of the programme."""

    code: Code
    title: TriSpec
    parties: tuple[Text, ...] = Field(default=(), strict=False)
    signed_on: PartialText | None = None


class HoursSpec(Spec):
    """The workload in academic hours."""

    contact: Hours | None = None
    distance: Hours | None = None
    self_study: Hours | None = None
    minutes_per_academic_hour: Annotated[int, Field(ge=30, le=60)] | None = None


class AttendanceSpec(Spec):
    """Somebody was there for at least so many percent of the half-days whose register was kept.

    ``excused``: an excused absence counts as attended, is left out of the count, or counts as absence.
    """

    kind: Literal["attendance"]
    at_least: Annotated[int, Field(ge=1, le=100)]
    excused: Literal["attended", "left_out", "absent"] = "left_out"
    assumed: bool = False

    key: ClassVar[str] = "attendance"
    unit: ClassVar[Literal["person"]] = "person"


class DefenceSpec(Spec):
    """The project of the person's group, or of their organisation's team, was accepted by the commission."""

    kind: Literal["defence"]
    unit: Literal["group", "organisation"] = "group"
    title: TriSpec | None = None
    assumed: bool = False

    key: ClassVar[str] = "defence"


ConditionSpec = Annotated[AttendanceSpec | DefenceSpec, Field(discriminator="kind")]


class CompletionSpec(Spec):
    """What somebody must do to complete; without conditions an order alone decides.

    ``requirement`` is the wording of the source.
    """

    requirement: TriSpec | None = None
    conditions: tuple[ConditionSpec, ...] = Field(default=(), strict=False, max_length=2)

    @model_validator(mode="after")
    def _each_kind_once(self) -> Self:
        kinds = [condition.kind for condition in self.conditions]
        if len(kinds) != len(set(kinds)):
            msg = "each kind of condition once"
            raise ValueError(msg)
        return self

    @property
    def unit(self) -> Literal["person", "group", "organisation"]:
        """Who completes: each person, or a whole team for its people."""
        units = [condition.unit for condition in self.conditions if condition.unit != "person"]
        return units[0] if units else "person"


class IssuerSpec(Spec):
    """An organisation that issues the certificates: its monogram, and the start of its numbers.

    ``assumed``: the source doesn't say that it does.
    """

    organisation: Code
    mark: Annotated[str, BeforeValidator(_clean), StringConstraints(min_length=1, max_length=4)] | None = None
    assumed: bool = False
    number_prefix: Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]+(-[A-Z0-9]+)*$", max_length=20)]


class SignatorySpec(Spec):
    """Who signs: the office, and the person if the file may name one."""

    post: TriSpec
    name: TriSpec | None = None


class AwardSpec(Spec):
    """What the certificates of the programme print."""

    title: TriSpec | None = None
    issuers: tuple[IssuerSpec, ...] = Field(default=(), strict=False, max_length=3)
    signatories: tuple[SignatorySpec, ...] = Field(default=(), strict=False, max_length=3)
    handed_over_by: TriSpec | None = None


class BlockSpec(Spec):
    """Days or weeks held in one way at one place.

    Dates are fixed (``start``, ``end``; a month alone is allowed) or counted from the first day of a cohort
    (``after_days``: 0 is that day; ``days``: calendar days, 1 is one day). ``time_zone`` is that of the place.
    """

    mode: Mode | None = Field(default=None, strict=False)
    start: PartialText | None = None
    end: PartialText | None = None
    after_days: Annotated[int, Field(ge=0, le=MAX_DAYS)] | None = None
    days: Annotated[int, Field(ge=1, le=MAX_DAYS)] | None = None
    city: TriSpec | None = None
    country: Country | None = None
    time_zone: Zone | None = None
    assumed: tuple[Literal["mode", "dates", "place", "host"], ...] = Field(default=(), strict=False)

    @model_validator(mode="after")
    def _one_way_of_dating(self) -> Self:
        if self.after_days is not None and (self.start or self.end):
            msg = "give either start and end, or after_days and days, not both"
            raise ValueError(msg)
        if (self.after_days is None) != (self.days is None):
            msg = "after_days and days belong together"
            raise ValueError(msg)
        if self.end and not self.start:
            msg = "an end needs a start"
            raise ValueError(msg)
        first, last = partial(self.start), partial(self.end)
        if first and last and last.last_day < first.first_day:
            msg = "the end is before the start"
            raise ValueError(msg)
        return self


class PatternSpec(Spec):
    """Weeks in person and weeks at a distance, one kind after the other.

    ``distance_weeks`` are laid; up to ``most_distance_weeks`` where the year has room (None: no more).
    """

    offline_weeks: Annotated[int, Field(ge=0, le=30)]
    distance_weeks: Annotated[int, Field(ge=0, le=30)]
    most_distance_weeks: Annotated[int, Field(ge=0, le=30)] | None = None
    order: tuple[LooseMode, ...] = Field(default=(Mode.OFFLINE, Mode.DISTANCE), strict=False)
    assumed: tuple[Literal["order", "weeks"], ...] = Field(default=(), strict=False)

    @model_validator(mode="after")
    def _some_weeks(self) -> Self:
        if self.offline_weeks + self.distance_weeks == 0:
            msg = "a pattern needs at least one week"
            raise ValueError(msg)
        if sorted(self.order) != [Mode.DISTANCE, Mode.OFFLINE]:
            msg = "order is [offline, distance] or [distance, offline]"
            raise ValueError(msg)
        if self.most_distance_weeks is not None and self.most_distance_weeks < self.distance_weeks:
            msg = "most_distance_weeks is at least distance_weeks"
            raise ValueError(msg)
        return self


class ModuleSpec(Spec):
    """A module: blocks, or a pattern of weeks from ``start`` (a day) or ``after_days``; neither: not known."""

    number: Annotated[int, Field(ge=1, le=MAX_MODULES)]
    title: TriSpec | None = None
    topics: tuple[Text, ...] = Field(default=(), strict=False, max_length=60)
    hours: Hours | None = None
    host: Code | None = None
    blocks: tuple[BlockSpec, ...] = Field(default=(), strict=False, max_length=MAX_BLOCKS)
    pattern: PatternSpec | None = None
    start: DayText | None = None
    after_days: Annotated[int, Field(ge=0, le=MAX_DAYS)] | None = None

    @model_validator(mode="after")
    def _blocks_or_pattern(self) -> Self:
        if self.blocks and self.pattern:
            msg = "give either blocks or a pattern, not both"
            raise ValueError(msg)
        if not self.pattern and (self.start or self.after_days is not None):
            msg = "start and after_days belong to a pattern; dates of blocks stand in the blocks"
            raise ValueError(msg)
        if self.start and self.after_days is not None:
            msg = "give either start or after_days, not both"
            raise ValueError(msg)
        return self


class ComponentSpec(Spec):
    """Something that is not a module: practicum, internship or defence."""

    kind: Annotated[Mode, AfterValidator(_component_kind)] = Field(strict=False)
    title: TriSpec | None = None
    hours: Hours | None = None
    host: Code | None = None
    blocks: tuple[BlockSpec, ...] = Field(default=(), strict=False, max_length=MAX_BLOCKS)


class OutlineSpec(Spec):
    """The modules and other components in their order; ``topics`` are those of the programme as a whole."""

    topics: tuple[Text, ...] = Field(default=(), strict=False, max_length=60)
    modules: tuple[ModuleSpec, ...] = Field(default=(), strict=False, max_length=MAX_MODULES)
    components: tuple[ComponentSpec, ...] = Field(default=(), strict=False, max_length=MAX_MODULES)

    @model_validator(mode="after")
    def _numbers_ascend(self) -> Self:
        numbers = [module.number for module in self.modules]
        if numbers != sorted(set(numbers)):
            msg = "the modules' numbers must ascend, each once"
            raise ValueError(msg)
        return self

    def hosts(self) -> set[str]:
        """The codes of the organisations named as hosts."""
        parts: list[ModuleSpec | ComponentSpec] = [*self.modules, *self.components]
        return {part.host for part in parts if part.host}


def last_day(outline: OutlineSpec, first_day: PartialDate | None) -> PartialDate | None:
    """The last day of an outline whose blocks count from a first day that is known; else None."""
    parts: list[ModuleSpec | ComponentSpec] = [*outline.modules, *outline.components]
    ends = [
        block.after_days + block.days - 1
        for part in parts
        for block in part.blocks
        if block.after_days is not None and block.days is not None
    ]
    if not ends or first_day is None or not first_day.day:
        return None
    return PartialDate.of(first_day.first_day + timedelta(days=max(ends)))


class ProgrammeSpec(Spec):
    """The programme itself; ``also_called`` are its other names in the sources."""

    code: Code
    title: TriSpec
    kind: ProgrammeKind = Field(strict=False)
    legal_kind: LegalKind | None = Field(default=None, strict=False)
    also_called: tuple[Text, ...] = Field(default=(), strict=False, max_length=10)
    languages: tuple[Language, ...] = Field(default=(), strict=False)
    hours: HoursSpec = HoursSpec()
    completion: CompletionSpec = CompletionSpec()
    owner: Code
    commissioner: Code | None = None
    award: AwardSpec = AwardSpec()
    assumed: tuple[Literal["kind", "owner", "commissioner", "languages"], ...] = Field(default=(), strict=False)


class CohortSpec(Spec):
    """An intake that is created together with the programme."""

    code: Code
    title: TriSpec | None = None
    planned_size: Annotated[int, Field(ge=1, le=100_000)] | None = None
    time_zone: Zone = HOME_ZONE
    start: PartialText | None = None
    end: PartialText | None = None
    status: CohortStatus = Field(default=CohortStatus.PLANNED, strict=False)

    @model_validator(mode="after")
    def _dates_in_order(self) -> Self:
        first, last = partial(self.start), partial(self.end)
        if first and last and last.last_day < first.first_day:
            msg = "the end is before the start"
            raise ValueError(msg)
        return self


class ProgrammeDocument(Spec):
    """A whole programme file."""

    organisations: tuple[OrganisationSpec, ...] = Field(strict=False, min_length=1, max_length=200)
    agreement: AgreementSpec | None = None
    programme: ProgrammeSpec
    outline: OutlineSpec = OutlineSpec()
    cohorts: tuple[CohortSpec, ...] = Field(default=(), strict=False, max_length=100)

    def references(self) -> dict[tuple[str | int, ...], str]:
        """Each place that names an organisation by its code, with the code."""
        found: dict[tuple[str | int, ...], str | None] = {
            ("programme", "owner"): self.programme.owner,
            ("programme", "commissioner"): self.programme.commissioner,
        }
        for i, issuer in enumerate(self.programme.award.issuers):
            found["programme", "award", "issuers", i, "organisation"] = issuer.organisation
        for i, module in enumerate(self.outline.modules):
            found["outline", "modules", i, "host"] = module.host
        for i, component in enumerate(self.outline.components):
            found["outline", "components", i, "host"] = component.host
        return {path: code for path, code in found.items() if code is not None}
