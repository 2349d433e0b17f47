"""The command line: the same services and checks; what was altered is found and named."""

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskCliRunner
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.accounts.enums import Role
from app.kernel.errors import DomainError
from app.settings import Settings
from certificates.models import Certificate, LogEntry, RenderedFile
from certificates.outlet import renderer
from certificates.payload import Payload
from certificates.services import annul
from certificates.services.files import ensure_files, remember, sheets_of
from certificates.storage import Store, sha256
from tests.integration.certificates.making import NOW, World


@pytest.fixture
def issued(world: World, cli: FlaskCliRunner) -> list[Certificate]:
    """Five certificates issued by the commands, with the installation's own key."""
    world.many(5)
    world.actor(Role.COORDINATOR, name="coordinator")
    world.actor(Role.APPROVER, name="approver")
    words = "certificates propose kel-1 --order 45 --on 2024-07-01 --by coordinator@tests.example"
    proposed = cli.invoke(args=words.split())
    assert proposed.exit_code == 0, proposed.output
    batch = proposed.output.split()[-1]
    for word in ("Issued: 5", "Issued already: 5"):
        done = cli.invoke(args=["certificates", "approve", batch, "--by", "approver@tests.example"])
        assert (done.exit_code, word in done.output) == (0, True)
    return list(world.session.scalars(select(Certificate).order_by(Certificate.sequence)))


@pytest.fixture
def filed(issued: list[Certificate], session: Session, settings: Settings) -> list[Certificate]:
    """The same with their files."""
    store = Store(settings.DATA_DIR)
    made = ensure_files(sheets_of(session, issued), store=store, render=renderer().render)
    remember(session, made, now=NOW)
    session.commit()
    return issued


def test_the_checks_are_those_of_the_pages(world: World, cli: FlaskCliRunner) -> None:
    world.many(1)
    world.actor(Role.COORDINATOR, name="coordinator")
    propose = ["certificates", "propose", "kel-1", "--order", "45", "--on"]
    for date_, email, sentence in (
        ("2024-07-01", "nobody@tests.example", "No open account"),
        ("2024-01-16", "coordinator@tests.example", "cannot be dated before the programme ends"),
    ):
        refused = cli.invoke(args=[*propose, date_, "--by", email])
        assert (refused.exit_code, sentence in refused.stderr) == (1, True)
        assert len(refused.stderr.strip().splitlines()) == 1
    done = cli.invoke(args=[*propose, "2024-07-01", "--by", "coordinator@tests.example"])
    own = cli.invoke(args=["certificates", "approve", done.output.split()[-1], "--by", "coordinator@tests.example"])
    assert (own.exit_code, "no such proposal" in own.stderr) == (1, True)


def test_an_export_holds_what_the_register_hands_out(
    issued: list[Certificate], world: World, cli: FlaskCliRunner, tmp_path: Path
) -> None:
    annul(
        world.session, certificate=issued[0], reason="wrong", actor=world.actor(Role.APPROVER, name="annuls"), now=NOW
    )
    out = tmp_path / "kel.zip"
    done = cli.invoke(args=["certificates", "export", "kel-1", "--out", str(out)])
    assert done.exit_code == 0, done.output
    with zipfile.ZipFile(out) as archive:
        assert len(archive.namelist()) == 5
        assert archive.namelist()[1] == "KEL-2024-000002 Сынақов002 Т.pdf"
    assert [path.name for path in tmp_path.iterdir() if path.suffix in {".zip", ".part"}] == ["kel.zip"]
    missing = cli.invoke(args=["certificates", "export", "nothing", "--out", str(out)])
    assert missing.exit_code == 1


def test_a_file_is_genuine_not_or_unreadable(
    filed: list[Certificate], world: World, cli: FlaskCliRunner, settings: Settings, tmp_path: Path
) -> None:
    path = Store(settings.DATA_DIR).path(filed[0].payload_sha256)
    data, verify = path.read_bytes(), ["certificates", "verify"]
    genuine = cli.invoke(args=[*verify, str(path)])
    assert (genuine.exit_code, genuine.output) == (0, "Genuine: KEL-2024-000001, Сынақов001 Тест\n")
    forged = tmp_path / "forged.pdf"
    forged.write_bytes(data.replace(b"/Creator (Jetekshi)", b"/Creator (Somebody)"))
    altered = cli.invoke(args=[*verify, str(forged)])
    assert (altered.exit_code, "carries the code of KEL-2024-000001, but" in altered.stderr) == (1, True)
    forged.write_bytes(data.replace(filed[0].code.encode(), b"0" * 26))
    assert cli.invoke(args=[*verify, str(forged)]).exit_code == 1
    for unreadable in (b"no pdf", b""):
        forged.write_bytes(unreadable)
        assert cli.invoke(args=[*verify, str(forged)]).exit_code == 2
    assert cli.invoke(args=[*verify, str(tmp_path / "none.pdf")]).exit_code == 2
    assert cli.invoke(args=[*verify, str(tmp_path)]).exit_code == 2
    annul(world.session, certificate=filed[0], reason="wrong", actor=world.actor(Role.APPROVER, name="annuls"), now=NOW)
    ended = cli.invoke(args=[*verify, str(path)])
    assert (ended.exit_code, "KEL-2024-000001 is annulled: wrong" in ended.stderr) == (1, True)


def test_a_whole_register_passes_the_audit_and_a_missing_file_is_no_fault(
    filed: list[Certificate], world: World, cli: FlaskCliRunner, settings: Settings
) -> None:
    annul(world.session, certificate=filed[2], reason="wrong", actor=world.actor(Role.APPROVER, name="annuls"), now=NOW)
    Store(settings.DATA_DIR).path(filed[1].payload_sha256).unlink()
    done = cli.invoke(args=["certificates", "audit"])
    assert (done.exit_code, done.output) == (0, "Whole: 5 certificates, their log, numbers, payloads and files\n")


def allow_changes(session: Session) -> None:
    """Take the triggers away, as somebody would who alters the database itself."""
    if session.get_bind().dialect.name == "sqlite":
        for name in ("log_no_update", "log_no_delete", "frozen", "no_delete"):
            session.execute(text(f"DROP TRIGGER certificate_{name}"))
    else:
        for table in ("certificate_log", "certificate"):
            session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))


def _payload(session: Session, rows: list[Certificate], _: Store) -> str:
    changed = rows[1].payload.replace("Тест", "Тесу")
    session.execute(text("UPDATE certificate SET payload = :p WHERE id = :i"), {"p": changed, "i": rows[1].id})
    return "certificate KEL-2024-000002: its payload was changed"


def _payload_and_hash(session: Session, rows: list[Certificate], _: Store) -> str:
    changed = rows[1].payload.replace("Тест", "Тесу")
    values = {"p": changed, "h": Payload.from_json(changed).sha256(), "i": rows[1].id}
    session.execute(text("UPDATE certificate SET payload = :p, payload_sha256 = :h WHERE id = :i"), values)
    return "certificate KEL-2024-000002: log entry 2 says something else"


def _log(session: Session, _rows: list[Certificate], _: Store) -> str:
    session.execute(text("UPDATE certificate_log SET reason = 'x' WHERE sequence = 3"))
    return "log entry 3: the entry was changed"


def _removed_entry(session: Session, _rows: list[Certificate], _: Store) -> str:
    session.execute(text("DELETE FROM certificate_log WHERE sequence = 3"))
    return "log entry 4: entry 3 is missing"


def _cut_tail(session: Session, _rows: list[Certificate], _: Store) -> str:
    session.execute(text("DELETE FROM certificate_log WHERE sequence = 5"))
    return "certificate KEL-2024-000005: the log does not begin with its issue"


def _file(_session: Session, rows: list[Certificate], store: Store) -> str:
    path = store.path(rows[3].payload_sha256)
    data = bytearray(path.read_bytes())
    data[1000] ^= 1
    path.write_bytes(data)
    return f"certificate KEL-2024-000004: its file {path.name} was changed"


def _status(session: Session, rows: list[Certificate], _: Store) -> str:
    session.execute(text("UPDATE certificate SET status = 'annulled' WHERE id = :i"), {"i": rows[0].id})
    return "certificate KEL-2024-000001: its status is annulled, but the log says valid"


def _code(session: Session, rows: list[Certificate], _: Store) -> str:
    session.execute(text("UPDATE certificate SET code = :c WHERE id = :i"), {"c": "0" * 26, "i": rows[0].id})
    return "certificate KEL-2024-000001: its code is not the one in its payload"


def _head(session: Session, _rows: list[Certificate], _: Store) -> str:
    session.execute(text("UPDATE certificate_series SET last_number = 7"))
    return "series KEL-2024: its head is 7, but the last number is 5"


ALTERATIONS: list[Callable[[Session, list[Certificate], Store], str]] = [
    _payload, _payload_and_hash, _log, _removed_entry, _cut_tail, _file, _status, _code, _head,
]  # fmt: skip


@pytest.mark.parametrize("alter", ALTERATIONS)
def test_one_changed_byte_is_found_and_named(
    filed: list[Certificate],
    session: Session,
    cli: FlaskCliRunner,
    settings: Settings,
    alter: Callable[[Session, list[Certificate], Store], str],
) -> None:
    allow_changes(session)
    sentence = alter(session, filed, Store(settings.DATA_DIR))
    session.commit()
    found = cli.invoke(args=["certificates", "audit"])
    assert found.exit_code == 1
    assert sentence in found.stderr.splitlines()


def test_an_altered_payload_is_never_printed_and_an_altered_file_is_made_again(
    filed: list[Certificate], session: Session, settings: Settings, cli: FlaskCliRunner
) -> None:
    store = Store(settings.DATA_DIR)
    before = store.read(filed[3].payload_sha256)
    _file(session, filed, store)
    allow_changes(session)
    _payload(session, filed, store)
    session.refresh(filed[1])
    with pytest.raises(DomainError, match="KEL-2024-000002 was altered"):
        sheets_of(session, filed)
    checked = cli.invoke(args=["certificates", "verify", str(store.path(filed[1].payload_sha256))])
    assert (checked.exit_code, "was altered" in checked.stderr) == (1, True)
    del filed[1]
    made = ensure_files(sheets_of(session, filed), store=store, render=renderer().render)
    assert [file.certificate_id for file in made] == [filed[2].id]
    assert store.read(filed[2].payload_sha256) == before
    assert session.query(RenderedFile).count() == session.query(LogEntry).count() == 5


def test_a_recorded_file_stays_genuine_when_a_later_release_draws_otherwise(
    filed: list[Certificate], session: Session, cli: FlaskCliRunner, tmp_path: Path
) -> None:
    old = tmp_path / "old.pdf"
    old.write_bytes(b"%PDF-1.4 as an earlier release drew it")
    row = session.scalars(select(RenderedFile).where(RenderedFile.certificate_id == filed[0].id)).one()
    row.sha256 = sha256(old.read_bytes())
    done = cli.invoke(args=["certificates", "verify", str(old)])
    assert (done.exit_code, done.output) == (0, "Genuine: KEL-2024-000001, Сынақов001 Тест\n")


def test_an_altered_reason_is_found(
    filed: list[Certificate], world: World, session: Session, cli: FlaskCliRunner
) -> None:
    annul(session, certificate=filed[0], reason="wrong", actor=world.actor(Role.APPROVER, name="annuls"), now=NOW)
    session.execute(text("UPDATE certificate SET status_reason = 'asked for it' WHERE status = 'annulled'"))
    found = cli.invoke(args=["certificates", "audit"])
    assert found.stderr.splitlines()[0] == "certificate KEL-2024-000001: its reason is not the one in the log"
