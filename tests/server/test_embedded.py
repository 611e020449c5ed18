import stat
from pathlib import Path

import asyncpg
import pytest
from pydantic import SecretStr
from redis.asyncio import Redis

from backend import embedded
from backend.core.crypto import Keyring
from config.settings import Settings


@pytest.fixture
def empty(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Settings:
    """Settings of somebody who has set nothing but a data folder: one too deep for the path of a socket."""
    for name in Settings.model_fields:
        monkeypatch.delenv(f"HEJIE_{name.upper()}", raising=False)
    return Settings(data_dir=tmp_path / "a folder with a rather long name" / ("数据" * 20) / "data")


async def test_data_survives_a_restart_and_a_second_process_joins(empty: Settings) -> None:
    with embedded.running(empty) as first:
        connection = await asyncpg.connect(first.database_url.get_secret_value())
        await connection.execute("CREATE TABLE kept AS SELECT 1 AS number")
        await connection.close()
        with embedded.running(empty) as joined:
            assert joined == first
        with pytest.raises(embedded.EngineError, match="HEJIE_DATA_DIR"), embedded.running(empty, alone=True):
            pass
        async with Redis.from_url(first.redis_url.get_secret_value()) as redis:
            assert await redis.ping()

    with embedded.running(empty) as second:
        connection = await asyncpg.connect(second.database_url.get_secret_value())
        assert await connection.fetchval("SELECT number FROM kept") == 1
        assert await connection.fetchval("SHOW fsync") == "on"
        await connection.close()


def test_development_keys_are_made_once_and_for_the_owner_only(empty: Settings) -> None:
    first, second = embedded.development_settings(empty), embedded.development_settings(empty)
    assert first == second
    Keyring.parse(first.encryption_keys.get_secret_value(), first.search_key.get_secret_value())
    assert stat.S_IMODE((first.data_dir / "development-keys").stat().st_mode) == 0o600


def test_what_is_set_stays(empty: Settings) -> None:
    ours = empty.model_copy(
        update={
            "database_url": SecretStr("postgresql://db.example/hejie"),
            "redis_url": SecretStr("redis://cache.example"),
            "wechat_url": "https://wechat.example",
        }
    )
    with embedded.running(ours) as complete:
        assert complete.database_url == ours.database_url
        assert complete.redis_url == ours.redis_url
        assert complete.wechat_url == ours.wechat_url
    assert not (ours.data_dir / "postgresql").exists()
