"""The settings of the demonstration are written once, and an older demonstration gets the packages that are new."""

import os
from pathlib import Path

import pytest

from demo import settings


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the settings shall be; nothing of this process is changed."""
    path = tmp_path / "var" / "settings.env"
    monkeypatch.setattr(settings, "FILE", path)
    monkeypatch.setattr(os, "environ", {})
    return path


def test_they_are_written_once_for_their_owner_alone(file: Path) -> None:
    settings.ensure(8001)
    first = file.read_text(encoding="utf-8")
    settings.ensure(8002)
    assert file.read_text(encoding="utf-8") == first
    assert "BASE_URL='http://127.0.0.1:8001'" in first
    assert file.stat().st_mode & 0o077 == 0


def test_an_older_demonstration_keeps_its_key_and_gets_the_new_packages(file: Path) -> None:
    file.parent.mkdir(parents=True)
    file.write_text("SECRET_KEY='kept'\nFEATURES='[\"cohorts\", \"demo\"]'\n", encoding="utf-8")
    settings.ensure(8001)
    assert file.read_text(encoding="utf-8") == f"SECRET_KEY='kept'\nFEATURES='{settings.FEATURES}'\n"
