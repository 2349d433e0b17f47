"""Pages of the roster import: the file, the check in which nothing is written yet, taking in."""

import re

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from app.kernel.errors import FileRefusedError, NotFoundError
from app.kernel.text import clean
from app.web.downloads import XLSX, send_bytes
from app.web.forms import place
from app.web.locale import translate
from app.web.pages import page
from app.web.policy import requires
from cohorts.enums import CohortStatus
from cohorts.forms import RosterForm
from cohorts.models import RosterUpload
from cohorts.queries import get_upload
from cohorts.roster.columns import RosterRow, read_roster
from cohorts.roster.judging import Judged
from cohorts.roster.reading import MAX_BYTES
from cohorts.roster.reasons import CHOICE_LABELS, VERDICT_LABELS, Choice, Verdict
from cohorts.roster.sheets import blank_sheet, report_sheet
from cohorts.rules import MANAGE_COHORT
from cohorts.services import RosterReport, check_roster, discard_upload, import_roster, keep_upload
from cohorts.views.common import blueprint, desk

SHOWN = 200
FIRST = (Verdict.LOOKALIKE, Verdict.REFUSED, Verdict.CHANGED, Verdict.NEW, Verdict.SAME)
_CHOICE = re.compile("choice-[0-9]{1,9}")
VERDICT_TAGS = {
    Verdict.NEW: "ok",
    Verdict.SAME: "",
    Verdict.CHANGED: "chg",
    Verdict.LOOKALIKE: "ask",
    Verdict.REFUSED: "no",
}


@blueprint.route("/cohorts/<code>/import", methods=["GET", "POST"])
@requires(MANAGE_COHORT)
def roster(code: str) -> ResponseReturnValue:
    """Choose a file; reading it changes nothing."""
    at = desk(code, MANAGE_COHORT)
    form = RosterForm()
    problems: tuple[str, ...] = ()
    if at.cohort.status != CohortStatus.CLOSED and form.validate_on_submit():
        sent = form.file.data
        at.session.rollback()  # reading a workbook takes seconds, in which nobody else should have to wait
        try:
            read = read_roster(sent.stream.read(MAX_BYTES + 1))
        except FileRefusedError as error:
            place(form, error)
            problems = tuple(translate(problem) for problem in error.problems)
        else:
            at = desk(code, MANAGE_COHORT)
            name = clean(sent.filename or "").replace("\\", "/").rpartition("/")[2]
            upload = keep_upload(at.session, cohort=at.cohort, roster=read, file_name=name, actor=at.actor, now=at.now)
            return redirect(url_for("cohorts.roster_check", code=code, token=upload.token))
    return page("cohorts/import_file.html", form=form, problems=problems, **at.frame())


@blueprint.get("/cohorts/<code>/import/sheet.xlsx")
@requires(MANAGE_COHORT)
def roster_sheet(code: str) -> ResponseReturnValue:
    """An empty sheet with the right headings in the page's language."""
    at = desk(code, MANAGE_COHORT)
    name = _("roster")
    return send_bytes(blank_sheet(translate), f"{at.cohort.code}-{name}.xlsx", XLSX)


def _rows(upload: RosterUpload) -> list[RosterRow]:
    return [RosterRow(row["row"], row["language"], row["cells"]) for row in upload.rows["rows"]]


def _ordered(report: RosterReport, wanted: Verdict | None) -> list[Judged]:
    """The rows that need the user first; within a verdict in the order of the file."""
    rows = [row for row in report.judged if wanted in {None, row.verdict}]
    return sorted(rows, key=lambda row: FIRST.index(row.verdict))


@blueprint.get("/cohorts/<code>/import/<token>")
@requires(MANAGE_COHORT)
def roster_check(code: str, token: str) -> ResponseReturnValue:
    """What would become of each row. Nothing has been written yet."""
    at = desk(code, MANAGE_COHORT)
    upload = get_upload(at.session, cohort=at.cohort, token=token, user_id=at.actor.user_id, now=at.now)
    report = check_roster(at.session, cohort=at.cohort, rows=_rows(upload))
    asked = request.args.get("v", "")
    wanted = Verdict(asked) if asked in set(Verdict) else None
    rows = _ordered(report, wanted)
    return page(
        "cohorts/import_check.html",
        upload=upload,
        report=report,
        rows=rows[: max(SHOWN, report.counts[Verdict.LOOKALIKE])],
        more=max(0, len(rows) - max(SHOWN, report.counts[Verdict.LOOKALIKE])),
        wanted=wanted,
        verdicts=VERDICT_LABELS,
        order=FIRST,
        tags=VERDICT_TAGS,
        choices=CHOICE_LABELS,
        **at.frame(),
    )


@blueprint.post("/cohorts/<code>/import/<token>")
@requires(MANAGE_COHORT)
def roster_take(code: str, token: str) -> ResponseReturnValue:
    """Take in what can go in, with the choices made about look-alikes."""
    at = desk(code, MANAGE_COHORT)
    try:
        upload = get_upload(at.session, cohort=at.cohort, token=token, user_id=at.actor.user_id, now=at.now)
    except NotFoundError:  # pressed twice: who pressed looks at what the first press did
        flash(
            _("This file was taken in already, or its day is over. If people are missing here, load it again."), "info"
        )
        return redirect(url_for("cohorts.people", code=code))
    choices = {
        int(name.removeprefix("choice-")): Choice(value)
        for name, value in request.form.items()
        if _CHOICE.fullmatch(name) and value in set(Choice)
    }
    report = import_roster(
        at.session, cohort=at.cohort, rows=_rows(upload), choices=choices, actor=at.actor, now=at.now
    )
    discard_upload(at.session, upload=upload)
    flash(ngettext("%(num)s person was taken in.", "%(num)s people were taken in.", report.taken))
    if report.updated:
        flash(
            ngettext(
                "The details of %(num)s person were updated.",
                "The details of %(num)s people were updated.",
                report.updated,
            ),
            "chg",
        )
    left = report.counts[Verdict.REFUSED] + report.counts[Verdict.LOOKALIKE] - len(choices)
    if left > 0:
        flash(
            ngettext(
                "%(num)s row stayed out. Correct it in the file and load the file again.",
                "%(num)s rows stayed out. Correct them in the file and load the file again.",
                left,
            ),
            "info",
        )
    return redirect(url_for("cohorts.people", code=code))


@blueprint.get("/cohorts/<code>/import/<token>/report.xlsx")
@requires(MANAGE_COHORT)
def roster_report(code: str, token: str) -> ResponseReturnValue:
    """The verdicts as a sheet, in the order of the file."""
    at = desk(code, MANAGE_COHORT)
    upload = get_upload(at.session, cohort=at.cohort, token=token, user_id=at.actor.user_id, now=at.now)
    report = check_roster(at.session, cohort=at.cohort, rows=_rows(upload))
    name = _("check")
    return send_bytes(report_sheet(report.judged, translate), f"{at.cohort.code}-{name}.xlsx", XLSX)
