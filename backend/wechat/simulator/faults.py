"""What goes wrong on demand."""

from dataclasses import asdict, dataclass


@dataclass(slots=True)
class Fault:
    """What the next `times` calls of a path meet instead of, or on top of, the right answer."""

    path: str
    times: int = 1
    errcode: int | None = None
    code: str | None = None
    """Tencent Cloud's errors have names."""
    status: int | None = None
    body: str | None = None
    delay_ms: int = 0
    after_effect: bool = False
    """The call has its effect, and the fault only spoils its answer."""
    hang_up: bool = False
    """The connection is cut instead of an answer."""

    def meets(self, path: str) -> bool:
        return f"/{path.strip('/')}".endswith(f"/{self.path.strip('/')}")

    @property
    def spoils_answer(self) -> bool:
        return self.hang_up or any(given is not None for given in (self.errcode, self.code, self.status, self.body))


class Faults:
    def __init__(self) -> None:
        self._waiting: list[Fault] = []

    def add(self, fault: Fault) -> None:
        self._waiting.append(fault)

    def clear(self) -> None:
        self._waiting.clear()

    def next(self, path: str) -> Fault | None:
        """The oldest that fits, one of its times used up."""
        fault = next((fault for fault in self._waiting if fault.meets(path)), None)
        if fault is not None:
            fault.times -= 1
            if fault.times == 0:
                self._waiting.remove(fault)
        return fault

    def shown(self) -> list[dict[str, object]]:
        return [asdict(fault) for fault in self._waiting]
