"""Laying a pattern: choose, look at the plan block by block, take it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup, escape

from app.kernel.countries import country_name
from app.kernel.errors import ConflictError
from app.web import formats
from app.web.forms import submitted
from app.web.locale import chosen_language, translate
from app.web.pages import page
from app.web.policy import requires
from app.web.request import current_actor, db_session, moment
from cohorts.enums import MODE_LABELS, Mode
from cohorts.models import Cohort
from cohorts.queries import in_reach
from cohorts.schema import ModuleSpec
from modules.forms.planning import PlanForm, plan_form
from modules.queries.conflicts import cohorts_met, sessions_elsewhere
from modules.queries.planning import Ground, Piece, Proposal, planning_ground, propose_plan
from modules.queries.schedule import Scope, get_scope
from modules.rules.access import PUBLISH_SCHEDULE, VIEW_SCHEDULE
from modules.rules.calendars import Day
from modules.rules.conflicts import Booking
from modules.rules.planning import IN_PERSON, Done, Fit, LaidBlock, Remark
from modules.services.planning import STALE, take_plan
from modules.views.days import short_days
from modules.views.frame import blueprint, sections_of
from modules.views.present import module_label

DAY = timedelta(days=1)
WEEK = 7  # days
LOUD = frozenset({Done.MOVED, Done.LONGER, Done.KEPT, Done.ESTIMATED})


@dataclass(frozen=True, slots=True)
class Row:
    """A block of the plan in words; ``loud``: something that the pattern doesn't say was done."""

    label: str
    dates: str
    icon: str
    place: Markup
    length: str
    done: str
    loud: bool


@blueprint.get("/cohorts/<code>/schedule/pattern")
@requires(PUBLISH_SCHEDULE)
def pattern(code: str) -> ResponseReturnValue:
    """Show the plan that was asked for with ``?first=``, or at once the one that suggests itself."""
    scope, ground = _read(code)
    asked = "first" in request.args
    form = _form(ground, asked=asked)
    if asked:
        return _page(scope, ground, form, _proposed(form, ground) if form.validate() else None)
    _suggest(form, ground)
    return _page(scope, ground, form, _proposed(form, ground) if form.first.data and form.start.choices else None)


@blueprint.post("/cohorts/<code>/schedule/pattern")
@requires(PUBLISH_SCHEDULE)
def take_pattern(code: str) -> ResponseReturnValue:
    """Take the plan that was looked at."""
    scope, ground = _read(code)
    form = _form(ground, asked=True)

    def act() -> None:
        proposal = _proposed(form, ground)
        if proposal.mark != form.seen.data:
            raise ConflictError(STALE)
        take_plan(db_session(), cohort=scope.cohort, plan=proposal, actor=current_actor(), now=moment())

    if submitted(form, act):
        flash(_("The plan was taken: the modules have their weeks. Add sessions, then publish."))
        return redirect(url_for("cohorts.cohort", code=code))
    return _page(scope, ground, form, None)


def _read(code: str) -> tuple[Scope, Ground]:
    session = db_session()
    scope = get_scope(session, current_actor().reach(PUBLISH_SCHEDULE), code)
    return scope, planning_ground(session, scope.cohort)


def _form(ground: Ground, *, asked: bool) -> PlanForm:
    lang = chosen_language()
    made = plan_form([(piece.position, label_of(piece, lang)) for piece in ground.pieces if piece.asks])
    shown = {"formdata": request.args if asked else None, "meta": {"csrf": False}}
    form = made() if request.method == "POST" else made(**shown)
    form.start.choices = [(piece.position, label_of(piece, lang)) for piece in _patterned(ground)]
    form.countries.choices = [(country, country_name(country, lang)) for country in _calendars(ground)]
    form.fit.choices = _fits(ground)
    return form


def _calendars(ground: Ground) -> list[str]:
    """The countries that have a calendar, those of the plan's places first."""
    return sorted(ground.calendars, key=lambda code: (code != ground.home, code not in ground.countries, code))


def _patterned(ground: Ground) -> list[Piece]:
    """The modules that have a pattern."""
    return [piece for piece in ground.pieces if piece.lays and isinstance(piece.spec, ModuleSpec)]


def _fits(ground: Ground) -> list[tuple[str, str]]:
    lengths = _lengths(ground)
    least = min((fewest for fewest, _most in lengths), default=0)
    most = max((most for _fewest, most in lengths), default=0)
    return [
        (Fit.STRETCH.value, str(ngettext("Stretch to %(num)s week", "Stretch to %(num)s weeks", most))),
        (
            Fit.LATER.value,
            str(
                ngettext(
                    "Keep %(num)s week and start the next module later",
                    "Keep %(num)s weeks and start the next module later",
                    least,
                )
            ),
        ),
    ]


def _suggest(form: PlanForm, ground: Ground) -> None:
    """The cohort's first day, the first module without sessions, the calendars of the plan's places."""
    starts_on, ends_on = ground.cohort.starts_on, ground.cohort.ends_on
    form.first.data = starts_on.first_day if starts_on and starts_on.day else None
    form.last.data = ends_on.last_day if ends_on and ends_on.day else None
    form.start.data = next((piece.position for piece in _patterned(ground) if piece.position not in ground.held), None)
    form.countries.data = [country for country in ground.countries if country in ground.calendars]
    for piece in ground.pieces:
        if piece.asks:
            form[f"weeks_{piece.position}"].data = _weeks_now(piece)


def _weeks_now(piece: Piece) -> int | None:
    """How many weeks a component has now; None without dates."""
    blocks = piece.module.blocks if piece.module else ()
    days = [(row.starts_on.first_day, row.ends_on.last_day) for row in blocks if row.starts_on and row.ends_on]
    if not days:
        return None
    whole = max(last for _first, last in days) - min(first for first, _last in days) + DAY
    return -(-whole.days // WEEK)


def _resent(form: PlanForm) -> list[tuple[str, str]]:
    """What the plan was made from, for the form that takes it."""
    found = []
    for field in form:
        values = field.data if isinstance(field.data, list) else [field.data]
        if field.name != "seen":
            found += [(field.name, str(value)) for value in values if value is not None]
    return found


def _proposed(form: PlanForm, ground: Ground) -> Proposal:
    if form.first.data is None:
        raise ValueError("a plan needs a validated form")
    weeks = {piece.position: form[f"weeks_{piece.position}"].data or 0 for piece in ground.pieces if piece.asks}
    return propose_plan(
        ground,
        first_day=form.first.data,
        last_day=form.last.data,
        start=form.start.data,
        countries=form.countries.data,
        fit=Fit(form.fit.data),
        weeks=weeks,
    )


def _page(scope: Scope, ground: Ground, form: PlanForm, proposal: Proposal | None) -> ResponseReturnValue:
    lang = chosen_language()
    labels = {piece.position: label_of(piece, lang) for piece in ground.pieces}
    plan = proposal.plan if proposal else None
    return page(
        "modules/pattern.html",
        scope=scope,
        sections=sections_of(scope),
        form=form,
        patterns=_pattern_words(ground),
        stretches=any(first != second for first, second in _lengths(ground)),
        calendars=[ground.calendars[country] for country in _calendars(ground)],
        home=ground.home,
        missing=[country_name(code, lang) for code in ground.countries if code not in ground.calendars],
        proposal=proposal,
        rows=[_row(block, labels, ground, lang) for block in plan.blocks] if plan else [],
        period=formats.period(plan.blocks[0].first, plan.ends_on, lang) if plan and plan.blocks else "",
        left_out=[labels[position] for position in proposal.unknown] if proposal else [],
        in_the_way=[labels[piece.position] for piece in proposal.in_the_way] if proposal else [],
        unknown_years=[(code, country_name(code, lang), year) for code, year in plan.unknown_years] if plan else [],
        meetings=_meetings(scope.cohort, plan.blocks, lang) if plan else [],
        resend=_resent(form) if proposal else [],
    )


def label_of(piece: Piece, lang: str) -> str:
    """A module or component in words, laid or not."""
    if piece.module:
        return module_label(piece.module, lang)
    spec = piece.spec
    title = spec.title.tri().best(lang)[0] if spec.title else ""
    if isinstance(spec, ModuleSpec):
        number = str(_("Module %(n)s", n=spec.number))
        return f"{number}. {title}" if title else number
    return title or translate(MODE_LABELS[spec.kind])


def _lengths(ground: Ground) -> list[tuple[int, int]]:
    patterns = [piece.spec.pattern for piece in ground.pieces if isinstance(piece.spec, ModuleSpec)]
    return [(known.distance_weeks, known.most_distance_weeks or known.distance_weeks) for known in patterns if known]


def _pattern_words(ground: Ground) -> list[str]:
    """Each pattern of the outline once: "2 weeks in person + 4–5 at a distance"."""
    found = []
    for piece in ground.pieces:
        known = piece.spec.pattern if isinstance(piece.spec, ModuleSpec) else None
        if known:
            most = known.most_distance_weeks or known.distance_weeks
            distance = f"{known.distance_weeks}–{most}" if most > known.distance_weeks else str(most)
            found.append(
                str(
                    _(
                        "%(offline)s weeks in person + %(distance)s at a distance",
                        offline=known.offline_weeks,
                        distance=distance,
                    )
                )
            )
    return list(dict.fromkeys(found))


def _row(block: LaidBlock, labels: dict[int, str], ground: Ground, lang: str) -> Row:
    in_person = block.mode in IN_PERSON
    place = block.step.place
    word = translate(MODE_LABELS[block.mode])
    city = formats.tri(place.city, lang) if in_person and place.city else escape("")
    length = str(ngettext("%(num)s week", "%(num)s weeks", block.weeks))
    icons = {Mode.OFFLINE: "pin", Mode.DEFENCE: "flag", Mode.DISTANCE: "screen", Mode.ONLINE: "screen"}
    return Row(
        label=labels[block.position],
        dates=formats.period(block.first, block.last, lang),
        icon=icons.get(block.mode, "bag"),
        place=city or escape(word),
        length=f"{word.lower()}, {length}" if city else length,
        done="; ".join(_remark(remark, block, ground, lang) for remark in block.remarks),
        loud=any(remark.done in LOUD for remark in block.remarks),
    )


def _remark(remark: Remark, block: LaidBlock, ground: Ground, lang: str) -> str:
    """What was done, in one clause."""
    days = _named(remark.days, lang)
    if remark.done is Done.MOVED:
        if not days:
            return str(_("begins on the next working day"))
        return str(
            ngettext(
                "moved %(num)s week later: %(days)s", "moved %(num)s weeks later: %(days)s", remark.weeks, days=days
            )
        )
    if remark.done is Done.LONGER:
        return str(
            ngettext(
                "%(num)s week of holidays doesn’t count: %(days)s",
                "%(num)s weeks of holidays don’t count: %(days)s",
                remark.weeks,
                days=days,
            )
        )
    if remark.done is Done.STRETCHED:
        return str(
            ngettext(
                "stretched from %(before)s to %(num)s week",
                "stretched from %(before)s to %(num)s weeks",
                remark.weeks,
                before=remark.before,
            )
        )
    if remark.done is Done.FREE:
        return str(ngettext("then %(num)s week free", "then %(num)s weeks free", remark.weeks))
    return _about_days(remark, days, block, ground, lang)


def _about_days(remark: Remark, days: str, block: LaidBlock, ground: Ground, lang: str) -> str:
    if remark.done is Done.BEGINS:
        day = formats.day_short(block.first, lang)
        return str(_("begins on %(day)s, after %(days)s", day=day, days=days))
    if remark.done is Done.KEPT:
        home = country_name(ground.home, lang)
        return str(_("%(days)s: a holiday at home (%(country)s), worked at the host", days=days, country=home))
    if remark.done is Done.ESTIMATED:
        return str(_("%(days)s may still move", days=short_days([day.day for day in remark.days], lang)))
    return str(_("skipped: %(days)s", days=days))


def _named(days: Sequence[Day], lang: str) -> str:
    """Days in few words with what they are called, each name once."""
    names = dict.fromkeys(day.name.best(lang)[0].partition(",")[0].partition(" (")[0] for day in days if day.name)
    dates = short_days([day.day for day in days], lang)
    return f"{dates} ({', '.join(names)})" if names else dates


def _meetings(cohort: Cohort, blocks: Iterable[LaidBlock], lang: str) -> list[str]:
    """Who of the cohort is in another programme during the weeks in person, in words."""
    weeks = [(block.first, block.last) for block in blocks if block.mode in IN_PERSON]
    if not weeks:
        return []
    session, reach = db_session(), current_actor().reach(VIEW_SCHEDULE)
    found = sessions_elsewhere(session, cohort, (_midnight(weeks[0][0] - DAY), _midnight(weeks[-1][1] + DAY)))
    busy: dict[int, list[Booking]] = {}
    for booking in found:
        if any(first <= booking.day <= last for first, last in weeks):
            busy.setdefault(booking.cohort_id, []).append(booking)
    cohorts = {key: row for key, row in cohorts_met(session, busy).items() if in_reach(reach, row)}
    return [_meeting(bookings, cohorts.get(key), lang) for key, bookings in busy.items()]


def _meeting(bookings: Sequence[Booking], cohort: Cohort | None, lang: str) -> str:
    people = frozenset[int]().union(*(booking.people for booking in bookings))
    days = sorted({booking.day for booking in bookings})
    where = _("in “%(title)s”", title=cohort.title.best(lang)[0]) if cohort else _("in another programme")
    return str(
        ngettext(
            "%(num)s person of this cohort is %(where)s on %(days)s.",
            "%(num)s people of this cohort are %(where)s on %(days)s.",
            len(people),
            where=where,
            days=short_days(days, lang),
        )
    )


def _midnight(day: date) -> datetime:
    return datetime.combine(day, datetime.min.time(), tzinfo=UTC)
