"""One page of one case: the dispute and what was asked to be included."""

from typing import Any
from uuid import UUID

from backend.accounts.actors import ResidentActor
from backend.agreements import todo
from backend.appointments import queries as appointments
from backend.casework import information, rights
from backend.core.deps import Deps
from backend.core.errors import InvalidFieldsError
from backend.disputes import elapsed, groups, queries, timeline, views, ways_on
from backend.disputes.schemas import ActionOut, DisputeOut
from backend.files import queries as files
from backend.ratings import actions as ratings
from models import Dispute, Status

INCLUDABLE = ("timeline", "appointments", "files")
_TIMELINE_ITEMS = 100


async def read(deps: Deps, actor: ResidentActor, dispute_id: UUID, include: str) -> DisputeOut:
    """`include` is a comma-separated choice of `INCLUDABLE`. Raises InvalidFieldsError, NotFoundError."""
    wanted = {part.strip() for part in include.split(",") if part.strip()}
    if not wanted.issubset(INCLUDABLE):
        raise InvalidFieldsError.at("include", f"只能选择：{'、'.join(INCLUDABLE)}。")
    dispute = await queries.for_resident(actor, dispute_id)
    parties = await queries.parties(dispute_id)
    page = views.full(deps, actor, dispute, parties)
    way = await ways_on.of(deps, dispute)
    notice = await rights.of(deps, actor, dispute)
    extra: dict[str, Any] = {"redirect": way.redirect, "routes": way.routes, "rights_notice": notice}
    extra["elapsed"] = await elapsed.of(deps, dispute)
    requests = await information.of_dispute(deps, dispute_id, actor)
    extra["information_requests"] = [each.model_dump(mode="json") for each in requests if each.answered_at is None]
    extra["group"] = group = await groups.for_member(deps, actor, dispute, parties)
    spoken_for = group is not None and not group.is_representative and group.agrees is not False
    hidden = {"book"} if spoken_for else set()
    hidden |= set() if await ratings.may_rate(deps, actor, dispute) else {"rate"}
    own = [each for each in page.actions if each.action not in hidden]
    asked = await todo.of_resident(deps, actor, dispute)
    more = _more_actions(dispute, has_requests=bool(extra["information_requests"]))
    extra["actions"] = [*own, *asked.actions, *more]
    if asked.next_step is not None:
        extra["next_step"] = asked.next_step
    if "timeline" in wanted:
        items = await timeline.for_resident(deps, actor, dispute, limit=_TIMELINE_ITEMS, cursor=None, descending=False)
        extra["timeline"] = items.items
    if "appointments" in wanted:
        extra["appointments"] = [
            each.model_dump(mode="json") for each in await appointments.of_dispute(deps, actor, dispute)
        ]
    if "files" in wanted:
        extra["files"] = [each.model_dump(mode="json") for each in await files.of_dispute(actor, dispute_id)]
    return page.model_copy(update=extra)


def _more_actions(dispute: Dispute, *, has_requests: bool) -> list[ActionOut]:
    found = [ActionOut(action="answer_request", title="按要求补充")] if has_requests else []
    if dispute.status in (Status.ACCEPTED, Status.IN_MEDIATION):
        if dispute.mediator_id is None:
            found.append(ActionOut(action="choose_mediator", title="选择调解员"))
        elif not dispute.recusal_pending:
            found.append(ActionOut(action="challenge", title="申请回避"))
    return found
