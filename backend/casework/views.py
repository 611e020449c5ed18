"""A case as its center reads it. The own center sees names and words, others that may look see them masked; phone and
identity numbers are masked for everybody."""

import json
from datetime import date
from typing import Any
from uuid import UUID

from backend.accounts.actors import StaffActor
from backend.appointments.schemas import CenterAppointmentOut
from backend.casework import clock_views, redirects, schemas
from backend.casework.clock_views import ClockOut
from backend.casework.completeness import ClosingItemOut
from backend.casework.information import RequestOut
from backend.casework.links import LinkOut
from backend.casework.registration import RegistrationOut
from backend.core import geo, identity
from backend.core.catalog import Catalog
from backend.core.deps import Deps
from backend.core.schema import Moment, Out
from backend.disputes import history, timeline, views, workflow
from backend.disputes.deadlines import Step
from backend.disputes.elapsed import ElapsedOut
from backend.disputes.schemas import MemberOut, TimelineItem
from backend.files.schemas import FileOut
from models import Dispute, Event, Party, Representation


class Named(Out):
    id: str
    name: str


class CasePartyOut(Out):
    id: str
    side: str
    kind: str
    name: str
    phone_masked: str | None
    id_number_masked: str | None
    has_joined: bool
    credit_code: str | None
    is_minor: bool
    has_left: bool
    knows_rights: bool
    """Has been told its rights and duties in the wording in force."""
    group: MemberOut | None
    """Of a side that has elected representatives."""


class RepresentationOut(Out):
    """`basis` and `document` are for the center's own staff."""

    id: str
    party_id: str
    kind: str
    kind_text: str
    scope: str
    scope_text: str
    name: str
    phone_masked: str | None
    basis: str | None
    document: str | None
    given_on: str
    acts_by_phone: bool
    ended_at: Moment | None


class AllowedAction(Out):
    action: str
    title: str
    fields: dict[str, Any]


class PlaceOut(Out):
    """GCJ-02, as every point that goes out."""

    address: str | None
    division_code: str | None
    lon: float | None
    lat: float | None
    crs: str = "gcj02"


class CaseBrief(Out):
    id: str
    number: str
    case_number: str | None
    source: str
    status: str
    status_text: str
    category: str
    category_name: str
    light: str
    safety: str
    """`red` while a red card is open."""
    due_at: Moment | None
    version: int
    center: Named
    transfer_to: Named | None
    mediator: Named | None
    applicant: str | None
    respondent: str | None
    created_at: Moment
    updated_at: Moment


class CaseOut(CaseBrief):
    organization: Named | None
    track: str | None
    mode: str | None
    description: str | None
    claim: str | None
    voice_file_id: str | None
    occurred_on: str | None
    amount_fen: int | None
    preferred_mode: str
    location: PlaceOut | None
    clock: ClockOut | None
    elapsed: ElapsedOut | None
    """Of the mediation."""
    information_requests: list[RequestOut]
    conflict: str | None
    """`none`: its mediator has stated to have no interest; `declared`: there is one; null: nothing said yet."""
    recusal_pending: bool
    failed_contacts: int
    papers: list[str]
    """What the file of its track must hold in the end."""
    route: dict[str, Any]
    route_comparison: str | None
    """Where they differ: which center is the nearest, and which has jurisdiction."""
    registration: RegistrationOut | None
    parties: list[CasePartyOut]
    representations: list[RepresentationOut]
    attention: list[str]
    """What is still missing, in words for staff."""
    appointments: list[CenterAppointmentOut]
    files: list[FileOut]
    links: list[LinkOut]
    closing: list[ClosingItemOut]
    """What the file must hold before the case is closed; empty while there is no outcome."""
    retention: str | None
    retained_until: date | None
    allowed_actions: list[AllowedAction]


class StaffTimelineItem(TimelineItem):
    id: str
    audience: str
    actor_kind: str
    actor_role: str
    data: dict[str, Any]
    detail: dict[str, Any]
    """What people wrote; empty for who may not read it."""


def is_own(actor: StaffActor, dispute: Dispute) -> bool:
    """Names and words are for the center that has the case, or is asked to take it."""
    return actor.center_id is not None and actor.center_id in (dispute.center_id, dispute.transfer_to_id)


def brief(deps: Deps, actor: StaffActor, dispute: Dispute, parties: list[Party]) -> CaseBrief:
    return CaseBrief.model_validate(_brief(deps, actor, dispute, parties))


def full(
    deps: Deps,
    actor: StaffActor,
    dispute: Dispute,
    *,
    registration: RegistrationOut | None,
    parties: list[Party],
    informed: set[UUID],
    representations: list[Representation],
    appointments: list[CenterAppointmentOut],
    files: list[FileOut],
    steps: list[Step],
    requests: list[RequestOut],
    elapsed: ElapsedOut | None,
    members: dict[UUID, MemberOut],
    attention: list[str],
    links: list[LinkOut],
    closing: list[ClosingItemOut],
) -> CaseOut:
    own = is_own(actor, dispute)
    return CaseOut.model_validate(
        _brief(deps, actor, dispute, parties)
        | _told(deps, dispute, own=own)
        | _standing(deps, dispute, steps)
        | _mediated(dispute)
        | _asked(dispute)
        | {"closing": closing, "retention": dispute.retention, "retained_until": dispute.retained_until}
        | {
            "information_requests": requests if own else [],
            "elapsed": elapsed,
            "registration": registration if own else None,
            "parties": [_party(deps, party, own, party.id in informed, members.get(party.id)) for party in parties],
            "attention": attention,
            "representations": [represented(deps, row, own) for row in representations],
            "appointments": appointments,
            "files": files if own else [],
            "links": links if own else [],
            "allowed_actions": allowed_actions(deps.catalog, actor, dispute),
        }
    )


def _asked(dispute: Dispute) -> dict[str, Any]:
    return {
        "occurred_on": dispute.occurred_on.isoformat() if dispute.occurred_on else None,
        "amount_fen": dispute.amount_fen,
        "preferred_mode": dispute.preferred_mode,
        "route": dispute.route,
        "route_comparison": dispute.route.get("comparison"),
    }


def _mediated(dispute: Dispute) -> dict[str, Any]:
    organization = _named(dispute.organization if dispute.organization_id else None)
    return {"organization": organization, "track": dispute.track, "mode": dispute.mode}


def _told(deps: Deps, dispute: Dispute, *, own: bool) -> dict[str, Any]:
    """The filer's own words."""
    return {
        "description": views.opened(deps, dispute, "description") if own else None,
        "claim": views.opened(deps, dispute, "claim") if own else None,
        "voice_file_id": str(dispute.voice_file_id) if dispute.voice_file_id and own else None,
        "location": _place(deps, dispute) if own else None,
    }


def _standing(deps: Deps, dispute: Dispute, steps: list[Step]) -> dict[str, Any]:
    """Where the case stands: its time, its mediator's word, what its file still needs."""
    track = deps.catalog.tracks.get(dispute.track or "")
    return {
        "clock": clock_views.of(deps, dispute, steps),
        "conflict": dispute.conflict,
        "recusal_pending": dispute.recusal_pending,
        "failed_contacts": dispute.failed_contacts,
        "papers": list(track.papers) if track else [],
    }


def allowed_actions(catalog: Catalog, actor: StaffActor, dispute: Dispute) -> list[AllowedAction]:
    return [
        AllowedAction(action=row.action, title=row.title, fields=_fields(catalog, row.action, dispute))
        for row in workflow.allowed(catalog, dispute, actor)
    ]


def _fields(catalog: Catalog, action: str, dispute: Dispute) -> dict[str, Any]:
    schema = schemas.json_schema(catalog, action)
    if action == "refuse":
        schema["properties"]["redirect"]["x-suggestions"] = redirects.suggestions(catalog, dispute.category)
    return schema


def timeline_item(deps: Deps, event: Event, dispute: Dispute, *, own: bool) -> StaffTimelineItem:
    detail = history.detail_of(deps, event) if own else {}
    item = timeline.render(deps, event, timeline.place_of(dispute), detail)
    return StaffTimelineItem(
        **item.model_dump(),
        id=str(event.id),
        audience=event.audience,
        actor_kind=event.actor_kind,
        actor_role=event.actor_role,
        data=event.data,
        detail=detail,
    )


def _brief(deps: Deps, actor: StaffActor, dispute: Dispute, parties: list[Party]) -> dict[str, Any]:
    category = deps.catalog.category_by_code.get(dispute.category)
    own = is_own(actor, dispute)
    return {
        "id": str(dispute.id),
        "number": dispute.number,
        "case_number": dispute.case_number,
        "source": dispute.source,
        "status": dispute.status,
        "status_text": deps.catalog.statuses[dispute.status].text,
        "category": dispute.category,
        "category_name": category.name if category else dispute.category,
        "light": workflow.light(dispute, deps.clock.now()),
        "safety": dispute.safety,
        "due_at": dispute.due_at,
        "version": dispute.version,
        "center": _named(dispute.center),
        "transfer_to": _named(dispute.transfer_to if dispute.transfer_to_id else None),
        "mediator": _named(dispute.mediator if dispute.mediator_id else None),
        "applicant": _first(deps, parties, "applicant", own),
        "respondent": _first(deps, parties, "respondent", own),
        "created_at": dispute.created_at,
        "updated_at": dispute.updated_at,
    }


def _first(deps: Deps, parties: list[Party], side: str, own: bool) -> str | None:
    found = next((party for party in parties if party.side == side), None)
    return None if found is None else _name(deps, found, own)


def _party(deps: Deps, party: Party, own: bool, knows_rights: bool, group: MemberOut | None) -> CasePartyOut:
    phone = deps.keyring.open(party.phone_sealed, "party", "phone", party.id) if party.phone_sealed else None
    id_number = (
        deps.keyring.open(party.id_number_sealed, "party", "id_number", party.id) if party.id_number_sealed else None
    )
    return CasePartyOut(
        id=str(party.id),
        side=party.side,
        kind=party.kind,
        name=_name(deps, party, own),
        phone_masked=identity.mask_phone(phone) if phone else None,
        id_number_masked=identity.mask_id_number(id_number) if id_number else None,
        has_joined=party.resident_id is not None,
        credit_code=_credit_code(deps, party) if own else None,
        is_minor=party.is_minor,
        has_left=party.left_at is not None,
        knows_rights=knows_rights,
        group=group,
    )


def represented(deps: Deps, row: Representation, own: bool) -> RepresentationOut:
    def opened(column: str) -> str | None:
        sealed = getattr(row, f"{column}_sealed")
        return None if sealed is None else deps.keyring.open(sealed, "representation", column, row.id)

    name, phone = opened("name") or "", opened("phone")
    kind = deps.catalog.representation_kinds.get(row.kind)
    return RepresentationOut(
        id=str(row.id),
        party_id=str(row.party_id),
        kind=row.kind,
        kind_text=kind.title if kind else row.kind,
        scope=row.scope,
        scope_text=deps.catalog.representation_scopes.get(row.scope, row.scope),
        name=name if own else identity.mask_name(name),
        phone_masked=identity.mask_phone(phone) if phone else None,
        basis=opened("basis") if own else None,
        document=opened("document") if own else None,
        given_on=row.given_on.isoformat(),
        acts_by_phone=row.resident_id is not None and row.ended_at is None,
        ended_at=row.ended_at,
    )


def _credit_code(deps: Deps, party: Party) -> str | None:
    sealed = party.credit_code_sealed
    return None if sealed is None else deps.keyring.open(sealed, "party", "credit_code", party.id)


def _name(deps: Deps, party: Party, own: bool) -> str:
    name = deps.keyring.open(party.name_sealed, "party", "name", party.id)
    return name if own else identity.mask_name(name)


def _place(deps: Deps, dispute: Dispute) -> PlaceOut | None:
    text = views.opened(deps, dispute, "location")
    if text is None:
        return None
    given = json.loads(text)
    point = geo.to_gcj02(geo.to_wgs84(given["lon"], given["lat"], given["crs"])) if "crs" in given else None
    return PlaceOut(
        address=given.get("address"),
        division_code=given.get("division_code"),
        lon=round(point.lon, 6) if point else None,
        lat=round(point.lat, 6) if point else None,
    )


def _named(row: Any) -> Named | None:
    return None if row is None else Named(id=str(row.id), name=row.name)
