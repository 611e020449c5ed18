"""Random dealings with one template, several at once, against the books that the simulator keeps by itself."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, ClassVar
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from backend.core.jobs import LaterError
from backend.notices import delivery
from backend.notices.delivery import Post
from models import SubscriptionGrant
from tests.notices.pushes import PROGRESS, Phone

SEND = "cgi-bin/message/subscribe/send"

Run = Callable[[Coroutine[Any, Any, Any]], Any]

_DEALINGS = (
    "tap and report", "tap", "accepted", "tap and report", "tap", "accepted", "accepted", "note", "note", "report",
    "say it twice", "switch off",
)  # fmt: skip
_FAULTS = (
    {"status": 502},
    {"status": 502, "after_effect": True},
    {"body": "<html></html>", "after_effect": True},
    {"body": "", "after_effect": True},
    {"errcode": -1},
    {"errcode": 47003},
    {"errcode": 43101},
)


class Books(RuleBasedStateMachine):
    """`phone`, `post` and `run` are set by the test: hypothesis makes its machines in a thread of its own, and all
    that they do is done in the test's event loop."""

    phone: ClassVar[Phone]
    post: ClassVar[Post]
    run: ClassVar[Run]
    dealt: ClassVar[int] = 0

    taps: int
    """Acceptances that WeChat knows of."""

    @initialize()
    def begin(self) -> None:
        self.taps = 0
        self._seconds = itertools.count()
        type(self).run(self._forget())

    async def _forget(self) -> None:
        await self.phone.simulator.sim("reset")
        await SubscriptionGrant.all().delete()

    @rule(dealings=st.permutations(_DEALINGS), most=st.integers(3, len(_DEALINGS)))
    def several_at_once(self, dealings: list[str], most: int) -> None:
        type(self).run(self._deal(dealings[:most]))

    @rule(fault=st.sampled_from(_FAULTS), times=st.integers(1, 2))
    def the_next_sends_go_wrong(self, fault: dict[str, Any], times: int) -> None:
        type(self).run(self.phone.simulator.fault(SEND, times=times, **fault))

    @invariant()
    def we_never_count_on_more_than_wechat_allows(self) -> None:
        type(self).run(self._compare())

    async def _deal(self, dealings: list[str]) -> None:
        type(self).dealt += len(dealings)
        self.phone.clock.advance(minutes=11)  # taps of two rounds are never taken for one
        await asyncio.gather(*(self._ways[each](self) for each in dealings))

    async def _tap(self) -> None:
        self.taps += 1
        await self.phone.simulator.tap(self.phone.name, PROGRESS, "accept")

    async def _tap_and_report(self) -> None:
        self.taps += 1
        report = self.phone.report(tmpl_progress="acceptWithAudio")
        await asyncio.gather(report, self.phone.simulator.tap(self.phone.name, PROGRESS, "acceptWithAudio"))

    async def _report(self) -> None:
        """Of nothing that counts."""
        await self.phone.report(tmpl_progress="reject", errMsg="requestSubscribeMessage:ok")

    async def _send(self, kind: str) -> None:
        notice_id = await self.phone.told(kind)
        await asyncio.gather(self._deliver(notice_id), self._deliver(notice_id))

    async def _deliver(self, notice_id: UUID) -> None:
        try:
            await delivery.deliver(self.post, notice_id, 0)
        except LaterError:
            return

    async def _switch_off(self) -> None:
        await self.phone.simulator.tap(self.phone.name, PROGRESS, "reject", where="settings")

    async def _say_it_twice(self) -> None:
        """A popup event that is pushed again and again. WeChat's own books know nothing of it, so it is a refusal."""
        item = {"TemplateId": PROGRESS, "SubscribeStatusString": "reject", "PopupScene": "0"}
        event = {"name": self.phone.name, "event": "subscribe_msg_popup_event", "items": [item], "times": 2}
        await self.phone.simulator.sim("send-event", event)

    async def _compare(self) -> None:
        ours = await self.phone.live_grants(PROGRESS)
        theirs = await self.phone.grants_at_wechat(PROGRESS)
        sent = len(await self.phone.outbox())
        assert 0 <= ours <= theirs, f"{ours} acceptances in our books, {theirs} in WeChat's"
        assert sent <= self.taps, f"{sent} messages on {self.taps} acceptances"
        claimed = await SubscriptionGrant.filter(claimed_by__not_isnull=True, spent_at=None, revoked_at=None).count()
        assert claimed == 0, "nothing is under way, and yet something is claimed"

    _ways: ClassVar[dict[str, Callable[["Books"], Awaitable[None]]]] = {
        "tap": _tap,
        "tap and report": _tap_and_report,
        "report": _report,
        "accepted": lambda self: self._send("accepted"),
        "note": lambda self: self._send("note"),
        "switch off": _switch_off,
        "say it twice": _say_it_twice,
    }
