"""How Tortoise reaches PostgreSQL."""

from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

_CONNECT_TIMEOUT_S = 5
_LOCK_TIMEOUT_MS = 5_000
_IDLE_IN_TRANSACTION_MS = 30_000


def tortoise_config(
    database_url: str, pool: int, *, statement_timeout_s: int = 30, application_name: str = "hejie"
) -> dict[str, Any]:
    """`pool` is the most connections of one process; `statement_timeout_s` 0 = none (migrations).

    `database_url` as libpq writes it, Unix sockets included: `postgresql://user@/name?host=/folder`.
    """
    return {
        "connections": {
            "default": {
                "engine": "tortoise.backends.asyncpg",
                "credentials": _credentials(database_url)
                | {
                    "minsize": 1,
                    "maxsize": pool,
                    "timeout": _CONNECT_TIMEOUT_S,
                    "reset": nothing_to_reset,
                    "application_name": application_name,
                    "server_settings": {
                        "lock_timeout": f"{_LOCK_TIMEOUT_MS}ms",
                        "statement_timeout": f"{statement_timeout_s}s",
                        "idle_in_transaction_session_timeout": f"{_IDLE_IN_TRANSACTION_MS}ms",
                        "jit": "off",  # compiling costs more than our short statements
                    },
                },
            }
        },
        "apps": {
            "models": {
                "models": ["models"],
                "migrations": "models.migrations",
                "default_connection": "default",
            }
        },
        "use_tz": True,
        "timezone": "UTC",
    }


async def nothing_to_reset(_connection: object) -> None:
    """No statement of ours changes a session (no SET, LISTEN or session lock), so that asyncpg's clean-up after each
    use would be a round trip for nothing. An open transaction it rolls back all the same."""


def _credentials(database_url: str) -> dict[str, Any]:
    parts = urlsplit(database_url)
    query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    credentials: dict[str, Any] = {
        "host": query.get("host") or parts.hostname,
        "port": parts.port or int(query.get("port", "5432")),
        "user": unquote(parts.username) if parts.username else query.get("user"),
        "password": unquote(parts.password) if parts.password else query.get("password"),
        "database": unquote(parts.path.removeprefix("/")) or None,
    }
    if "sslmode" in query:
        credentials["ssl"] = query["sslmode"]
    return credentials
