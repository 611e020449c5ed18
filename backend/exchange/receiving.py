"""Whose call it is: the one place where a partner's signature, its clock, its pause and a repetition are judged."""

from collections.abc import Mapping
from typing import ClassVar

from tortoise import connections

from backend.accounts.actors import PartnerActor
from backend.core.deps import Deps
from backend.core.errors import HejieError
from backend.exchange import directory, keys, signing
from backend.exchange.signing import ID_HEADER, PARTNER_HEADER, SIGNATURE_HEADER, TIMESTAMP_HEADER, Message, Refusal
from models import Partner
from models.base import uuid7

_ONCE = """
INSERT INTO received_message (id, partner_id, message_id, received_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (partner_id, message_id) DO NOTHING RETURNING id
"""


class SignatureMissingError(HejieError):
    code: ClassVar[str] = "signature_missing"
    status: ClassVar[int] = 401
    message: ClassVar[str] = "缺少签名，或签名头不完整。请按接口文档带上平台编码、编号、时间戳和签名。"


class SignatureInvalidError(HejieError):
    """Also for a partner that there is not: the two must look alike."""

    code: ClassVar[str] = "signature_invalid"
    status: ClassVar[int] = 401
    message: ClassVar[str] = "签名不对。请检查平台编码和密钥，并确认签名后请求地址和内容没有改动。"


class ClockError(HejieError):
    code: ClassVar[str] = "timestamp_out_of_window"
    status: ClassVar[int] = 401
    message: ClassVar[str] = "签名的时间与本系统相差超过五分钟，请校准时钟后重新签名发送。"


class ReplayedError(HejieError):
    code: ClassVar[str] = "message_replayed"
    status: ClassVar[int] = 401
    message: ClassVar[str] = "这个消息编号已经用过。重试时请换新的消息编号重新签名，案件编号不变就不会重复立案。"


class PartnerPausedError(HejieError):
    code: ClassVar[str] = "partner_paused"
    status: ClassVar[int] = 403
    message: ClassVar[str] = "贵方的对接已暂停，请联系综治中心的管理员。"


class DirectionError(HejieError):
    code: ClassVar[str] = "direction_not_allowed"
    status: ClassVar[int] = 403
    message: ClassVar[str] = "贵方没有向本系统移送案件的权限，请联系综治中心的管理员。"


_REFUSALS: dict[Refusal, type[HejieError]] = {
    Refusal.INCOMPLETE: SignatureMissingError,
    Refusal.OUT_OF_WINDOW: ClockError,
    Refusal.WRONG_SIGNATURE: SignatureInvalidError,
}
ERRORS = (*_REFUSALS.values(), ReplayedError, PartnerPausedError, DirectionError)


def require_headers(headers: Mapping[str, str]) -> None:
    """Before anything is read. Raises SignatureMissingError."""
    if not all(headers.get(name) for name in (PARTNER_HEADER, ID_HEADER, TIMESTAMP_HEADER, SIGNATURE_HEADER)):
        raise SignatureMissingError


async def signer(deps: Deps, headers: Mapping[str, str], body: bytes, target: str) -> tuple[Partner, Message]:
    """Who has signed this call. `headers` have their names in lower case; `target` is method and address as sent.
    Raises a 401 of `ERRORS`."""
    partner = await directory.find(headers.get(PARTNER_HEADER, ""))
    secrets = await keys.valid_secrets(deps.keyring, partner.id) if partner else []
    found = signing.verify(headers, body, secrets or [signing.new_secret()], deps.clock.now(), target)
    if isinstance(found, Refusal):
        raise _REFUSALS[found]
    assert partner is not None, "nobody can sign with a secret that was made just now"
    return partner, found


def admit(partner: Partner, message: Message) -> PartnerActor:
    """Raises PartnerPausedError, DirectionError."""
    if partner.paused_at is not None:
        raise PartnerPausedError
    if "in" not in partner.directions:
        raise DirectionError
    return PartnerActor(partner.id, partner.code, partner.name, message.id)


async def use_up(deps: Deps, actor: PartnerActor) -> None:
    """In the transaction that answers the call: a message counts once it was answered, and what was refused may come
    again, corrected, under its id. Of two at the same time the second waits for the first. Raises ReplayedError."""
    values = [uuid7(), actor.id, actor.message_id, deps.clock.now()]
    if not await connections.get("default").execute_query_dict(_ONCE, values):
        raise ReplayedError
