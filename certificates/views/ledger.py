"""What pages and workbooks show of a completion ledger, in the reader's language."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from flask import current_app, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup

from app.accounts.rules import Actor
from app.kernel.spreadsheet import spreadsheet
from app.kernel.tri import Tri
from app.kernel.words import Message
from app.people.queries import display_name
from app.web import formats
from app.web.locale import chosen_language, translate
from app.web.policy import policy_of
from certificates.queries.completion import Ledger, Row, Unit
from certificates.rules.completion import Condition, Item, Standing
from cohorts.conditions import Evidence, Verdict
from cohorts.enums import ENROLMENT_STATUS_LABELS, EnrolmentStatus
from cohorts.models import Cohort
from cohorts.queries import in_reach
from cohorts.schema import AttendanceSpec
from cohorts.views.present import EXCUSED_WORDS

ICONS = {Verdict.MET: "check", Verdict.NOT_MET: "cross", Verdict.OPEN: "clock"}
TONES = {Verdict.MET: "is-ok", Verdict.NOT_MET: "is-bad", Verdict.OPEN: ""}
UNIT_OF = {
    "person": Message("the person"),
    "group": Message("the group"),
    "organisation": Message("the organisation"),
    "university": Message("the university"),
}
EACH = {
    "person": Message("each person"),
    "group": Message("each group"),
    "organisation": Message("each organisation"),
    "university": Message("each university"),
}
STANDING_WORDS = {
    Standing.COMPLETE: Message("Complete"),
    Standing.MISSING: Message("Not complete"),
    Standing.OPEN: Message("Still open"),
}
STANDING_TAGS = {Standing.COMPLETE: "ok", Standing.MISSING: "no", Standing.OPEN: "wait"}


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure over the ledger; ``tone`` as the classes of ``score``."""

    label: str
    number: int
    small: str = ""
    tone: str = ""


def heading(found: Ledger) -> str:
    """The answer as a title: how many units are complete."""
    done, total = found.score
    if found.unit == "university":
        return str(
            ngettext(
                "Completion: %(done)s of %(num)s university",
                "Completion: %(done)s of %(num)s universities",
                total,
                done=done,
            )
        )
    if found.unit == "organisation":
        return str(
            ngettext(
                "Completion: %(done)s of %(num)s organisation",
                "Completion: %(done)s of %(num)s organisations",
                total,
                done=done,
            )
        )
    if found.unit == "group":
        return str(
            ngettext(
                "Completion: %(done)s of %(num)s group", "Completion: %(done)s of %(num)s groups", total, done=done
            )
        )
    return heading_of_people(done, total)


def heading_of_people(done: int, total: int) -> str:
    """The same, counted in people."""
    return str(
        ngettext("Completion: %(done)s of %(num)s person", "Completion: %(done)s of %(num)s people", total, done=done)
    )


def column(condition: Condition) -> str:
    """A condition in a word or two."""
    if isinstance(condition, AttendanceSpec):
        return str(_("Attendance"))
    return _capital(_named(condition.title.tri())) if condition.title else str(_("Project"))


def source(condition: Condition) -> str:
    """What shows how a condition stands, in a word."""
    return str(_("Attendance") if isinstance(condition, AttendanceSpec) else _("Minutes"))


def rule(found: Ledger) -> list[tuple[str, str, str]]:
    """The conditions as the programme states them: (icon, for whom, what)."""
    return [
        (
            "user" if condition.unit == "person" else "team",
            translate(EACH["person" if condition.unit == "person" else found.unit]),
            _asks(condition),
        )
        for condition in found.rule.conditions
    ]


def _asks(condition: Condition) -> str:
    if isinstance(condition, AttendanceSpec):
        excused = translate(EXCUSED_WORDS[condition.excused])
        said = str(_("attendance %(n)s%% or more, %(excused)s", n=condition.at_least, excused=excused))
    elif condition.title:
        said = str(_("the commission accepted: %(title)s", title=_named(condition.title.tri())))
    else:
        said = str(_("the commission accepted the project"))
    inferred = str(_("our inference"))
    return f"{said} ({inferred})" if condition.assumed else said


def title(condition: Condition) -> str:
    """A condition as a line of the rule."""
    if isinstance(condition, AttendanceSpec):
        return str(_("Attendance %(n)s%% or more", n=condition.at_least))
    if condition.title:
        return str(_("The commission accepted: %(title)s", title=_named(condition.title.tri())))
    return str(_("The commission accepted the project"))


def _named(text: Tri) -> str:
    return text.best(chosen_language())[0]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def unit_of(condition: Condition, found: Ledger) -> str:
    """For whom a condition counts."""
    return translate(UNIT_OF["person" if condition.unit == "person" else found.unit])


def figures(found: Ledger) -> list[Figure]:
    """What stands over the table."""
    rows, listed = len(found.rows), []
    if found.unit != "person":
        done, total = found.score
        label = {
            "university": _("Universities complete"),
            "organisation": _("Organisations complete"),
            "group": _("Groups complete"),
        }[found.unit]
        listed.append(Figure(label, done, _of(total), "is-ok"))
    listed.append(Figure(_("People complete"), found.count(Standing.COMPLETE), _of(rows), "is-ok"))
    listed += [_figure(found, condition) for condition in found.rule.conditions]
    still, waived = found.count(Standing.OPEN), sum(bool(row.waived) for row in found.rows)
    if still:
        listed.append(Figure(_("Still open"), still, ngettext("person", "people", still)))
    if waived:
        listed.append(Figure(_("Waived"), waived, ngettext("person", "people", waived), "is-chg"))
    return listed


def _of(total: int) -> str:
    return str(_("of %(n)s", n=total))


def _figure(found: Ledger, condition: Condition) -> Figure:
    failed = found.without(condition, decided=True)[1]
    if isinstance(condition, AttendanceSpec):
        waits = found.without(condition, decided=False)[1]
        label = _("Did not reach %(n)s%% attendance", n=condition.at_least)
        tone = "is-bad" if failed else "" if waits else "is-ok"
        small = ngettext("person", "people", failed)
        low = sum(bool(so_far(item)) for row in found.rows for item in row.items if item.condition == condition)
        if low:
            small += " · " + _("below so far: %(n)s", n=low)
        return Figure(label, failed, small, tone or ("is-chg" if low else ""))
    groups, people = found.without(condition, decided=False)
    tone = "is-bad" if failed else "" if people else "is-ok"
    label = _("Not accepted: %(title)s", title=_named(condition.title.tri())) if condition.title else _("Not accepted")
    return Figure(label, groups, _with_people(found.unit, groups, people), tone)


def _with_people(unit: str, groups: int, people: int) -> str:
    """What a number of teams is, and how many people they are: "universities, 3 people"."""
    words = {
        "university": ngettext("university", "universities", groups),
        "organisation": ngettext("organisation", "organisations", groups),
        "group": ngettext("group", "groups", groups),
    }
    return f"{words[unit]}, {ngettext('%(num)s person', '%(num)s people', people)}"


def unit_name(unit: Unit, found: Ledger) -> Markup | str:
    """The name of a unit, or what its people have in common: that they have none."""
    if isinstance(unit.name, Tri):
        return formats.tri(unit.name, chosen_language())
    if unit.key is not None:
        return str(_("Group %(label)s", label=unit.name))
    return str(_("In no group") if found.unit == "group" else _("No organisation is known"))


def verdict_words(row: Row) -> str:
    """The verdict on a person, with how many conditions were waived."""
    if row.complete and row.waived:
        return str(ngettext("Complete, %(num)s waived", "Complete, %(num)s waived", len(row.waived)))
    return translate(STANDING_WORDS[row.standing])


def verdict_tag(row: Row) -> str:
    """The kind of tag for it."""
    return "chg" if row.complete and row.waived else STANDING_TAGS[row.standing]


def decided(row: Row) -> str:
    """What was decided by an order or issued already; "" while nothing was."""
    if row.certificate:
        return row.certificate
    status = row.enrolment.status
    return "" if status == EnrolmentStatus.ENROLLED else str(_("by order: %(status)s", status=_lower(status)))


def _lower(status: EnrolmentStatus) -> str:
    word = translate(ENROLMENT_STATUS_LABELS[status])
    return word[:1].lower() + word[1:]


def tone(item: Item) -> str:
    """The class of a result: waived, else by its verdict."""
    return "is-chg" if item.waived or so_far(item) else TONES[item.finding.verdict]


def sign(item: Item) -> str:
    """The icon of a result."""
    return "swap" if item.waived else "alert" if so_far(item) else ICONS[item.finding.verdict]


def so_far(item: Item) -> str:
    """That a percentage which is still open is too low today, in words; else ""."""
    values, condition = item.finding.said.values, item.condition
    counted, attended = values.get("counted"), values.get("attended")
    if item.waived or item.finding.verdict is not Verdict.OPEN or not isinstance(condition, AttendanceSpec):
        return ""
    if not isinstance(counted, int) or not isinstance(attended, int) or attended * 100 >= counted * condition.at_least:
        return ""
    return str(_("below %(n)s%% so far", n=condition.at_least))


class Links:
    """Writes evidence: a link where the reader may open the page, else its name."""

    def __init__(self, actor: Actor, cohort: Cohort) -> None:
        self.actor, self.cohort = actor, cohort
        self.open: dict[str, bool] = {}

    def __call__(self, piece: Evidence, word: str = "") -> Markup:
        """One piece of evidence as markup.

        Args:
            word: stands for its name where there is little room; the name is read out.

        """
        label: Markup | str = translate(piece.label)
        if word:
            label = Markup('{}<span class="vh"> ({})</span>').format(word, label)
        if not piece.endpoint or not self._may_open(piece.endpoint):
            return Markup("<span>{}</span>").format(label)
        return Markup('<a href="{}">{}</a>').format(url_for(piece.endpoint, **piece.values), label)

    def _may_open(self, endpoint: str) -> bool:
        if endpoint not in self.open:
            view = current_app.view_functions.get(endpoint)
            policy = policy_of(view) if view else None
            wanted = policy.permission if policy else None
            self.open[endpoint] = wanted is not None and in_reach(self.actor.reach(wanted), self.cohort)
        return self.open[endpoint]


def by_unit(found: Ledger, rows: Iterable[Row]) -> list[tuple[Unit, tuple[Row, ...]]]:
    """Rows under their units, in the ledger's order."""
    units = {unit.key: unit for unit in found.units}
    key = (lambda _row: None) if found.unit == "person" else (lambda row: row.unit)
    return [(units[unit], tuple(group)) for unit, group in groupby(rows, key=key)]


def workbook(found: Ledger, cohort: Cohort, *, at: datetime) -> bytes:
    """The ledger as XLSX."""
    lang = chosen_language()
    headings = [(_("No."), 6), (_("Person"), 44)]
    if found.unit != "person":
        headings.append((_capital(translate(UNIT_OF[found.unit])), 44))
    for condition in found.rule.conditions:
        headings += [(title(condition), 24), (_("Evidence"), 30)]
    headings += [(_("Waived"), 40), (_("Verdict"), 18), (_("Status"), 16), (_("Certificate"), 22)]
    rows = [
        _cells(place, unit, row, found, lang)
        for place, (unit, row) in enumerate(((unit, row) for unit in found.units for row in unit.rows), start=1)
    ]
    return spreadsheet(headings, rows, title=f"{cohort.code} {at:%Y-%m-%d}")


def _cells(place: int, unit: Unit, row: Row, found: Ledger, lang: str) -> Sequence[str]:
    cells = [str(place), display_name(row.enrolment.person, lang)]
    if found.unit != "person":
        name = unit.name.best(lang)[0] if isinstance(unit.name, Tri) else unit.name
        cells.append(name if unit.key is not None else "")
    for item in row.items:
        cells += [translate(item.finding.said), "; ".join(translate(piece.label) for piece in item.finding.evidence)]
    waived = [
        f"{column(item.condition)}: {item.waiver.reason} ({item.waiver.document})" for item in row.waived if item.waiver
    ]
    status = translate(ENROLMENT_STATUS_LABELS[row.enrolment.status])
    return [*cells, "; ".join(waived), verdict_words(row), status, row.certificate]
