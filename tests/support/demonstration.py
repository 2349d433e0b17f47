"""The whole demonstration, made once for a run of the tests and lent as copies."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask_migrate import upgrade

from app.kernel import clock
from app.settings import Settings
from demo.seed import seed
from tests.support.database import application, settings_for

PASSWORD = "тәжірибе 2026 demo"
FEATURES = ("cohorts", "modules", "projects", "certificates", "demo")


@dataclass(frozen=True)
class Demonstration:
    """A folder with the demonstration's database and files, as it was just after it was made."""

    folder: Path

    def copy(self, folder: Path) -> Path:
        """A copy that a test may change."""
        return Path(shutil.copytree(self.folder, folder))


def demo_settings(folder: Path, **changes: Any) -> Settings:  # noqa: ANN401 - the settings' own types
    """The settings of a demonstration in a folder."""
    given = {"DEMO": True, "DEMO_PASSWORD": PASSWORD, "FEATURES": FEATURES, **changes}
    return settings_for(f"sqlite:///{folder / 'jetekshi.sqlite'}", folder, **given)


@pytest.fixture(scope="session")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Demonstration:
    """The demonstration of today, on SQLite."""
    folder = tmp_path_factory.mktemp("demonstration")
    with application(demo_settings(folder)) as app, app.app_context():
        upgrade()
        seed(app.extensions["settings"], today=clock.day_of(clock.now()))
    return Demonstration(folder)


@pytest.fixture
def demo_app(demonstration: Demonstration, tmp_path: Path) -> Iterator[Flask]:
    """An application on a copy of the demonstration, where commits are real."""
    with application(demo_settings(demonstration.copy(tmp_path / "demo"))) as app:
        yield app
