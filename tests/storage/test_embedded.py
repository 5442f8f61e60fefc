"""The embedded server: starts, is shared, is taken over from the killed, and says what is wrong."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from cabas.storage import embedded
from cabas.storage.embedded import EmbeddedError

AS_ROOT = os.geteuid() == 0
STARTS = "import os, pathlib, sys; from cabas.storage import embedded; embedded.start(pathlib.Path(sys.argv[1])); "


@pytest.fixture
def folder() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="cabas-embedded-"))
    yield made
    shutil.rmtree(made)


def answer(dsn: str) -> object:
    with psycopg.connect(dsn) as connection:
        return connection.execute("SELECT current_database(), current_setting('listen_addresses')").fetchone()


def test_it_starts_is_shared_and_stops_with_the_last(folder: Path) -> None:
    assert not embedded.is_running(folder)
    first = embedded.start(folder / "a folder's name", durable=False)
    second = embedded.start(folder / "a folder's name", durable=False)
    assert first.dsn == second.dsn
    assert answer(first.dsn) == ("cabas", "")
    first.release()
    first.release()
    assert answer(second.dsn) == ("cabas", "")
    second.release()
    with pytest.raises(psycopg.OperationalError):
        answer(second.dsn)
    assert not embedded.is_running(folder / "a folder's name")


def test_what_was_written_is_there_after_a_restart(folder: Path) -> None:
    with embedded.start(folder) as server, psycopg.connect(server.dsn) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    with embedded.start(folder) as server, psycopg.connect(server.dsn) as connection:
        assert connection.execute("SELECT answer FROM kept").fetchone() == (42,)
        assert connection.execute("SHOW fsync").fetchone() == ("on",)


def test_the_server_of_a_killed_process_is_taken_over_and_stopped(folder: Path) -> None:
    dies = STARTS + "os.kill(os.getpid(), 9)"
    assert subprocess.run([sys.executable, "-c", dies, str(folder)], check=False).returncode == -9
    assert embedded.is_running(folder)
    with embedded.start(folder) as server:
        assert answer(server.dsn) == ("cabas", "")
    assert not embedded.is_running(folder)


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="process numbers are looked up in /proc")
def test_a_lock_whose_number_is_now_another_program_is_cleared(folder: Path) -> None:
    with embedded.start(folder) as server:
        lock = (folder / "cluster" / "postmaster.pid").read_text()
        assert answer(server.dsn)
    stale = "\n".join([str(os.getppid()), *lock.splitlines()[1:]]) + "\n"
    (folder / "cluster" / "postmaster.pid").write_text(stale)
    with embedded.start(folder) as server:
        assert answer(server.dsn) == ("cabas", "")


def test_a_start_that_was_killed_halfway_is_done_again(folder: Path) -> None:
    (folder / "cluster.new").mkdir()
    (folder / "cluster.new" / "PG_VERSION").write_text("18\n")
    with embedded.start(folder, durable=False) as server:
        assert answer(server.dsn) == ("cabas", "")
    assert not (folder / "cluster.new").exists()


def test_a_folder_with_a_long_path_gets_a_short_socket(folder: Path) -> None:
    long = folder / ("x" * 120)
    with embedded.start(long, durable=False) as server:
        assert "x" * 20 not in server.dsn
        assert answer(server.dsn) == ("cabas", "")
        sockets = Path(server.dsn.partition("host=")[2].replace("%2F", "/"))
        assert sockets.stat().st_mode & 0o777 == 0o700
    sockets.rmdir()


def test_a_socket_path_that_is_too_long_everywhere(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    long = folder / ("y" * 100)
    long.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(long))
    with pytest.raises(EmbeddedError, match=r"longer than 103 bytes.*TMPDIR"):
        embedded.start(long / "data")


def test_data_of_another_version_is_refused_and_left_alone(folder: Path) -> None:
    (folder / "cluster").mkdir()
    (folder / "cluster" / "PG_VERSION").write_text("19\n")
    if AS_ROOT:
        shutil.chown(folder / "cluster", "nobody")
    with pytest.raises(EmbeddedError, match=r"PostgreSQL 19.*cabas db backup"):
        embedded.start(folder)
    assert [path.name for path in (folder / "cluster").iterdir()] == ["PG_VERSION"]


def test_a_folder_that_cannot_be_made_is_said_so(folder: Path) -> None:
    (folder / "file").write_text("")
    with pytest.raises(EmbeddedError, match=r"cannot be written.*CABAS_DATABASE_URL"):
        embedded.start(folder / "file" / "data")


@pytest.mark.skipif(not AS_ROOT, reason="only root can give a folder away")
def test_data_that_belongs_to_root_is_said_so(folder: Path) -> None:
    (folder / "cluster").mkdir()
    (folder / "cluster" / "PG_VERSION").write_text("18\n")
    with pytest.raises(EmbeddedError, match=r"belongs to root.*chown -R nobody"):
        embedded.start(folder)


@pytest.mark.skipif(not AS_ROOT, reason="only root can run as somebody else")
@pytest.mark.parametrize(("mode", "said"), [(0o555, "cannot be written"), (0o777, "belongs to root")])
def test_another_users_folder_is_said_so(folder: Path, mode: int, said: str) -> None:
    (folder / "cluster").mkdir()
    (folder / "cluster" / "PG_VERSION").write_text("18\n")
    folder.chmod(mode)
    (folder / "cluster").chmod(0o755)
    program = STARTS.replace("embedded.start", "os.setuid(65534); embedded.start")
    done = subprocess.run([sys.executable, "-c", program, str(folder)], capture_output=True, text=True, check=False)
    assert said in done.stderr.splitlines()[-1]
    folder.chmod(0o700)
