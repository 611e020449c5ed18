"""`hejie dev` as an operator meets it: a command, its output, its processes."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psutil
import pytest

from tests.native import free_port

DEV = (sys.executable, "-m", "backend.cli", "dev")


class Instance:
    """A running `hejie dev` with engines, ports and data of its own."""

    def __init__(self, data_dir: Path) -> None:
        self.port, self.simulator_port = free_port(), free_port()
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith("HEJIE_")} | {
            "HEJIE_DATA_DIR": str(data_dir),
            "HEJIE_PORT": str(self.port),
            "HEJIE_SIMULATOR_PORT": str(self.simulator_port),
            "HEJIE_PARTNER_SIMULATOR_PORT": str(free_port()),
        }
        self.output: list[str] = []
        self.process = subprocess.Popen(
            DEV, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )

    def read_until(self, wanted: str) -> str:
        """The next line that contains it; the supervisor's own time limit ends a wait in vain."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.output.append(line)
            if wanted in line:
                return line
        raise AssertionError(f"ended without {wanted!r}:\n{''.join(self.output[-40:])}")

    def child_started(self, name: str) -> int:
        return int(json.loads(self.read_until(f'"child": "{name}", "pid"'))["pid"])

    def get(self, path: str) -> httpx.Response:
        with httpx.Client(transport=httpx.HTTPTransport(retries=6), base_url=f"http://127.0.0.1:{self.port}") as client:
            return client.get(path)

    def processes(self) -> list[psutil.Process]:
        supervisor = psutil.Process(self.process.pid)
        return [supervisor, *supervisor.children(recursive=True)]

    def stop(self) -> tuple[int, float]:
        """Exit code, seconds."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        self.process.communicate(timeout=20)
        return self.process.returncode, time.monotonic() - began


@contextmanager
def instance(data_dir: Path) -> Iterator[Instance]:
    started = Instance(data_dir)
    try:
        yield started
    finally:
        if started.process.poll() is None:
            started.process.kill()
        started.process.communicate()


def test_it_starts_replaces_a_dead_child_and_leaves_no_process(tmp_path: Path) -> None:
    with instance(tmp_path / "data") as running:
        server = running.child_started("serve")
        running.read_until("is ready")
        assert running.get("/readyz").json()["status"] == "ok"
        running.child_started("partner-simulator")

        os.kill(server, signal.SIGKILL)
        assert running.child_started("serve") != server
        assert running.get("/readyz").status_code == 200

        processes = running.processes()
        assert len(processes) > 5, "supervisor, API, worker, simulators, PostgreSQL, Redis"
        code, seconds = running.stop()
        assert code == 0
        assert seconds < 5
        assert [each for each in processes if each.is_running() and each.status() != psutil.STATUS_ZOMBIE] == []


@pytest.mark.parametrize("variable", ["HEJIE_PORT", "HEJIE_SIMULATOR_PORT"])
def test_a_taken_port_is_named_before_anything_starts(tmp_path: Path, variable: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as somebody:
        port = str(somebody.getsockname()[1])
        environment = os.environ | {"HEJIE_PORT": str(free_port()), "HEJIE_SIMULATOR_PORT": str(free_port())}
        environment |= {variable: port, "HEJIE_DATA_DIR": str(tmp_path / "data"), "HEJIE_WECHAT_URL": ""}
        refused = subprocess.run(DEV, check=False, env=environment, capture_output=True, text=True, timeout=30)
    assert refused.returncode == 1
    assert port in refused.stderr
    assert variable in refused.stderr
    assert "Traceback" not in refused.stderr
    assert not (tmp_path / "data").exists()
