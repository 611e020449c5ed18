"""What is said in a mediation's channels, watched for signs of danger as whatever else a party writes."""

from backend.accounts.actors import Actor, ResidentActor
from backend.casework import filing
from backend.core.deps import Deps
from backend.mediation import talks
from backend.mediation.access import Standing
from backend.mediation.talk_schemas import MessageIn, MessageOut


async def say(deps: Deps, actor: Actor, standing: Standing, fields: MessageIn, ref: str | None = None) -> MessageOut:
    """Raises what `talks.post` raises."""
    said = await talks.post(deps, actor, standing, fields, ref)
    if isinstance(actor, ResidentActor) or fields.said_by_party:
        await filing.watch_talk(deps, standing.dispute, fields.text)
    return said
