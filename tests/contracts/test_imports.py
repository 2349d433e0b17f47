"""Imports go the ways that pyproject.toml allows, and each contract sees a violation."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.contracts.house import ROOT

PACKAGES = ("app", "cohorts", "modules", "projects", "certificates", "demo")
# Which line, added to which file, breaks which contract.
PLANTED = {
    "Packages import downwards only": ("cohorts/rules.py", "import modules.enums"),
    "Rooms inside a feature import downwards only": ("certificates/models.py", "import certificates.queries"),
    "Services, queries, models, rules, enums and signals know no web": ("cohorts/queries.py", "import flask"),
    "Rules and enums know no database": ("cohorts/enums.py", "import sqlalchemy"),
    "The kernel knows nothing above it": ("app/kernel/clock.py", "import app.people.enums"),
    "People, accounts and the audit know no jobs and nothing above them": (
        "app/people/enums.py",
        "import app.jobs.bell",
    ),
    "Jobs know no mail and nothing above it": ("app/jobs/rules.py", "import app.mail.rules"),
    "Mail knows no notices and nothing above them": ("app/mail/rules.py", "import app.notices.kinds"),
    "Notices know nothing of what puts the platform together": ("app/notices/kinds.py", "import app.feature"),
    "Nobody but wsgi.py reads config.py": ("app/settings.py", "import config"),
    "The demonstration is made through services, not models": ("demo/__init__.py", "import app.people.models"),
}


def lint(folder: Path) -> str:
    """What import-linter says of the packages in a folder."""
    program = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    command = [sys.executable, "-c", program, "--config", str(ROOT / "pyproject.toml"), "--no-cache"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False).stdout


@pytest.mark.timeout(300)
def test_a_planted_import_breaks_its_contract(tmp_path: Path) -> None:
    for package in PACKAGES:
        shutil.copytree(
            ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("*.mo", "__pycache__", "*.css")
        )
    assert "Contracts: 11 kept, 0 broken." in lint(tmp_path)

    for file, line in PLANTED.values():
        with (tmp_path / file).open("a") as opened:
            opened.write(f"\n{line}\n")
    said = lint(tmp_path)

    assert [name for name in PLANTED if f"{name} BROKEN" not in said] == []
    for file, line in PLANTED.values():
        importer = file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        assert f"{importer} -> {line.removeprefix('import ')}" in said
