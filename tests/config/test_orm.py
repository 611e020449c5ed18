from typing import Any

import pytest

from config.orm import tortoise_config


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (
            "postgresql://hejie:p%40ss%2Fword@db.example:5433/hejie?sslmode=require",
            {
                "host": "db.example",
                "port": 5433,
                "user": "hejie",
                "password": "p@ss/word",
                "database": "hejie",
                "ssl": "require",
            },
        ),
        ("postgres://hejie@db.example/hejie", {"host": "db.example", "port": 5432, "password": None}),
        (
            "postgresql://hejie@/hejie?host=/var/run/%E6%95%B0%E6%8D%AE%20x",
            {"host": "/var/run/数据 x", "user": "hejie", "database": "hejie"},
        ),
    ],
)
def test_database_url_as_libpq_reads_it(url: str, expected: dict[str, Any]) -> None:
    credentials = tortoise_config(url, 7)["connections"]["default"]["credentials"]
    assert {name: credentials[name] for name in expected} == expected
    assert credentials["maxsize"] == 7
