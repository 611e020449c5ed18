"""What is written when a quarrel is filed, added to, or urged."""

import json
from typing import ClassVar
from uuid import UUID

from backend.accounts import consents
from backend.accounts.actors import Filer, PartnerActor, ResidentActor, StaffActor
from backend.centers import travel_time
from backend.centers.decision import RouteDecision
from backend.centers.policy import CHOSEN_AND_RUNNER_UP, MAX_CANDIDATES
from backend.content import actions as content
from backend.content.actions import Brought
from backend.core import clock, codes, geo, rows
from backend.core.deps import Deps
from backend.core.errors import FieldProblem, HejieError, InvalidFieldsError
from backend.core.travel import OFF, TravelTimes
from backend.disputes import case_clock, history, party_rows, queries, representation, routing
from backend.disputes.history import Entry
from backend.disputes.routing import Place
from backend.disputes.schemas import DisputeIn, PlaceIn, PointIn
from backend.files import actions as files
from backend.notices import actions as notices
from backend.notices.actions import News
from models import CheckSubject, Dispute, Party, Representation, Side, Source, Status, Urge
from models.base import uuid7

_NUMBER_LENGTH = 12
_NOT_A_CANDIDATE = "这个中心不在可选范围内，请从推荐的中心里选择。"
ENDED = (Status.REFUSED, Status.WITHDRAWN, Status.CLOSED)


class AlreadyUrgedError(HejieError):
    code: ClassVar[str] = "already_urged"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "今天已经催办过了，中心已收到提醒，请下一个工作日再看。"


class DisputeEndedError(HejieError):
    code: ClassVar[str] = "dispute_ended"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "这件事已经结束，不能再补充。如有新的情况，请重新提交或联系综治中心。"


async def file_dispute(
    deps: Deps, draft: DisputeIn, *, filer: Filer, source: Source, times: TravelTimes = OFF
) -> tuple[Dispute, RouteDecision]:
    """A resident's filing and a partner's go where the place sends them; a staff member registers for the own center.
    `times` are the driving times of which the preview spoke.

    Raises InvalidFieldsError, PrivacyConsentRequiredError.
    """
    where = routing.locate(deps, draft.location)
    decision, found = _route(deps, draft, where, filer, times)
    dispute = _dispute(deps, draft, where, decision, filer=filer, source=source)
    if isinstance(filer, ResidentActor):
        found += _missing_consents(draft, filer)
    found += _agent_problems(deps, draft, filer)
    found += await _attach(draft, filer, dispute.id)
    if found:
        raise InvalidFieldsError(fields=tuple(found))
    if isinstance(filer, ResidentActor):
        consents.require_notice(filer, deps.catalog)
    step = case_clock.begin(deps, dispute)
    parties, center = _parties(deps, draft, dispute, filer), decision.center
    agents = _agents(deps, draft, parties[0], filer)
    data = {"center": center.name, "number": dispute.number, "source": source}
    entries = [Entry("submitted", data=data, step=step)]
    entries += [representation.entry(deps.catalog, agent, "represented") for agent in agents]
    events = history.begin(deps, dispute, filer, *entries)
    for written in ([dispute], parties, agents, events):
        await rows.insert(written)
    await content.request(deps, filer, Brought(CheckSubject.DISPUTE, dispute.id, dispute.id))
    if isinstance(filer, ResidentActor):
        words = {"center": center.name, "number": dispute.number}
        await notices.notify(deps, [News(filer.id, "submitted", dispute.id, words)])
    return dispute, decision


async def supplement(
    deps: Deps, actor: ResidentActor, dispute_id: UUID, text: str, file_ids: tuple[UUID, ...]
) -> Dispute:
    """Adds to what was said. Raises DisputeEndedError, InvalidFieldsError."""
    dispute = await queries.for_resident(actor, dispute_id, lock=True)
    if dispute.status in ENDED:
        raise DisputeEndedError
    found = await files.attach(actor, list(file_ids), dispute.id)
    if found:
        raise InvalidFieldsError(fields=tuple(found))
    audience, reader_id = history.own(dispute, actor.id)
    data = {"files": [str(file_id) for file_id in file_ids]}
    entry = Entry("supplemented", audience, data, {"text": text}, reader_id)
    await history.record(deps, dispute, actor, entry)
    await content.request(deps, actor, Brought(CheckSubject.SUPPLEMENT, entry.id, dispute.id))
    await _touch(deps, dispute)
    return dispute


async def urge(deps: Deps, actor: ResidentActor, dispute_id: UUID) -> Dispute:
    """催办; the case stays locked. Raises AlreadyUrgedError; a day off counts towards the next working day."""
    dispute = await queries.for_resident(actor, dispute_id, lock=True)
    if dispute.status in ENDED:
        raise DisputeEndedError("这件事已经结束，不需要再催办。")
    day = deps.calendar.roll_to_workday(clock.today(deps.clock))
    # The row lock on the dispute makes check and insert one step.
    if await Urge.filter(dispute_id=dispute.id, counted_on=day).exists():
        raise AlreadyUrgedError
    await Urge(dispute_id=dispute.id, resident_id=actor.id, counted_on=day, created_at=deps.clock.now()).save()
    audience, reader_id = history.own(dispute, actor.id)
    entry = Entry("urged", audience, {"center": dispute.center.name}, reader_id=reader_id)
    await history.record(deps, dispute, actor, entry)
    await _touch(deps, dispute)
    return dispute


async def _touch(deps: Deps, dispute: Dispute) -> None:
    dispute.updated_at = deps.clock.now()
    await dispute.save(update_fields=["updated_at"])


def _route(
    deps: Deps, draft: DisputeIn, where: Place, filer: Filer, times: TravelTimes
) -> tuple[RouteDecision, list[FieldProblem]]:
    alone = draft.center_id is None and times.state != "known"
    most = CHOSEN_AND_RUNNER_UP if alone else MAX_CANDIDATES
    proposed = travel_time.applied(routing.explained(deps, draft.category, draft.location, where, most=most), times)
    own = deps.centers.by_id(str(filer.center_id)) if isinstance(filer, StaffActor) else None
    chosen = proposed if draft.center_id is None else proposed.with_choice(draft.center_id)
    found = [] if chosen else [FieldProblem("center_id", _NOT_A_CANDIDATE)]
    decision = chosen or proposed
    return decision.registered_at(own) if own else decision, found


def _agent_problems(deps: Deps, draft: DisputeIn, filer: Filer) -> list[FieldProblem]:
    if draft.agent is None:
        return []
    by_phone = isinstance(filer, ResidentActor)
    found = representation.problems(
        deps.catalog, draft.agent, draft.applicant.kind, by_phone=by_phone, others=draft.respondents
    )
    return [FieldProblem(f"agent.{each.path}", each.message) for each in found]


def _agents(deps: Deps, draft: DisputeIn, applicant: Party, filer: Filer) -> list[Representation]:
    """代办: by whose consent the filer, or who came to the window, acts for the applicant."""
    if draft.agent is None:
        return []
    acting, recorder = (filer.id, None) if isinstance(filer, ResidentActor) else (None, filer.id)
    return [representation.begun(deps, applicant, draft.agent, resident_id=acting, recorder_id=recorder)]


def _missing_consents(draft: DisputeIn, filer: ResidentActor) -> tuple[FieldProblem, ...]:
    return consents.missing_consents(
        filer,
        id_number=draft.applicant.id_number is not None,
        contact_location=draft.contact_location is not None,
    )


async def _attach(draft: DisputeIn, filer: Filer, dispute_id: UUID) -> list[FieldProblem]:
    wanted = [*draft.file_ids, *([draft.voice_file_id] if draft.voice_file_id else [])]
    if not wanted or isinstance(filer, PartnerActor):
        return []
    found = await files.attach(filer, wanted, dispute_id)
    last = f"file_ids.{len(draft.file_ids)}"
    return [FieldProblem("voice_file_id", each.message) if each.path == last else each for each in found]


def _dispute(
    deps: Deps, draft: DisputeIn, where: Place, decision: RouteDecision, *, filer: Filer, source: Source
) -> Dispute:
    dispute_id, now = uuid7(), deps.clock.now()
    place = _rough_place(where)

    def seal(column: str, text: str | None) -> bytes | None:
        return None if text is None else deps.keyring.seal(text, "dispute", column, dispute_id)

    return Dispute(
        id=dispute_id,
        number=new_number(),
        source=source,
        resident_id=filer.id if isinstance(filer, ResidentActor) else None,
        recorder_id=filer.id if isinstance(filer, StaffActor) else None,
        center_id=UUID(decision.center.id),
        status=Status.SUBMITTED,
        category=draft.category,
        description_sealed=seal("description", draft.description),
        claim_sealed=seal("claim", draft.claim),
        voice_file_id=draft.voice_file_id,
        occurred_on=draft.occurred_on,
        amount_fen=draft.amount_fen,
        preferred_mode=draft.preferred_mode,
        location_sealed=seal("location", _as_json(draft.location)),
        contact_location_sealed=seal("contact_location", _as_json(draft.contact_location)),
        place_lon=place.lon if place else None,
        place_lat=place.lat if place else None,
        route=decision.as_record() | {"input": routing.input_of(draft.location)},
        created_at=now,
        updated_at=now,
    )


def _rough_place(where: Place) -> geo.Wgs84 | None:
    point = where if isinstance(where, geo.Wgs84) else where.division.point
    return geo.rounded(point) if point else None


def _as_json(place: PlaceIn | PointIn | None) -> str | None:
    return None if place is None else json.dumps(place.model_dump(exclude_none=True), ensure_ascii=False)


def _parties(deps: Deps, draft: DisputeIn, dispute: Dispute, filer: Filer) -> list[Party]:
    resident_id = filer.id if isinstance(filer, ResidentActor) and draft.agent is None else None
    applicant = party_rows.new(deps, draft.applicant, dispute.id, Side.APPLICANT, 0)
    applicant.resident_id = resident_id
    respondents = [
        party_rows.new(deps, party, dispute.id, Side.RESPONDENT, ordinal)
        for ordinal, party in enumerate(draft.respondents, start=1)
    ]
    return [applicant, *respondents]


def new_number() -> str:
    """59 random bits, without letters that look like digits: it may be read out on the phone."""
    return "HJ" + codes.new_code(_NUMBER_LENGTH)
