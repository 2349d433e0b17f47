"""Working calendars: the days of each country by year, and changing them."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.kernel.countries import country_name
from app.kernel.errors import NotFoundError
from app.web.forms import Form, submitted
from app.web.locale import chosen_language
from app.web.pages import page
from app.web.policy import requires
from app.web.request import current_actor, db_session, moment
from modules.forms.planning import DAY_KINDS, DayForm, RemoveDayForm, YearForm
from modules.models import WorkingCalendar
from modules.queries.calendars import NO_CALENDAR, days_of, get_calendar, latest_calendars, versions_of
from modules.rules.access import MANAGE_CALENDARS
from modules.rules.calendars import HOME_COUNTRY, known_countries
from modules.rules.times import YEARS, read_day
from modules.services.calendars import change_calendar, seed_calendar

blueprint = Blueprint("calendars", __name__, template_folder="../templates")


@blueprint.route("/calendars/", methods=["GET", "POST"])
@requires(MANAGE_CALENDARS)
def index() -> ResponseReturnValue:
    """List the countries that have a calendar; make one for another country from the library."""
    session, lang = db_session(), chosen_language()
    held = latest_calendars(session)
    form = YearForm()
    named = sorted((country_name(code, lang), code) for code in known_countries() if code not in held)
    form.country.choices = [(code, name) for name, code in named]

    def act() -> None:
        seed_calendar(
            session,
            country=form.country.data,
            years=[form.year.data or 0],
            actor=current_actor(),
            now=moment(),
            expected=0,
        )

    if submitted(form, act):
        flash(_("The calendar was made from the library. Compare it with the official one."))
        return redirect(url_for(".country", country=form.country.data, year=form.year.data))
    if request.method == "GET":
        form.country.data = HOME_COUNTRY if HOME_COUNTRY not in held else form.country.data
        form.year.data = moment().year
    rows = sorted((country_name(code, lang), calendar, _years(calendar)) for code, calendar in held.items())
    return page("modules/calendars.html", form=form, rows=rows)


@blueprint.route("/calendars/<country>", methods=["GET", "POST"])
@requires(MANAGE_CALENDARS)
def country(country: str) -> ResponseReturnValue:
    """Show a year of a country's calendar (``?year=``, ``?version=``); add a day or change it."""
    session, calendar = db_session(), get_calendar(db_session(), country)
    form = DayForm()
    form.kind.choices = [(str(kind), str(label)) for kind, label in DAY_KINDS.items()]

    def act() -> None:
        change_calendar(
            session,
            country=calendar.country,
            expected=form.version.data or 0,
            add=[form.value()],
            note=form.note.data,
            actor=current_actor(),
            now=moment(),
        )

    if submitted(form, act):
        flash(_("The day was saved as the next version of the calendar."))
        return redirect(url_for(".country", country=country, year=_year_of(form.day.data)))
    if request.method == "GET":
        chosen = read_day(request.args.get("day", ""))
        known = next((day for day in days_of(calendar) if day.day == chosen), None)
        if known:
            form.fill(known)
        else:
            form.day.data = chosen
    return _page(calendar, form)


@blueprint.post("/calendars/<country>/remove")
@requires(MANAGE_CALENDARS)
def remove(country: str) -> ResponseReturnValue:
    """Take a day out: it is a usual day again."""
    session, calendar = db_session(), get_calendar(db_session(), country)
    form = RemoveDayForm()

    def act() -> None:
        change_calendar(
            session,
            country=calendar.country,
            expected=form.version.data or 0,
            remove=[day for day in (form.day.data,) if day],
            actor=current_actor(),
            now=moment(),
        )

    if submitted(form, act):
        flash(_("The day is a usual day again in the next version of the calendar."))
        return redirect(url_for(".country", country=country, year=_year_of(form.day.data)))
    return _refused(calendar, form)


@blueprint.post("/calendars/<country>/year")
@requires(MANAGE_CALENDARS)
def year(country: str) -> ResponseReturnValue:
    """Add a year from the library; a year that is there already stays as it is."""
    session, calendar = db_session(), get_calendar(db_session(), country)
    form = YearForm()
    form.country.choices = [(calendar.country, calendar.country)]
    form.country.data = calendar.country

    def act() -> None:
        seed_calendar(
            session,
            country=calendar.country,
            years=[form.year.data or 0],
            actor=current_actor(),
            now=moment(),
            expected=form.version.data,
        )

    if submitted(form, act):
        flash(_("The year was added from the library. Compare it with the official calendar."))
        return redirect(url_for(".country", country=country, year=form.year.data))
    return _refused(calendar, form)


def _refused(calendar: WorkingCalendar, pressed: Form) -> ResponseReturnValue:
    """The page again, with what was wrong about a press."""
    form = DayForm(formdata=None)
    form.kind.choices = [(str(kind), str(label)) for kind, label in DAY_KINDS.items()]
    form.form_errors.extend([*pressed.form_errors, *(text for texts in pressed.errors.values() for text in texts)])
    return _page(calendar, form)


def _page(latest: WorkingCalendar, form: DayForm) -> ResponseReturnValue:
    session, lang = db_session(), chosen_language()
    wanted = request.args.get("version", "")
    calendar = get_calendar(session, latest.country, int(wanted)) if _is_number(wanted) else latest
    years = _years(calendar)
    asked = request.args.get("year", "")
    this_year = moment().year
    shown = int(asked) if _is_number(asked) and int(asked) in YEARS else None
    shown = shown or (this_year if this_year in years else years[-1] if years else this_year)
    versions = versions_of(session, calendar.country)
    if not versions:
        raise NotFoundError(NO_CALENDAR)
    form.version.data = latest.number
    context: dict[str, Any] = {
        "calendar": calendar,
        "latest": latest,
        "name": country_name(calendar.country, lang),
        "year": shown,
        "years": sorted({*years, shown}),
        "next_year": next(n for n in range(this_year, YEARS[-1] + 1) if n not in years),
        "days": [day for day in days_of(calendar) if day.day.year == shown],
        "maker": next((name for row, name in versions if row.id == calendar.id), None),
        "versions": versions,
    }
    return page("modules/calendar.html", form=form, **context)


def _years(calendar: WorkingCalendar) -> Sequence[int]:
    return sorted({row.day.year for row in calendar.days})


def _year_of(day: date | None) -> int | None:
    return day.year if day else None


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < len("100000")
