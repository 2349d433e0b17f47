"""What `make` needs and does not find is said in one sentence, before anything is done; the lock is whole."""

import os
import re
import shutil
import socket
import subprocess
import tomllib
from pathlib import Path

import pytest

from tests.contracts.house import ROOT


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """As much of a fresh clone as the set-up reads."""
    folder = tmp_path / "clone"
    folder.mkdir()
    for name in ("Makefile", "requirements.lock"):
        shutil.copyfile(ROOT / name, folder / name)
    return folder


def make(clone: Path, *arguments: str, **environment: str) -> tuple[list[str], list[str]]:
    """Run make, which must fail; returns the lines of stdout and stderr, without make's own last word."""
    outside = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS", "PORT"))}
    done = subprocess.run(
        ["make", "--no-print-directory", *arguments],
        cwd=clone,
        env={**outside, "LC_ALL": "C", **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    return done.stdout.splitlines(), [line for line in done.stderr.splitlines() if not line.startswith("make: ")]


def interpreter(folder: Path, body: str) -> str:
    """A stand-in for python3."""
    path = folder / "python-of-the-test"
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return str(path)


def test_no_python(clone: Path) -> None:
    _, said = make(clone, "demo", "PYTHON=python-that-is-not-there")

    assert len(said) == 1
    assert "needs Python 3.11 or newer, and python-that-is-not-there is not on this machine" in said[0]


def test_an_old_python(clone: Path) -> None:
    old = interpreter(clone, 'case "$2" in *print*) echo 3.9 ;; *) exit 1 ;; esac')

    _, said = make(clone, "demo", f"PYTHON={old}")

    assert len(said) == 1
    assert f"{old} is 3.9" in said[0]


def test_python_without_venv(clone: Path) -> None:
    without = interpreter(clone, 'case "$2" in *ensurepip*) exit 1 ;; *) exec python3 "$@" ;; esac')

    _, said = make(clone, "env", f"PYTHON={without}")

    assert len(said) == 1
    assert "apt-get install python3-venv" in said[0]


def test_no_network(clone: Path) -> None:
    printed, said = make(clone, "env", PIP_NO_INDEX="1", PIP_FIND_LINKS="")

    assert len(printed) == 1
    assert len(said) == 1
    assert "could not be installed: check the network and run make again" in said[0]
    assert not list((clone / ".venv").glob("lock-*"))


def test_a_used_port_is_said_before_the_long_work(clone: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        printed, said = make(clone, "demo", f"PORT={port}")

    assert printed == []
    assert said == [f"Port {port} is in use: stop what listens there, or choose another: make demo PORT=8001"]


@pytest.mark.parametrize("port", ["http", "0", "70000", '8000"; exit 0'])
def test_a_port_that_is_none(clone: Path, port: str) -> None:
    _, said = make(clone, "demo", PORT=port)

    assert said == [f'PORT must be a number from 1 to 65535, not "{port}".']


def test_the_lock_has_every_requirement_with_hashes_and_names_no_registry() -> None:
    lock = (ROOT / "requirements.lock").read_text()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    names = {re.split(r"[\[<>=]", requirement)[0].lower() for requirement in wanted}
    entries = [entry for entry in re.split(r"(?m)^(?=[a-z])", lock) if not entry.startswith("#")]

    assert names <= {entry.split("==")[0] for entry in (e.replace("[binary]", "") for e in entries)}
    assert [entry for entry in entries if "--hash=sha256:" not in entry] == []
    assert "://" not in lock
