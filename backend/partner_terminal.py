"""`hejie partner …`: what the commands do, in words for whoever typed them."""

import csv
import io
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import urlsplit

from pydantic import ValidationError
from tortoise.exceptions import IntegrityError
from tortoise.transactions import in_transaction

from backend import database, exchange_office
from backend.core.clock import SystemClock, iso, local
from backend.core.deps import Deps
from backend.core.errors import HejieError
from backend.exchange import directory, keys, partners, standing
from backend.exchange.mapping import ALL, Pair
from backend.exchange.payload import FIELDS
from backend.exchange.schemas import PartnerDraft
from backend.wiring import load_deps
from config.settings import Settings
from models import CodeKind, CodeWay, Partner

_COLUMNS = ("kind", "ours", "theirs", "way")


class CommandRefusedError(Exception):
    """The text tells the operator what to do."""


REFUSALS = (CommandRefusedError, HejieError)


_Told = TypeVar("_Told")


async def at(settings: Settings, work: Coroutine[Any, Any, _Told]) -> _Told:
    """Raises REFUSALS."""
    async with database.connected(settings.database_url.get_secret_value()):
        return await work


@dataclass(frozen=True, slots=True)
class Entered:
    """On the command line."""

    code: str
    name: str
    url: str
    directions: Sequence[str]
    categories: Sequence[str]
    areas: Sequence[str]
    fields: Sequence[str]
    """`name=legal basis`"""
    only_own_cases: bool
    limit_per_s: int


async def add(settings: Settings, entered: Entered) -> str:
    deps = await load_deps(settings, SystemClock())
    draft = _draft(deps, settings, entered)
    async with in_transaction():
        partner, secret = await partners.add(deps, draft)
    return f"added {partner.code} ({partner.name}).\n{_shown_once(secret)}\nNext: `hejie partner test {partner.code}`."


async def change(settings: Settings, entered: Entered) -> str:
    deps = await load_deps(settings, SystemClock())
    draft = _draft(deps, settings, entered)
    async with in_transaction():
        partner = await partners.change(entered.code, draft)
    return f"changed {partner.code}: {', '.join(partner.directions)}; {partner.url or 'no url'}"


async def rotate_key(settings: Settings, code: str) -> str:
    deps = await load_deps(settings, SystemClock())
    async with in_transaction():
        partner = await directory.by_code(code)
        secret = await keys.rotate(deps, partner)
    return (
        f"{_shown_once(secret)}\nThe key before it stays valid until the next rotation, older ones ended now. "
        "Both sign what goes out."
    )


async def pause(settings: Settings, code: str) -> str:
    deps = await load_deps(settings, SystemClock())
    async with in_transaction():
        _ = await partners.pause(deps, code)
    return f"{code} is paused: nothing is sent or taken. What happens waits; `hejie partner resume {code}` sends it."


async def resume(_settings: Settings, code: str) -> str:
    async with in_transaction():
        _ = await partners.resume(code)
    return f"{code} is told again, from where it was paused."


async def test(settings: Settings, code: str) -> str:
    """Sends one signed event that is none of a case. Raises CommandRefusedError with what the partner answered."""
    deps = await load_deps(settings, SystemClock())
    partner = await directory.by_code(code)
    if not partner.url:
        raise CommandRefusedError(f"{code} has no url: it only brings cases.")
    tools = exchange_office.tools(settings, deps.clock, deps.catalog, deps.keyring)
    judged = await exchange_office.knock(tools, partner, settings.exchange_timeout_s)
    if judged.problem:
        raise CommandRefusedError(f"{urlsplit(partner.url).netloc} did not acknowledge: {judged.problem}")
    return f"{urlsplit(partner.url).netloc} has acknowledged a signed test event."


async def listed(_settings: Settings) -> str:
    lines = []
    for out in await standing.of_all():
        state = f"paused since {iso(out.paused_at)}" if out.paused_at else "active"
        waits = f" since {iso(out.pending_since)}" if out.pending_since else ""
        lines.append(
            f"{out.code}  {out.name}  {'/'.join(out.directions)}  {state}  {out.pending} pending{waits}, "
            f"{out.dead} dead, {out.unknown_codes} unknown codes"
        )
    return "\n".join(lines) or "no partners; `hejie partner add` enters one"


async def map_codes(settings: Settings, code: str, text: str) -> str:
    """Raises CommandRefusedError."""
    deps = await load_deps(settings, SystemClock())
    pairs = _pairs(text)
    partner = await directory.by_code(code)
    try:
        async with in_transaction():
            count = await partners.map_codes(deps, partner, pairs)
    except IntegrityError:
        raise CommandRefusedError("One code has two answers in one direction; nothing was changed.") from None
    return f"{count} mappings of {code} are in force, in place of all earlier ones."


async def replay(settings: Settings, code: str, since: datetime | None, after: int | None) -> str:
    """Raises CommandRefusedError."""
    if (since is None) == (after is None):
        raise CommandRefusedError("Say from where: either --since or --after.")
    deps = await load_deps(settings, SystemClock())
    moment = None if since is None else since.replace(tzinfo=since.tzinfo or local(deps.clock.now()).tzinfo)
    partner = await directory.by_code(code)
    async with in_transaction():
        count = await partners.replay(deps, partner, since=moment, after=after)
    return f"{count} events go out again to {code}, with the ids they had."


async def dead_letters(settings: Settings, code: str, *, resend: bool, skip: bool) -> str:
    """Raises CommandRefusedError."""
    if resend and skip:
        raise CommandRefusedError("Either --resend or --skip.")
    deps = await load_deps(settings, SystemClock())
    partner = await directory.by_code(code)
    if not (resend or skip):
        return await _dead_letters(partner)
    settle = partners.send_dead_again if resend else partners.skip_dead
    async with in_transaction():
        count = await settle(deps, partner, None)
    return f"{count} events of {code} {'go out again' if resend else 'are skipped; their cases go on'}."


async def _dead_letters(partner: Partner) -> str:
    rows = await partners.dead_events(partner, 1000)
    lines = [f"{row.id}  {row.dispute.number}  {row.event.kind}  {iso(row.event.at)}  {row.problem}" for row in rows]
    return "\n".join(lines) or f"{partner.code} has no dead letters"


async def connect_simulator(settings: Settings, code: str, url: str) -> tuple[str, ...]:
    """Development: 12345 as a partner with our own codes, told of the cases that it brings. Its valid keys."""
    deps = await load_deps(settings, SystemClock())
    basis = "模拟数据，不涉及真实个人信息"
    known = {
        "code": code, "name": "12345热线（模拟）", "url": f"{url}/events", "directions": ["in", "out"],
        "may_know": {name: basis for name, field in FIELDS.items() if not field.is_personal}, "only_own_cases": True,
    }  # fmt: skip
    draft = PartnerDraft.model_validate(known, context=(deps, settings.is_production))
    async with in_transaction():
        if await Partner.filter(code=code).exists():
            partner = await partners.change(code, draft)
        else:
            partner, _ = await partners.add(deps, draft)
            await partners.map_codes(deps, partner, [Pair(kind, ALL, ALL, CodeWay.BOTH) for kind in CodeKind])
        return tuple(await keys.valid_secrets(deps.keyring, partner.id))


def _draft(deps: Deps, settings: Settings, entered: Entered) -> PartnerDraft:
    """Raises CommandRefusedError naming everything that is wrong."""
    bases = dict(_basis(each) for each in entered.fields)
    draft = {
        "code": entered.code, "name": entered.name, "url": entered.url, "directions": list(entered.directions),
        "categories": list(entered.categories), "areas": list(entered.areas), "may_know": bases,
        "only_own_cases": entered.only_own_cases, "limit_per_s": entered.limit_per_s,
    }  # fmt: skip
    try:
        return PartnerDraft.model_validate(draft, context=(deps, settings.is_production))
    except ValidationError as error:
        wrong = (f"  {'.'.join(map(str, each['loc'])) or 'partner'}: {each['msg']}" for each in error.errors())
        raise CommandRefusedError("Nothing was changed:\n" + "\n".join(wrong)) from None


def _basis(text: str) -> tuple[str, str]:
    name, separator, basis = text.partition("=")
    if not separator:
        raise CommandRefusedError(f"--field {text}: write name=legal basis, such as status=个人信息保护法第十三条")
    return name.strip(), basis.strip()


def _pairs(text: str) -> list[Pair]:
    """From CSV. Raises CommandRefusedError naming the lines."""
    reader = csv.DictReader(io.StringIO(text))
    if missing := [column for column in _COLUMNS if column not in (reader.fieldnames or ())]:
        raise CommandRefusedError(f"columns are missing: {', '.join(missing)}")
    pairs, wrong = [], []
    for line, row in enumerate(reader, 2):
        try:
            pairs.append(_pair({name: (row[name] or "").strip() for name in _COLUMNS}))
        except ValueError as error:
            wrong.append(f"  line {line}: {error}")
    if wrong:
        raise CommandRefusedError("Nothing was changed:\n" + "\n".join(wrong))
    return pairs


def _pair(row: dict[str, str]) -> Pair:
    """Raises ValueError."""
    ours, theirs = row["ours"], row["theirs"]
    if not (0 < len(ours) <= 64 and 0 < len(theirs) <= 64):
        raise ValueError("a code has 1 to 64 characters")
    if ("*" in (ours, theirs)) and ours != theirs:
        raise ValueError("* stands for both codes or none")
    return Pair(CodeKind(row["kind"]), ours, theirs, CodeWay(row["way"] or "both"))


def _shown_once(secret: str) -> str:
    return f"Key, shown this once (give it to the partner by a safe way): {secret}"
