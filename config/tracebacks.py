"""What the log says of an error: where it happened and what it is, never its text. The text of a library's error may
hold a value that somebody typed (asyncpg and pydantic quote it), so only what the operating system says is kept."""

import traceback
from collections.abc import Iterator

from structlog.typing import ExcInfo

_LONGEST_CHAIN = 10


def without_values(exc_info: ExcInfo) -> str:
    """As `traceback` has it, the latest error first."""
    return _told_with_causes(exc_info[1])


def _told_with_causes(error: BaseException | None) -> str:
    return "caused by\n".join(_told(each) for each in _chain(error))


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    for _ in range(_LONGEST_CHAIN):
        if error is None:
            return
        yield error
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _told(error: BaseException) -> str:
    kind = f"{type(error).__module__}.{type(error).__qualname__}"
    lines = [*traceback.format_tb(error.__traceback__), f"{kind}{_known(error)}\n"]
    if isinstance(error, BaseExceptionGroup):
        lines += ["one of\n" + _told_with_causes(each) for each in error.exceptions]
    return "".join(lines)


def _known(error: BaseException) -> str:
    """Codes of the database and of the operating system are ours to know."""
    if isinstance(error, OSError):
        return f": {error.strerror or error.errno or ''}"
    known = {name: getattr(error, name, None) for name in ("sqlstate", "constraint_name")}
    return "".join(f" {name}={value}" for name, value in known.items() if value)
