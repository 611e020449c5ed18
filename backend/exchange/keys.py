"""A partner's secrets: sealed, shown once, two of them valid at a time."""

from uuid import UUID

from backend.core.crypto import Keyring
from backend.core.deps import Deps
from backend.exchange import signing
from models import Partner, PartnerKey
from models.base import uuid7

VALID_AT_ONCE = 2


async def valid_secrets(keyring: Keyring, partner_id: UUID) -> list[str]:
    """The newest first: all of them sign what goes out, any of them verifies what comes in."""
    keys = await PartnerKey.filter(partner_id=partner_id, ended_at=None).order_by("-id").limit(VALID_AT_ONCE)
    return [keyring.open(key.secret_sealed, "partner_key", "secret", key.id) for key in keys]


async def rotate(deps: Deps, partner: Partner) -> str:
    """A new secret, to be shown to whoever asked and never again; of the earlier ones only the newest stays valid.
    Needs an open transaction."""
    _ = await Partner.filter(id=partner.id).select_for_update().get()
    earlier = await PartnerKey.filter(partner_id=partner.id, ended_at=None).order_by("-id")
    outdated = [key.id for key in earlier[VALID_AT_ONCE - 1 :]]
    await PartnerKey.filter(id__in=outdated).update(ended_at=deps.clock.now())
    key_id, secret = uuid7(), signing.new_secret()
    sealed = deps.keyring.seal(secret, "partner_key", "secret", key_id)
    _ = await PartnerKey.create(id=key_id, partner_id=partner.id, secret_sealed=sealed, created_at=deps.clock.now())
    return secret
