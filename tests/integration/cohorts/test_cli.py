"""The commands, as somebody types them."""

import json
from pathlib import Path

import pytest
from flask.testing import FlaskCliRunner
from sqlalchemy import func, select

from cohorts.models import Cohort, Enrolment, Programme
from tests.integration.cohorts.world import PROGRAMMES, ROOT, ROSTERS, World

DIRTY = str(ROSTERS / "kel-2024_dirty_ru_utf8sig.csv")


def people(world: World) -> int:
    return world.session.scalar(select(func.count()).select_from(Enrolment)) or 0


def test_a_programme_is_imported_once(cli: FlaskCliRunner, world: World) -> None:
    again = cli.invoke(args=["programmes", "import", str(PROGRAMMES / "kel-now.yaml")])
    assert (again.exit_code, again.output) == (0, "kel-now: nothing has changed\n")
    assert world.session.scalar(select(func.count()).select_from(Programme)) == 2


def test_a_dry_run_writes_nothing(cli: FlaskCliRunner, world: World, tmp_path: Path) -> None:
    text = (PROGRAMMES / "kel-now.yaml").read_text(encoding="utf-8").replace("code: kel-now", "code: kel-new")
    file = tmp_path / "kel-new.yaml"
    file.write_text(text, encoding="utf-8")
    dry = cli.invoke(args=["programmes", "import", str(file), "--dry-run"])
    assert dry.output == "kel-new: imported, outline version 1 (dry run: nothing was written)\n"
    assert world.session.scalar(select(func.count()).select_from(Programme)) == 2
    assert cli.invoke(args=["programmes", "import", str(file)]).exit_code == 0
    assert world.session.scalar(select(func.count()).select_from(Programme)) == 3


def test_a_wrong_programme_file_is_refused_whole_with_lines(cli: FlaskCliRunner, world: World, tmp_path: Path) -> None:
    file = tmp_path / "wrong.yaml"
    file.write_text("organisations: []\nprogramme:\n  code: x\n  kind: party\n", encoding="utf-8")
    result = cli.invoke(args=["programmes", "import", str(file)])
    assert result.exit_code == 1
    assert "Line 4: programme.kind: " in result.stderr
    assert result.stderr.splitlines()[-1] == "The programme file was refused; nothing was written."
    assert "Traceback" not in result.output
    assert world.session.scalar(select(func.count()).select_from(Programme)) == 2


@pytest.mark.parametrize("command", [["programmes", "import"], ["cohorts", "import-roster", "kel-1"]])
def test_a_file_that_cannot_be_read_is_one_line(
    cli: FlaskCliRunner, world: World, command: list[str], tmp_path: Path
) -> None:
    for path in (tmp_path / "nothing.csv", tmp_path):
        result = cli.invoke(args=[*command, str(path)])
        assert (result.exit_code, result.stderr) == (1, f"{path} could not be read.\n")
    assert people(world) == 0


def test_the_schema_is_json_schema(cli: FlaskCliRunner) -> None:
    schema = json.loads(cli.invoke(args=["programmes", "schema"]).output)
    assert {"organisations", "programme", "outline", "agreement", "cohorts"} == set(schema["properties"])


def test_a_roster_is_imported_with_a_report_by_row(cli: FlaskCliRunner, world: World) -> None:
    dry = cli.invoke(args=["cohorts", "import-roster", "kel-1", DIRTY, "--dry-run"])
    assert dry.output.splitlines()[-1] == "21 would be taken in (dry run: nothing was written), 0 to be updated"
    assert people(world) == 0
    done = cli.invoke(args=["cohorts", "import-roster", "kel-1", DIRTY])
    lines = done.output.splitlines()
    assert lines[-2:] == ["new 21, same 2, lookalike 1, refused 12", "21 taken in, 0 updated"]
    assert "row 28: refused: Қиялбаева Айгерім Тестовна: The IIN reads 9,90012E+11" in done.output
    assert people(world) == 21
    again = cli.invoke(args=["cohorts", "import-roster", "kel-1", DIRTY])
    assert again.output.splitlines()[-1] == "0 taken in, 0 updated"


def test_the_report_for_programs_is_as_written_down(cli: FlaskCliRunner, world: World) -> None:
    result = cli.invoke(args=["cohorts", "import-roster", "kel-1", DIRTY, "--dry-run", "--json"])
    report = json.loads(result.output)
    expected = json.loads((ROSTERS / "kel-2024_dirty_expected.json").read_text(encoding="utf-8"))
    assert (report["file"], report["rows"]) == (expected["file"], expected["rows"])
    assert people(world) == 0


def test_the_clean_rosters_go_in(cli: FlaskCliRunner, world: World) -> None:
    for file, number in ((ROOT / "demo/rosters/kel-now.xlsx", 33), (ROSTERS / "um-2020_25_ru_utf8sig_titles.csv", 25)):
        result = cli.invoke(args=["cohorts", "import-roster", "kel-1", str(file)])
        assert result.output.splitlines()[-1] == f"{number} taken in, 0 updated"
    assert people(world) == 58


def test_an_unknown_cohort_is_one_line(cli: FlaskCliRunner, world: World) -> None:
    result = cli.invoke(args=["cohorts", "import-roster", "kel-99", DIRTY])
    assert (result.exit_code, len(result.stderr.splitlines())) == (1, 1)
    assert people(world) == 0


def test_a_cohort_is_created(cli: FlaskCliRunner, world: World) -> None:
    command = ["cohorts", "create", "kel-9", "--programme", "kel-now", "--starts-on", "2027-03-01", "--size", "30"]
    assert cli.invoke(args=command).output == "kel-9: created\n"
    assert world.session.scalars(select(Cohort).where(Cohort.code == "kel-9")).one().planned_size == 30
    assert "is taken" in cli.invoke(args=command).stderr
    wrong = cli.invoke(args=["cohorts", "create", "kel-8", "--programme", "kel-now", "--starts-on", "soon"])
    assert (wrong.exit_code, wrong.stderr) == (1, "soon is neither a day (YYYY-MM-DD) nor a month (YYYY-MM).\n")
