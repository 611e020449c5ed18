"""`hejie dev`: engines, API, worker and simulator of WeChat, started, watched and ended as one."""

import asyncio
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import httpx
import structlog
from pydantic import SecretStr

from backend import embedded
from config.settings import Settings

log = structlog.get_logger("hejie.supervisor")

PARENT_VARIABLE = "HEJIE_SUPERVISOR_PID"
"""Set for a child, which then asks to be ended when its supervisor is gone, however that went."""

_WECHAT, _PARTNER = "wechat-simulator", "partner-simulator"
_READY_S = 60
_LOOK_S = 0.1
_GRACE_S = 3.8
"""For requests that are running; with the engines' own end all is gone within 5 s."""
_DEATHS_AT_START = 3
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.2, 10.0
_STABLE_S = 10.0


class StartError(Exception):
    """The text tells the operator what to do."""


@dataclass(slots=True)
class _Child:
    name: str
    environment: Mapping[str, str]
    options: tuple[str, ...] = ()
    process: asyncio.subprocess.Process | None = field(default=None, init=False)
    deaths: int = field(default=0, init=False)

    async def keep_running(self) -> None:
        """Until cancelled. A child that dies comes back: at once the first time, later after growing pauses."""
        pause_s = _FIRST_PAUSE_S
        while True:
            started = time.monotonic()
            self.process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "backend.cli", self.name, *self.options),
                env=self.environment,
                stdin=asyncio.subprocess.DEVNULL,
                start_new_session=True,  # the terminal's Ctrl-C reaches the supervisor alone
            )
            log.info("child_started", child=self.name, pid=self.process.pid)
            code = await self.process.wait()
            _kill_group(self.process.pid)
            self.deaths += 1
            if time.monotonic() - started > _STABLE_S:
                pause_s = _FIRST_PAUSE_S
            log.error("child_died", child=self.name, code=code, restart_in_s=pause_s)
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)

    async def stop(self, grace_s: float) -> None:
        if self.process is None:
            return
        with suppress(ProcessLookupError):
            self.process.terminate()
        try:
            await asyncio.wait_for(self.process.wait(), grace_s)
        except TimeoutError:
            log.warning("child_killed", child=self.name, after_s=grace_s)
        _kill_group(self.process.pid)
        await self.process.wait()


def run(settings: Settings, prepare: Callable[[Settings], None]) -> None:
    """Until SIGINT or SIGTERM. `prepare` is called once, with the engines up and before any child starts.

    Raises StartError, embedded.EngineError.
    """
    if settings.is_production:
        raise StartError("`hejie dev` is for development. In production run `hejie migrate`, `serve` and `worker`.")
    _refuse_taken_ports(settings)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with suppress(KeyboardInterrupt), embedded.running(settings, alone=True) as complete:
        prepare(complete)
        try:
            asyncio.run(_run_children(complete, with_simulator=_needs_simulator(settings)))
        finally:
            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, signal.SIG_IGN)  # the engines' own end is not to be interrupted


async def _run_children(settings: Settings, *, with_simulator: bool) -> None:
    stopping = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    environment = {**os.environ, **as_environment(settings), PARENT_VARIABLE: str(os.getpid())}
    ours = [_Child("serve", environment), _Child("worker", environment)]
    outside = [_Child(_WECHAT, environment)] if with_simulator else []
    keepers = [asyncio.create_task(child.keep_running()) for child in (*outside, *ours)]
    end = asyncio.create_task(stopping.wait())
    try:
        ready = asyncio.create_task(_wait_until_ready(settings, [*outside, *ours]))
        await asyncio.wait({ready, end}, return_when=asyncio.FIRST_COMPLETED)
        if not stopping.is_set():
            warnings = await ready
            if (partner := _simulated_partner(settings, environment, warnings)) is not None:
                outside.append(partner)
                keepers.append(asyncio.create_task(partner.keep_running()))
            _announce(settings, warnings, {child.name for child in outside})
            await end
        ready.cancel()
    finally:
        for keeper in keepers:
            keeper.cancel()
        await asyncio.wait(keepers)
        await asyncio.gather(*(child.stop(_GRACE_S) for child in ours))
        await asyncio.gather(*(child.stop(1.0) for child in outside))


def _simulated_partner(settings: Settings, environment: Mapping[str, str], warnings: list[str]) -> _Child | None:
    """Another system to exchange cases with, where its port is free; nothing waits for it."""
    port = settings.partner_simulator_port
    if port and (problem := _why_not("127.0.0.1", port)):
        warnings.append(f"no partner is simulated: port {port} cannot be used ({problem})")
        return None
    return _Child(_PARTNER, environment, ("--connect",)) if port else None


def as_environment(settings: Settings) -> dict[str, str]:
    values = ((f"HEJIE_{name.upper()}", getattr(settings, name)) for name in Settings.model_fields)
    return {name: value.get_secret_value() if isinstance(value, SecretStr) else str(value) for name, value in values}


async def _wait_until_ready(settings: Settings, children: Sequence[_Child]) -> list[str]:
    """What it warns of all the same. Raises StartError."""
    url = f"http://{_reachable(settings.host)}:{settings.port}/readyz"
    answer = "nothing"
    async with httpx.AsyncClient(trust_env=False, timeout=2) as client:
        for _attempt in range(int(_READY_S / _LOOK_S)):
            try:
                response = await client.get(url)
            except httpx.TransportError:
                pass
            else:
                if response.is_success:
                    return list[str](response.json()["warnings"])
                answer = response.text
            if broken := [child.name for child in children if child.deaths >= _DEATHS_AT_START]:
                raise StartError(f"{', '.join(broken)} died {_DEATHS_AT_START} times; the log above says why.")
            await asyncio.sleep(_LOOK_S)
    raise StartError(f"Not ready after {_READY_S} s; {url} last answered: {answer}. The log above says more.")


def _announce(settings: Settings, warnings: Sequence[str], outside: Collection[str]) -> None:
    base = f"http://{_reachable(settings.host)}:{settings.port}"
    lines = ["", "Hejie 和解 is ready.", "", f"  API            {base}", f"  API pages      {base}/docs"]
    if _WECHAT in outside:
        lines.append(f"  WeChat phone   {settings.wechat_url}")
    if _PARTNER in outside:
        lines.append(f"  Another system http://127.0.0.1:{settings.partner_simulator_port}/sim/received")
    lines += [f"  Data           {settings.data_dir}", ""]
    lines += [f"  ! {warning}" for warning in warnings] + [""] * bool(warnings)
    lines += ["Next: `make demo` in another terminal. Ctrl-C ends it.", ""]
    sys.stdout.write("\n".join([*lines, ""]))
    sys.stdout.flush()


def _refuse_taken_ports(settings: Settings) -> None:
    wanted = [("HEJIE_PORT", settings.host, settings.port)]
    if _needs_simulator(settings):
        wanted.append(("HEJIE_SIMULATOR_PORT", "127.0.0.1", settings.simulator_port))
    for variable, host, port in wanted:
        if problem := _why_not(host, port):
            raise StartError(
                f"Port {port} on {host} cannot be used: {problem}. Is another instance running? "
                f"Stop it, or set {variable} to a free port (and HEJIE_DATA_DIR for a second instance)."
            )


def _why_not(host: str, port: int) -> str:
    """Empty where the port can be used."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            return error.strerror or type(error).__name__
    return ""


def _needs_simulator(settings: Settings) -> bool:
    return not settings.wechat_url


def _reachable(host: str) -> str:
    return {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, host)  # noqa: S104 - read, not bound


def _kill_group(leader: int) -> None:
    """What a dead server left of its own workers would keep its port."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)
