"""Commands: programme files, cohorts and rosters."""

import json
from pathlib import Path

import click
from flask.cli import with_appcontext

from app.accounts.rules import EVERYWHERE
from app.cli import command_session
from app.kernel import clock
from app.kernel.errors import DomainError
from app.kernel.partial_date import PartialDate
from app.kernel.words import Message
from cohorts.programme_file import read_programme
from cohorts.queries import get_cohort, get_programme
from cohorts.roster.columns import Roster, read_roster
from cohorts.roster.reasons import Verdict
from cohorts.schema import ProgrammeDocument
from cohorts.services import RosterReport, check_roster, create_cohort, import_programme, import_roster


def _bytes_of(path: Path, *, at_most: int) -> bytes:
    """The bytes of a file, one more than allowed at most: enough to refuse it."""
    try:
        with path.open("rb") as file:
            return file.read(at_most + 1)
    except OSError as error:
        raise DomainError(Message("%(path)s could not be read.", path=str(path))) from error


FILE = click.Path(path_type=Path)
MEGABYTE = 1024 * 1024


@click.group("programmes")
def programmes_group() -> None:
    """Programme files."""


@programmes_group.command("import")
@click.argument("file", type=FILE)
@click.option("--dry-run", is_flag=True, help="Check the file and say what would happen; write nothing.")
@with_appcontext
def import_file(file: Path, *, dry_run: bool) -> None:
    """Take in a programme from FILE (YAML). The same file again changes nothing."""
    with command_session() as session:
        document = read_programme(_bytes_of(file, at_most=MEGABYTE))
        outcome = import_programme(session, document=document, actor=None, now=clock.now())
        code = outcome.programme.code
        parts = [f"outline version {outcome.outline_added}"] if outcome.outline_added else []
        parts += [f"cohort {cohort.code}" for cohort in outcome.cohorts]
        said = ", ".join(["imported", *parts]) if outcome.changed else "nothing has changed"
        if dry_run:
            session.rollback()
    click.echo(f"{code}: {said}{' (dry run: nothing was written)' if dry_run else ''}")


@programmes_group.command("schema")
def schema() -> None:
    """Print what a programme file may say, as JSON Schema."""
    click.echo(json.dumps(ProgrammeDocument.model_json_schema(), indent=2, ensure_ascii=False))


@click.group("cohorts")
def cohorts_group() -> None:
    """Cohorts and their people."""


@cohorts_group.command("create")
@click.argument("code")
@click.option("--programme", required=True, help="Code of the programme.")
@click.option("--starts-on", default=None, help="First day (YYYY-MM-DD) or month (YYYY-MM), if it is known.")
@click.option("--ends-on", default=None, help="Last day or month, if it is known.")
@click.option("--size", type=click.IntRange(1, 100_000), default=None, help="Planned number of people.")
@click.option("--time-zone", default=clock.HOME_ZONE, show_default=True, help="Home time zone.")
@with_appcontext
def create(
    code: str, programme: str, starts_on: str | None, ends_on: str | None, size: int | None, time_zone: str
) -> None:
    """Create the cohort CODE of a programme."""
    with command_session() as session:
        create_cohort(
            session,
            programme=get_programme(session, EVERYWHERE, programme),
            code=code,
            starts_on=_date(starts_on),
            ends_on=_date(ends_on),
            planned_size=size,
            time_zone=time_zone,
            actor=None,
            now=clock.now(),
        )
    click.echo(f"{code}: created")


def _date(text: str | None) -> PartialDate | None:
    if text is None:
        return None
    try:
        return PartialDate.parse(text)
    except ValueError:
        raise DomainError(Message("%(text)s is neither a day (YYYY-MM-DD) nor a month (YYYY-MM).", text=text)) from None


@cohorts_group.command("import-roster")
@click.argument("cohort")
@click.argument("file", type=FILE)
@click.option("--dry-run", is_flag=True, help="Say what would happen to each row; write nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@with_appcontext
def roster_command(cohort: str, file: Path, *, dry_run: bool, as_json: bool) -> None:
    """Enrol the people of FILE (CSV or XLSX) in COHORT. Bad rows are named, good ones go in."""
    with command_session() as session:
        intake = get_cohort(session, EVERYWHERE, cohort)
        roster = read_roster(_bytes_of(file, at_most=5 * MEGABYTE))
        if dry_run:
            report = check_roster(session, cohort=intake, rows=roster.rows)
        else:
            report = import_roster(session, cohort=intake, rows=roster.rows, actor=None, now=clock.now())
        text = _as_json(roster, report, dry_run=dry_run) if as_json else _as_text(report, dry_run=dry_run)
    click.echo(text)


def _as_json(roster: Roster, report: RosterReport, *, dry_run: bool) -> str:
    """The report for programs: verdicts and reasons by code."""
    rows = [
        {"row": row.entry.row, "verdict": str(row.verdict), "reasons": [reason.name for reason in row.all_reasons]}
        for row in report.judged
    ]
    content = {
        "file": {"accepted": True, "encoding": roster.encoding, "delimiter": roster.delimiter},
        "dry_run": dry_run,
        "taken": report.taken,
        "updated": report.updated,
        "rows": rows,
    }
    return json.dumps(content, indent=1, ensure_ascii=False)


def _as_text(report: RosterReport, *, dry_run: bool) -> str:
    """The report for people: what needs them, then the counts."""
    lines = [
        f"row {row.entry.row}: {row.verdict}: {row.entry.shown or '–'}: "
        + " ".join(str(reason.message) for reason in row.all_reasons)
        for row in report.judged
        if row.all_reasons
    ]
    counts = ", ".join(f"{verdict} {number}" for verdict, number in report.counts.items() if number)
    would = report.goes_in if dry_run else report.taken
    verb = "would be taken in (dry run: nothing was written)" if dry_run else "taken in"
    changed = report.counts[Verdict.CHANGED] if dry_run else report.updated
    return "\n".join([*lines, counts, f"{would} {verb}, {changed} {'to be updated' if dry_run else 'updated'}"])


commands = (programmes_group, cohorts_group)
