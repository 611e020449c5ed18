import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from tortoise import connections

from backend.accounts.actors import ResidentActor, StaffActor
from backend.accounts.schemas import ProfileOut
from backend.accounts.tokens import token_hash
from backend.core import identity
from backend.core.deps import Deps
from backend.core.errors import NotFoundError, TokenExpiredError, TokenInvalidError, TokenRevokedError
from models import ConsentKind, PrivacyConsent, Resident, Role

_RESIDENT = """
SELECT s.id AS session_id, s.expires_at, s.revoked_at, r.id, r.openid,
       (SELECT json_object_agg(c.kind, c.version) FROM privacy_consent c
         WHERE c.resident_id = r.id AND c.withdrawn_at IS NULL) AS consents
  FROM resident_session s JOIN resident r ON r.id = s.resident_id
 WHERE s.token_hash = $1
"""
_STAFF = """
SELECT s.id AS session_id, s.expires_at, s.revoked_at, t.id, t.name, t.role, t.center_id, t.organization_id, t.is_active
  FROM staff_session s JOIN staff t ON t.id = s.staff_id
 WHERE s.token_hash = $1
"""


async def resident_by_token(deps: Deps, token: str) -> ResidentActor:
    """One statement. Raises the 401 that fits."""
    row = await _session(_RESIDENT, token, deps.clock.now())
    return ResidentActor(row["id"], row["session_id"], row["openid"], _json(row["consents"]))


async def staff_by_token(deps: Deps, token: str) -> StaffActor:
    """Never an associate: to them, what is the center's does not exist. Raises the 401 that fits, NotFoundError."""
    actor = await colleague_by_token(deps, token)
    if actor.is_associate:
        raise NotFoundError
    return actor


async def colleague_by_token(deps: Deps, token: str) -> StaffActor:
    """Staff and associates. Raises the 401 that fits."""
    row = await _session(_STAFF, token, deps.clock.now())
    if not row["is_active"]:
        raise TokenRevokedError
    role = Role(row["role"])
    return StaffActor(row["id"], row["session_id"], row["name"], role, row["center_id"], row["organization_id"])


async def profile(deps: Deps, actor: ResidentActor) -> ProfileOut:
    """Masked: a phone lies about with its screen on."""
    resident = await Resident.get(id=actor.id)
    in_force = await PrivacyConsent.filter(resident_id=actor.id, withdrawn_at=None)
    return ProfileOut(
        id=str(resident.id),
        name_masked=_masked(deps, resident, "name", resident.name_sealed, identity.mask_name),
        phone_masked=_masked(deps, resident, "phone", resident.phone_sealed, identity.mask_phone),
        id_number_masked=_masked(deps, resident, "id_number", resident.id_number_sealed, identity.mask_id_number),
        consents={ConsentKind(consent.kind): consent.version for consent in in_force},
        created_at=resident.created_at,
    )


def _masked(
    deps: Deps, resident: Resident, column: str, sealed: bytes | None, mask: Callable[[str], str]
) -> str | None:
    return None if sealed is None else mask(deps.keyring.open(sealed, "resident", column, resident.id))


async def _session(sql: str, token: str, now: datetime) -> dict[str, Any]:
    rows = await connections.get("default").execute_query_dict(sql, [token_hash(token)])
    if not rows:
        raise TokenInvalidError
    row: dict[str, Any] = rows[0]
    if row["revoked_at"] is not None:
        raise TokenRevokedError(row["id"])
    if row["expires_at"] <= now:
        raise TokenExpiredError
    return row


def _json(text: str | None) -> dict[str, str]:
    return json.loads(text) if text else {}
