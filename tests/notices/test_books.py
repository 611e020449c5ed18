"""Our books of consent against WeChat's, whatever happens, in whatever order. `make bench` does it at length."""

import asyncio
import os
from collections.abc import Coroutine
from typing import Any

import hypothesis
from hypothesis.stateful import run_state_machine_as_test

from backend.notices.delivery import Post
from tests.notices.books import Books
from tests.notices.pushes import Phone

_EXAMPLES, _STEPS = (int(os.environ.get(f"HEJIE_BOOKS_{each}", few)) for each, few in (("EXAMPLES", 2), ("STEPS", 8)))


async def test_we_never_count_on_more_than_wechat_allows(phone: Phone, post: Post) -> None:
    loop = asyncio.get_running_loop()

    def run(work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, loop).result(60)

    class PhoneBooks(Books):
        pass

    PhoneBooks.phone, PhoneBooks.post, PhoneBooks.run = phone, post, staticmethod(run)
    settings = hypothesis.settings(
        max_examples=_EXAMPLES,
        stateful_step_count=_STEPS,
        deadline=None,
        suppress_health_check=list(hypothesis.HealthCheck),
        phases=(hypothesis.Phase.explicit, hypothesis.Phase.reuse, hypothesis.Phase.generate),
    )
    await asyncio.to_thread(run_state_machine_as_test, PhoneBooks, settings=settings)
    assert PhoneBooks.dealt > 0
