"""One JSON object per line on standard output, from our own code and from libraries alike."""

import logging
import logging.config
from typing import Any, cast

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from config.settings import Settings
from config.tracebacks import without_values

_QUIET = {
    # these write out addresses with their query, statements with their values, or the password of the database
    "httpx": "WARNING",
    "httpcore": "WARNING",
    "tortoise": "WARNING",
    "asyncio": "WARNING",
    "pgqueuer": "WARNING",
    "sanic.access": "CRITICAL",
}


def configure(settings: Settings, process: str = "api") -> None:
    """`process` stands in every line. Nothing is bound to a context: a request's id is passed, never inherited."""

    def name_process(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        return {"process": process, **event}

    before: list[Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        name_process,
        structlog.processors.ExceptionRenderer(without_values),
    ]
    logging.config.dictConfig(_standard_library(before, settings.log_level))
    logging.captureWarnings(capture=True)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *before,
            cast(Processor, structlog.stdlib.ProcessorFormatter.wrap_for_formatter),
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def _standard_library(before: list[Processor], level: str) -> dict[str, Any]:
    """Lines of libraries leave in the same form as our own."""
    formatter = {
        "()": structlog.stdlib.ProcessorFormatter,
        "foreign_pre_chain": before,
        "processors": [
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": formatter},
        "handlers": {"stdout": {"class": "logging.StreamHandler", "stream": "ext://sys.stdout", "formatter": "json"}},
        "root": {"level": level, "handlers": ["stdout"]},
        "loggers": {name: {"level": quiet} for name, quiet in _QUIET.items()},
    }
