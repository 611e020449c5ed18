"""What residents allow: books kept like WeChat's own, and independent of any product's."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final, Literal

from backend.wechat.simulator.refusals import RefusalError

TemplateKind = Literal["one_time", "long_term"]

_FAILURES: Final[dict[int, str]] = {
    20001: "no template data",
    20002: "templates of different types",
    20003: "too many templates",
    20004: "the main switch is off",
}


class RequestFailedError(Exception):
    """`wx.requestSubscribeMessage` did not come to an answer; the code is its `errCode`."""

    def __init__(self, code: int) -> None:
        super().__init__(f"requestSubscribeMessage:fail {_FAILURES[code]}")
        self.code = code


class Consents:
    """An acceptance of a one-time template is good for one message and waits for ever; acceptances add up."""

    def __init__(self) -> None:
        self.grants: Counter[tuple[str, str]] = Counter()
        self.kept: dict[tuple[str, str], str] = {}
        """Answers under "always keep": no pop-up is shown for them."""
        self._switched_off: set[tuple[str, str]] = set()
        self._closed: set[str] = set()
        self._long_term: set[tuple[str, str]] = set()

    def answer(self, openid: str, template_id: str, result: str, kind: TemplateKind, *, keep: bool = False) -> None:
        """One tap in the pop-up. A refusal there takes nothing back that was allowed before."""
        key = openid, template_id
        if keep and result in ("accept", "reject"):
            self.kept[key] = result
        if not result.startswith("accept"):
            return
        self._switched_off.discard(key)
        if kind == "long_term":
            self._long_term.add(key)
        else:
            self.grants[key] += 1

    def switch(self, openid: str, template_id: str, *, on: bool) -> None:
        """In the mini-program's settings. Off takes every acceptance back."""
        key = openid, template_id
        self.kept.pop(key, None)
        if on:
            self._switched_off.discard(key)
            return
        self._switched_off.add(key)
        self._long_term.discard(key)
        self.grants.pop(key, None)

    def switch_all(self, openid: str, *, on: bool) -> None:
        """The main switch: off, nothing arrives and nothing can be asked; on again, all is as it was."""
        (self._closed.discard if on else self._closed.add)(openid)

    def request(
        self, openid: str, wanted: Mapping[str, TemplateKind], answers: Mapping[str, str], limit: int
    ) -> tuple[dict[str, str], list[str]]:
        """What the page gets to hear, and the templates that the pop-up showed; silent ones were decided before.

        Without an answer the resident refuses. Raises RequestFailedError.
        """
        if not wanted:
            raise RequestFailedError(20001)
        if len(wanted) > limit:
            raise RequestFailedError(20003)
        if len(set(wanted.values())) > 1:
            raise RequestFailedError(20002)
        if openid in self._closed:
            raise RequestFailedError(20004)
        silent = {template: said for template in wanted if (said := self._silent(openid, template))}
        results = {template: silent.get(template) or answers.get(template, "reject") for template in wanted}
        return results, [template for template in wanted if template not in silent]

    def use(self, openid: str, template_id: str) -> None:
        """For one message. Raises 43101."""
        key = openid, template_id
        if openid in self._closed or key in self._switched_off:
            raise RefusalError(43101)
        if key in self._long_term:
            return
        if self.grants[key] <= 0:
            raise RefusalError(43101)
        self.grants[key] -= 1

    def of(self, openid: str) -> dict[str, object]:
        def mine(keys: Sequence[tuple[str, str]]) -> list[str]:
            return sorted(template for owner, template in keys if owner == openid)

        return {
            "grants": {template: count for (owner, template), count in self.grants.items() if owner == openid},
            "kept": {template: said for (owner, template), said in self.kept.items() if owner == openid},
            "long_term": mine([*self._long_term]),
            "switched_off": mine([*self._switched_off]),
            "main_switch": openid not in self._closed,
        }

    def _silent(self, openid: str, template_id: str) -> str | None:
        key = openid, template_id
        return "reject" if key in self._switched_off else self.kept.get(key)
