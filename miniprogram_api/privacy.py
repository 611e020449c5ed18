from typing import Annotated

from pydantic import Field
from sanic import Blueprint

from backend.accounts import consents
from backend.accounts.actors import ResidentActor
from backend.core.deps import Deps
from backend.core.errors import NotFoundError
from backend.core.schema import In, Out
from backend.privacy import actions
from backend.web.endpoint import endpoint
from models import ConsentKind

blueprint = Blueprint("mini_privacy")


class PrivacyNoticeOut(Out):
    version: str
    text: str


class ConsentIn(In):
    """Without `kinds`: to the notice alone."""

    version: Annotated[str, Field(min_length=1, max_length=16)]
    kinds: Annotated[tuple[ConsentKind, ...], Field(min_length=1, max_length=10)] | None = None


@endpoint(blueprint, "GET", "/privacy-notice", audience="anyone", returns=PrivacyNoticeOut)
async def get_privacy_notice(deps: Deps) -> PrivacyNoticeOut:
    return PrivacyNoticeOut(version=deps.catalog.privacy.version, text=deps.catalog.privacy.text)


@endpoint(blueprint, "POST", "/me/privacy-consent", audience="resident", body=ConsentIn)
async def give_consent(actor: ResidentActor, body: ConsentIn, deps: Deps) -> None:
    await consents.give(deps, actor, body.version, frozenset(body.kinds or (ConsentKind.PRIVACY_NOTICE,)))


@endpoint(blueprint, "DELETE", "/me/privacy-consent/{kind}", audience="resident")
async def withdraw_consent(actor: ResidentActor, kind: str, deps: Deps) -> None:
    if kind not in set(ConsentKind):
        raise NotFoundError
    await actions.withdraw_consent(deps.clock, actor.id, ConsentKind(kind))
