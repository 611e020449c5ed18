"""The mini-program codes on a center's posters. A code opens the center's page and gives no access to anything."""

import secrets
from datetime import datetime
from uuid import UUID

from backend.accounts.actors import StaffActor
from backend.core.deps import Deps
from backend.core.errors import NotFoundError, RoleNotAllowedError
from backend.core.schema import Moment, Out
from models import Center, Role, SceneCode

_PAGE = "pages/center/index"
_RANDOM_BYTES = 12
"""16 letters of the ones that WeChat allows in a scene."""


class PosterOut(Out):
    id: str
    scene: str
    page: str
    created_at: Moment
    revoked_at: Moment | None


def new(center_id: UUID, now: datetime) -> SceneCode:
    params = {"center_id": str(center_id)}
    return SceneCode(code=secrets.token_urlsafe(_RANDOM_BYTES), page=_PAGE, params=params, created_at=now)


async def make(deps: Deps, actor: StaffActor, center: Center) -> PosterOut:
    """One more; those that hang already stay good. Raises RoleNotAllowedError."""
    _require_own(actor, center)
    poster = new(center.id, deps.clock.now())
    await poster.save(force_create=True)
    return _out(poster)


async def revoke(deps: Deps, actor: StaffActor, center: Center, poster_id: UUID) -> None:
    """Who scans it then is told so. Twice changes nothing. Raises NotFoundError, RoleNotAllowedError."""
    poster = await one(actor, center, poster_id)
    await SceneCode.filter(id=poster.id, revoked_at=None).update(revoked_at=deps.clock.now())


async def one(actor: StaffActor, center: Center, poster_id: UUID) -> SceneCode:
    _require_own(actor, center)
    found = await SceneCode.get_or_none(id=poster_id)
    if found is None or found.params.get("center_id") != str(center.id):
        raise NotFoundError
    return found


async def of_center(actor: StaffActor, center: Center) -> list[PosterOut]:
    """Latest first. Raises RoleNotAllowedError."""
    _require_own(actor, center)
    posters = SceneCode.filter(params__contains={"center_id": str(center.id)}, page=_PAGE)
    return [_out(poster) for poster in await posters.order_by("-id")]


async def hangs_in(center: Center, code: str) -> bool:
    posters = SceneCode.filter(code=code, page=_PAGE, revoked_at=None)
    return await posters.filter(params__contains={"center_id": str(center.id)}).exists()


def _require_own(actor: StaffActor, center: Center) -> None:
    is_own = actor.role is Role.DIRECTOR and actor.center_id == center.id
    if not (is_own or actor.role is Role.ADMIN):
        raise RoleNotAllowedError("海报码由本中心主任或系统管理员管理。")


def _out(poster: SceneCode) -> PosterOut:
    return PosterOut(
        id=str(poster.id),
        scene=poster.code,
        page=poster.page,
        created_at=poster.created_at,
        revoked_at=poster.revoked_at,
    )
