"""Asks a partner for its list of cases and for a single one: signed GETs beside the address for events.

`GET <beside the address>/cases?cursor=…` answers `{"items":[{"number","status"}],"next_cursor":null|"…"}`;
`GET …/cases/<number>` what the partner would POST to `/exchange/v1/cases`."""

import json
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import ExitStack
from datetime import datetime
from itertools import islice
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any
from urllib.parse import quote, urljoin, urlsplit
from uuid import UUID

import httpx
from pydantic import ValidationError
from tortoise.transactions import in_transaction

from backend.accounts.actors import PartnerActor
from backend.core import sheets
from backend.core.deps import Deps
from backend.core.digests import json_hash
from backend.core.errors import HejieError
from backend.core.sheets import RowProblem, SheetError
from backend.exchange import intake, keys, reconciling, signing
from backend.exchange.intake import CaseIn
from backend.exchange.reconciling import Listed
from backend.exchange.signing import PARTNER_HEADER, Message
from models import Difference, Partner, Reconciliation, ReconciliationWay
from models.base import uuid7

_PAGE = 1000
_MOST_PAGES = 10_000
_MOST_BYTES = 4_000_000
_TIMEOUT_S = 30.0
_COLUMNS = {"number": ("编号", "案件编号", "纠纷编号"), "status": ("状态", "办理状态")}


class ListError(Exception):
    """The partner's list cannot be had or read; says why, without what it says."""


async def reconcile(deps: Deps, partner: Partner, file: Path | None, http: httpx.AsyncClient) -> Reconciliation:
    """With the partner's own answer, or a file of it. Raises ListError for a file; what the partner answers badly is
    written down."""
    if file is not None:
        with ExitStack() as stack:
            return await _compare(deps, partner, ReconciliationWay.FILE, _from_file(file, stack), deps.clock.now())
    try:
        return await fetch_and_compare(deps, partner, http)
    except ListError as error:
        return await reconciling.failed(deps, partner, str(error))


async def fetch_and_compare(deps: Deps, partner: Partner, http: httpx.AsyncClient) -> Reconciliation:
    """Nothing is asked while a transaction is open. Raises ListError."""
    listed_at = deps.clock.now()
    with TemporaryFile("w+", encoding="utf-8") as kept:
        async for entry in _listed(deps, partner, http):
            kept.write(json.dumps(entry, ensure_ascii=False) + "\n")
        kept.seek(0)
        entries = (Listed(*json.loads(line)) for line in kept)
        return await _compare(deps, partner, ReconciliationWay.FETCHED, entries, listed_at)


async def _compare(
    deps: Deps, partner: Partner, way: ReconciliationWay, entries: Iterator[Listed], listed_at: datetime
) -> Reconciliation:
    async with in_transaction():
        return await reconciling.compare(deps, partner, way, _pages(entries), listed_at)


async def ask_again(deps: Deps, difference_id: UUID, http: httpx.AsyncClient) -> None:
    """For a case that we lack; filed as if the partner had brought it just now. What goes wrong stands at the
    difference."""
    difference = await Difference.get_or_none(id=difference_id, gone_at=None).select_related("partner")
    if difference is None:
        return
    partner = difference.partner
    try:
        found = await _get(deps, partner, http, f"cases/{quote(difference.number, safe='')}")
        draft = CaseIn.model_validate_json(json.dumps(found), context=deps)
        _require_same(draft.number, difference.number)
        actor = PartnerActor(partner.id, partner.code, partner.name)
        async with in_transaction():
            _ = await intake.take_in(deps, actor, draft, json_hash(found))
            await Difference.filter(id=difference.id).update(gone_at=deps.clock.now())
    except (ListError, HejieError, ValidationError) as error:
        problem = f"{error.error_count()} fields are wrong" if isinstance(error, ValidationError) else str(error)
        await Difference.filter(id=difference.id).update(problem=problem[:200])


def _require_same(number: str, asked: str) -> None:
    """Raises ListError."""
    if number != asked:
        raise ListError("the partner has answered with another case")


def client() -> httpx.AsyncClient:
    """Redirects are answers."""
    return httpx.AsyncClient(timeout=_TIMEOUT_S, follow_redirects=False, trust_env=False)


async def _listed(deps: Deps, partner: Partner, http: httpx.AsyncClient) -> AsyncIterator[Listed]:
    cursor: str | None = None
    for _ in range(_MOST_PAGES):
        after = f"&cursor={quote(cursor, safe='')}" if cursor else ""
        page = await _get(deps, partner, http, f"cases?limit={_PAGE}{after}")
        items, cursor = page.get("items"), page.get("next_cursor")
        if not isinstance(items, list) or not (cursor is None or isinstance(cursor, str)):
            raise ListError("the partner's list has another form than agreed")
        for item in items:
            yield _entry(item)
        if not cursor:
            return
    raise ListError("the partner's list does not end")


async def _get(deps: Deps, partner: Partner, http: httpx.AsyncClient, what: str) -> dict[str, Any]:
    """Raises ListError."""
    if not partner.url:
        raise ListError("the partner has no address")
    url = urljoin(partner.url, what)
    parts = urlsplit(url)
    target = f"GET {parts.path}" + (f"?{parts.query}" if parts.query else "")
    message = Message(str(uuid7()), deps.clock.now(), b"", target)
    headers = signing.headers(message, await keys.valid_secrets(deps.keyring, partner.id))
    try:
        async with http.stream("GET", url, headers=headers | {PARTNER_HEADER: "hejie"}) as response:
            if response.status_code != httpx.codes.OK:
                raise ListError(f"the partner answered {response.status_code}")
            body = b""
            async for part in response.aiter_bytes():
                body += part
                if len(body) > _MOST_BYTES:
                    raise ListError("the partner's answer is too large")
    except httpx.HTTPError as error:
        raise ListError(f"the partner did not answer: {type(error).__name__}") from error
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise ListError("the partner's answer is no JSON") from error
    if not isinstance(found, dict):
        raise ListError("the partner's answer is no JSON object")
    return found


def _entry(item: Any) -> Listed:
    """Raises ListError."""
    try:
        number, status = item["number"], item["status"]
    except (TypeError, KeyError, IndexError) as error:
        raise ListError("an entry of the partner's list lacks its number or state") from error
    if not all(isinstance(each, str) and 0 < len(each) <= 64 and each.isprintable() for each in (number, status)):
        raise ListError("an entry of the partner's list has a number or state that is none")
    return Listed(number, status)


def _from_file(path: Path, stack: ExitStack) -> Iterator[Listed]:
    """CSV, XLSX, or JSON Lines. Raises ListError."""
    try:
        if path.suffix.lower() == ".jsonl":
            for line in stack.enter_context(path.open(encoding="utf-8-sig")):
                if line.strip():
                    yield _entry(json.loads(line))
            return
        rows, wrong = sheets.read_file(path, stack), list[RowProblem]()
        columns = sheets.columns_of(next(rows, None), _COLUMNS, tuple(_COLUMNS), wrong)
        if wrong:
            raise ListError(f"第{wrong[0].line}行 {wrong[0].column}：{wrong[0].reason}")
        for row in rows:
            yield _entry(dict(zip(columns, row.as_written, strict=False)))
    except SheetError as error:
        raise ListError(f"第{error.line}行：{error.reason}") from error
    except ValueError as error:
        raise ListError("the file is no list of cases") from error


def _pages(entries: Iterator[Listed]) -> Iterator[Sequence[Listed]]:
    while page := list(islice(entries, _PAGE)):
        yield page
