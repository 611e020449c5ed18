from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from tortoise import connections

from backend.accounts import consents
from backend.accounts.actors import ResidentActor
from backend.accounts.schemas import ProfileIn
from backend.accounts.tokens import new_token, token_hash
from backend.core import identity
from backend.core.deps import Deps
from backend.core.errors import InvalidFieldsError
from models import ConsentKind, Resident, ResidentSession
from models.base import uuid7

_ENTER = """
INSERT INTO resident (id, app_id, openid, created_at, last_login_at) VALUES ($1, $2, $3, $4, $4)
ON CONFLICT (app_id, openid) DO UPDATE SET last_login_at = EXCLUDED.last_login_at
RETURNING id, phone_sealed
"""


@dataclass(frozen=True, slots=True)
class Entrance:
    """A session that has begun. The token is known here and to the caller only."""

    token: str
    expires_at: datetime
    resident_id: UUID
    phone_masked: str | None


async def log_in(deps: Deps, app_id: str, openid: str, days: int) -> Entrance:
    """Known by (app, openid); a first visit makes the account."""
    now = deps.clock.now()
    rows = await connections.get("default").execute_query_dict(_ENTER, [uuid7(), app_id, openid, now])
    resident_id, phone_sealed = rows[0]["id"], rows[0]["phone_sealed"]
    token, expires_at = new_token(), now + timedelta(days=days)
    session = ResidentSession(
        token_hash=token_hash(token), resident_id=resident_id, created_at=now, expires_at=expires_at
    )
    await session.save(force_create=True)
    phone = None if phone_sealed is None else deps.keyring.open(phone_sealed, "resident", "phone", resident_id)
    return Entrance(token, expires_at, resident_id, None if phone is None else identity.mask_phone(phone))


async def log_out(deps: Deps, actor: ResidentActor) -> None:
    await ResidentSession.filter(id=actor.session_id).update(revoked_at=deps.clock.now())


async def change_profile(deps: Deps, actor: ResidentActor, profile: ProfileIn) -> None:
    """Raises InvalidFieldsError: an identity number needs its own consent."""
    if profile.id_number is not None and ConsentKind.ID_NUMBER not in actor.consents:
        raise InvalidFieldsError.at("id_number", consents.ID_NUMBER_NEEDS_CONSENT)
    changes: dict[str, object] = {}
    if "name" in profile.model_fields_set:
        changes["name_sealed"] = _seal(deps, actor.id, "name", profile.name)
    if "id_number" in profile.model_fields_set:
        changes |= _searchable(deps, actor.id, "id_number", profile.id_number)
    if changes:
        await Resident.filter(id=actor.id).update(**changes)


async def set_phone(deps: Deps, actor: ResidentActor, number: str) -> None:
    """`number` as WeChat, or a code sent to it, vouches for it; a household may share one.

    Raises InvalidFieldsError for one that is not of the mainland.
    """
    try:
        phone = identity.normalize_mobile(number)
    except ValueError as error:
        raise InvalidFieldsError.at("code", "目前只支持中国大陆的手机号，请换一个手机号授权。") from error
    await Resident.filter(id=actor.id).update(**_searchable(deps, actor.id, "phone", phone))


def _searchable(deps: Deps, resident_id: UUID, column: str, value: str | None) -> dict[str, object]:
    found_by = None if value is None else deps.keyring.keyed_hash(column, value)
    return {f"{column}_sealed": _seal(deps, resident_id, column, value), f"{column}_hash": found_by}


def _seal(deps: Deps, resident_id: UUID, column: str, value: str | None) -> bytes | None:
    return None if value is None else deps.keyring.seal(value, "resident", column, resident_id)
