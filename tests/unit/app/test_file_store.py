"""The store of files: whole or not at all, whatever is killed, full, read-only, damaged or hostile."""

import errno
import hashlib
import io
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kernel.errors import FileRefusedError, StorageError
from app.kernel.files.store import CHUNK, DiskStore, FileStore, chunks, is_whole
from app.kernel.files.writing import PART, STALE

ROOT = Path(__file__).resolve().parents[3]
MEGABYTE = 1024 * 1024
LIMIT = 12 * MEGABYTE
KEY = "ab" * 32


class Pieces:
    """A source that gives as much as it likes, as a network does."""

    def __init__(self, *pieces: bytes) -> None:
        self._left = list(pieces)

    def read(self, size: int, /) -> bytes:
        if not self._left:
            return b""
        piece = self._left.pop(0)
        if len(piece) > size:
            self._left.insert(0, piece[size:])
        return piece[:size]


def names(store: DiskStore) -> list[str]:
    """The files under their final names."""
    return sorted(path.name for path in store.root.rglob("*") if path.is_file() and path.parent.name != PART)


def left(store: DiskStore) -> list[Path]:
    """What is half-written."""
    return list((store.root / PART).iterdir())


@given(pieces=st.lists(st.binary(min_size=1, max_size=200), max_size=20), repeat=st.integers(1, 3_000))
def test_whatever_comes_in_whatever_pieces_comes_out_again(pieces: list[bytes], repeat: int) -> None:
    pieces = [piece * repeat for piece in pieces]
    whole = b"".join(pieces)
    with tempfile.TemporaryDirectory() as folder:
        store: FileStore = DiskStore(Path(folder))
        stored = store.put(Pieces(*pieces), limit=LIMIT)

        assert (stored.key, stored.size) == (hashlib.sha256(whole).hexdigest(), len(whole))
        assert store.size(stored.key) == len(whole)
        with store.open(stored.key) as file:
            assert b"".join(chunks(file)) == whole
        assert is_whole(store, stored.key)
        assert store.put(io.BytesIO(whole), limit=LIMIT) == stored
        store.remove(stored.key)
        store.remove(stored.key)
        assert store.size(stored.key) is None
        assert not is_whole(store, stored.key)


def test_a_file_lies_under_its_hash_and_nothing_else_lies_there(tmp_path: Path) -> None:
    store = DiskStore(tmp_path)
    key = store.put(io.BytesIO(b"content"), limit=LIMIT).key
    assert store.path(key) == tmp_path / "files" / key[:2] / key
    assert names(store) == [key]
    assert left(store) == []
    assert store.path(key).stat().st_mode & 0o077 == 0


def test_what_is_there_is_not_written_again(tmp_path: Path) -> None:
    store = DiskStore(tmp_path)
    key = store.put(io.BytesIO(b"x" * CHUNK * 3), limit=LIMIT).key
    before = store.path(key).stat()
    store.put(io.BytesIO(b"x" * CHUNK * 3), limit=LIMIT)
    after = store.path(key).stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


@pytest.mark.parametrize("damage", [b"content cut", b"CONTENT", b""])
def test_a_damaged_file_is_found_and_put_right_by_whoever_has_it(tmp_path: Path, damage: bytes) -> None:
    store = DiskStore(tmp_path)
    key = store.put(io.BytesIO(b"content"), limit=LIMIT).key
    store.path(key).write_bytes(damage)
    assert not is_whole(store, key)
    store.put(io.BytesIO(b"content"), limit=LIMIT)
    assert is_whole(store, key)


@pytest.mark.parametrize("size", [CHUNK - 1, CHUNK, CHUNK + 1])
def test_the_limit_is_hard(tmp_path: Path, size: int) -> None:
    store = DiskStore(tmp_path)
    assert store.put(io.BytesIO(b"a" * size), limit=size).size == size
    with pytest.raises(FileRefusedError, match="larger than 0 MB"):
        store.put(io.BytesIO(b"b" * (size + 1)), limit=size)
    assert len(names(store)) == 1
    assert left(store) == []


def test_a_source_without_end_is_cut_off(tmp_path: Path) -> None:
    class Endless:
        given = 0

        def read(self, size: int, /) -> bytes:
            self.given += size
            return b"\0" * size

    source = Endless()
    with pytest.raises(FileRefusedError, match="larger than 1 MB"):
        DiskStore(tmp_path).put(source, limit=MEGABYTE)
    assert source.given <= MEGABYTE + CHUNK


@pytest.mark.parametrize(
    "key", ["", "ab", "../../etc/passwd", "AB" * 32, f"{KEY}\n", f"{KEY}/", f"../{KEY}", f"{KEY[:-3]}/..", "٠" * 64]
)
def test_a_key_cannot_lead_out_of_the_store(tmp_path: Path, key: str) -> None:
    store = DiskStore(tmp_path)
    for act in (store.path, store.open, store.size, store.remove):
        with pytest.raises(ValueError, match="64 hexadecimal digits"):
            act(key)


@pytest.mark.parametrize("planted", ["link", "folder", "pipe"])
def test_what_is_no_plain_file_is_not_there(tmp_path: Path, planted: str) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(b"content")
    store = DiskStore(tmp_path / "data")
    key = hashlib.sha256(b"content").hexdigest()
    place = store.path(key)
    place.parent.mkdir(parents=True)
    if planted == "link":
        place.symlink_to(secret)
    elif planted == "folder":
        place.mkdir()
    else:
        os.mkfifo(place)
    assert store.size(key) is None
    assert not is_whole(store, key)
    with pytest.raises(StorageError, match="missing or damaged"):
        store.open(key)
    if planted == "link":  # the link gives way, what it led to stays as it was
        assert store.put(io.BytesIO(b"content"), limit=LIMIT).key == key
        assert not place.is_symlink()
        assert secret.read_bytes() == b"content"


def full(*_: object, **__: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize("step", ["os.fdopen", "os.fsync", "pathlib.Path.replace", "tempfile.mkstemp"])
def test_a_refusal_at_any_step_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    store = DiskStore(tmp_path)
    before = store.put(io.BytesIO(b"before"), limit=LIMIT).key
    with monkeypatch.context() as broken:
        broken.setattr(step, full)
        with pytest.raises(StorageError, match="the disk is full"):
            store.put(io.BytesIO(b"after"), limit=LIMIT)
    assert names(store) == [before]
    assert is_whole(store, before)


def test_an_fsync_that_failed_is_not_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = DiskStore(tmp_path)
    store.put(io.BytesIO(b"the folders are there"), limit=LIMIT)
    asked = []

    def fail(handle: int) -> None:
        asked.append(os.fstat(handle).st_ino)
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as broken:
        broken.setattr("os.fsync", fail)
        with pytest.raises(StorageError, match="the disk refused it"):
            store.put(io.BytesIO(b"lost"), limit=LIMIT)
    assert len(asked) == 1
    again = store.put(io.BytesIO(b"lost"), limit=LIMIT)
    assert left(store) == []
    assert is_whole(store, again.key)


def test_the_file_is_synced_before_its_name_and_the_folders_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []
    sync, replace = os.fsync, Path.replace

    def watched_sync(handle: int) -> None:
        steps.append(Path(f"/proc/self/fd/{handle}").readlink().relative_to(tmp_path).as_posix())
        sync(handle)

    def watched_replace(path: Path, target: Path) -> Path:
        steps.append("rename")
        return replace(path, target)

    monkeypatch.setattr("os.fsync", watched_sync)
    monkeypatch.setattr(Path, "replace", watched_replace)
    key = DiskStore(tmp_path).put(io.BytesIO(b"content"), limit=LIMIT).key
    part = steps[2]
    assert part.startswith("files/.part/")
    assert steps == [".", "files", part, "files", "rename", f"files/{key[:2]}"]


def test_a_data_dir_that_is_none_is_refused_in_one_sentence(tmp_path: Path) -> None:
    place = tmp_path / "data"
    place.write_text("a file stands here")
    with pytest.raises(StorageError, match="the disk refused it"):
        DiskStore(place).put(io.BytesIO(b"content"), limit=LIMIT)
    assert DiskStore(place).size(KEY) is None


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own with little room."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", str(place)]
    if os.geteuid() != 0 or subprocess.run(mount, check=False, capture_output=True).returncode != 0:
        pytest.skip("only root can mount a small disk; a refusal at each step is simulated above")
    yield place
    subprocess.run(["umount", "--lazy", str(place)], check=True)


def test_a_full_disk_refuses_one_file_and_keeps_the_others(small_disk: Path) -> None:
    store = DiskStore(small_disk)
    kept = store.put(io.BytesIO(b"k" * 100_000), limit=LIMIT).key
    with pytest.raises(StorageError, match="the disk is full"):
        store.put(io.BytesIO(b"x" * MEGABYTE), limit=LIMIT)
    assert names(store) == [kept]
    assert left(store) == []
    assert is_whole(store, kept)
    assert store.put(io.BytesIO(b"y" * 100_000), limit=LIMIT).size == 100_000


def test_a_disk_that_may_only_be_read_still_gives_files(small_disk: Path) -> None:
    store = DiskStore(small_disk)
    kept = store.put(io.BytesIO(b"kept"), limit=LIMIT).key
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    with pytest.raises(StorageError, match="the disk refused it"):
        store.put(io.BytesIO(b"new"), limit=LIMIT)
    with pytest.raises(StorageError, match="not removed"):
        store.remove(kept)
    assert is_whole(store, kept)


# Puts one file of a megabyte and dies by kill -9 at the step it is told: at a read, an fsync, a rename.
VICTIM = """
import io, os, signal, sys
from pathlib import Path
from app.kernel.files.store import DiskStore

folder, step, count = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
left = count

def deadly(act):
    def stepped(*given):
        global left
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return act(*given)
    return stepped

class Slow(io.BytesIO):
    def read(self, size):
        return super().read(50_000)

source = Slow(bytes(range(256)) * 4096)
if step == "read":
    source.read = deadly(source.read)
elif step == "fsync":
    os.fsync = deadly(os.fsync)
else:
    Path.replace = deadly(Path.replace)
DiskStore(folder).put(source, limit=2_000_000)
print("kept")
"""
CONTENT = bytes(range(256)) * 4096


@pytest.mark.parametrize(
    ("step", "count"), [("read", 0), ("read", 1), ("read", 21), ("replace", 0), *(("fsync", n) for n in range(6))]
)
def test_a_killed_process_leaves_no_wrong_file(tmp_path: Path, step: str, count: int) -> None:
    victim = [sys.executable, "-c", VICTIM, str(tmp_path), step, str(count)]
    died = subprocess.run(victim, cwd=ROOT, capture_output=True, check=False)
    assert (died.returncode, died.stdout) in {(-signal.SIGKILL, b""), (0, b"kept\n")}, died.stderr
    store = DiskStore(tmp_path)
    assert all(is_whole(store, name) for name in names(store))
    assert died.returncode != 0 or names(store)

    for path in store.root.rglob("*"):  # a day goes by
        os.utime(path, (time.time() - STALE - 1,) * 2)
    key = store.put(io.BytesIO(CONTENT), limit=LIMIT).key
    assert names(store) == [key]
    assert left(store) == []
    assert is_whole(store, key)


def test_what_is_being_written_is_not_swept(tmp_path: Path) -> None:
    store = DiskStore(tmp_path)
    store.put(io.BytesIO(b"first"), limit=LIMIT)
    (store.root / PART / "somebody").write_bytes(b"half")
    store.put(io.BytesIO(b"second"), limit=LIMIT)
    assert [path.name for path in left(store)] == ["somebody"]


def test_many_who_put_the_same_at_once_all_succeed(tmp_path: Path) -> None:
    store = DiskStore(tmp_path)
    done = []

    def put() -> None:
        done.extend([store.put(io.BytesIO(bytes([number]) * 100_000), limit=LIMIT) for number in range(10)])

    threads = [Thread(target=put) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(done) == 80
    assert len(names(store)) == 10
    assert all(is_whole(store, name) for name in names(store))
    assert left(store) == []
