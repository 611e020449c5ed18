from datetime import timedelta

from backend.accounts.actors import ResidentActor
from backend.accounts.tokens import new_token, token_hash
from backend.core.deps import Deps
from models import Resident, ResidentSession


async def log_in(deps: Deps, app_id: str, openid: str, days: int) -> tuple[str, ResidentSession]:
    """Known by (app, openid); a first visit makes the account. A closed account starts afresh."""
    now = deps.clock.now()
    resident, created = await Resident.get_or_create(
        app_id=app_id, openid=openid, defaults={"created_at": now, "last_login_at": now}
    )
    if not created:
        resident.last_login_at, resident.closed_at = now, None
        await resident.save(update_fields=["last_login_at", "closed_at"])
    token = new_token()
    session = await ResidentSession.create(
        token_hash=token_hash(token), resident=resident, created_at=now, expires_at=now + timedelta(days=days)
    )
    return token, session


async def log_out(deps: Deps, actor: ResidentActor) -> None:
    await ResidentSession.filter(id=actor.session_id).update(revoked_at=deps.clock.now())
