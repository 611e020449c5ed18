"""Every state, action and role: the table of the catalog against the one of the contract, written down again here."""

from datetime import datetime, timedelta
from itertools import product
from uuid import UUID

import pytest

from backend.accounts.actors import ResidentActor, StaffActor
from backend.casework.effects import EFFECTS
from backend.casework.schemas import FIELDS, json_schema
from backend.core.catalog import Catalog, FlowRow
from backend.core.clock import SHANGHAI
from backend.core.errors import HejieError, NotFoundError, RoleNotAllowedError
from backend.disputes import workflow
from backend.disputes.workflow import ActionNotAllowedError
from config.catalog_files import read_catalog
from models import Center, CenterLevel, Dispute, Role, Status
from models.base import uuid7
from tests.calendars.test_opening_hours import CALENDAR

pytestmark = pytest.mark.usefixtures("client")  # models know their columns once the ORM is up

OWN, TARGET, ELSEWHERE, CITY_QUEUE = (uuid7() for _ in range(4))
MEDIATOR, APPLICANT = uuid7(), uuid7()

OPEN = {"submitted", "accepted", "in_mediation"}
ALL = {status.value for status in Status}

CONTRACT: dict[str, tuple[set[str], set[str], str]] = {
    "accept": ({"submitted"}, {"clerk", "director"}, "accepted"),
    "refuse": ({"submitted"}, {"clerk", "director"}, "refused"),
    "transfer": (OPEN, {"clerk", "director", "supervisor"}, "transferred"),
    "receive": ({"transferred"}, {"target clerk", "target director"}, "previous"),
    "decline_transfer": ({"transferred"}, {"target clerk", "target director"}, "previous"),
    "assign": ({"accepted", "in_mediation"}, {"clerk", "director"}, "same"),
    "start_mediation": ({"accepted"}, {"assigned mediator", "director"}, "in_mediation"),
    "record_session": ({"in_mediation"}, {"assigned mediator"}, "same"),
    "reach_agreement": ({"in_mediation"}, {"assigned mediator"}, "agreed"),
    "end_without_agreement": ({"in_mediation"}, {"assigned mediator", "director"}, "not_agreed"),
    "confirm_fulfilment": ({"agreed"}, {"assigned mediator", "director"}, "fulfilled"),
    "close": ({"agreed", "not_agreed", "fulfilled"}, {"director"}, "closed"),
    "reopen": ({"agreed", "not_agreed", "fulfilled", "closed"}, {"director", "supervisor"}, "in_mediation"),
    "add_note": (ALL, {"clerk", "mediator", "assigned mediator", "director", "supervisor"}, "same"),
    "request_information": (OPEN, {"clerk", "assigned mediator", "director"}, "same"),
    "log_contact": (
        {"submitted", "accepted", "in_mediation", "agreed", "not_agreed", "fulfilled"},
        {"clerk", "assigned mediator", "director"},
        "same",
    ),
    "withdraw": (OPEN | {"transferred"}, {"applicant"}, "withdrawn"),
}


def staff(role: Role, center_id: UUID | None, staff_id: UUID | None = None) -> StaffActor:
    return StaffActor(staff_id or uuid7(), uuid7(), "某某", role, center_id)


ACTORS: dict[str, StaffActor | ResidentActor] = {
    "clerk": staff(Role.CLERK, OWN),
    "mediator": staff(Role.MEDIATOR, OWN),
    "assigned mediator": staff(Role.MEDIATOR, OWN, MEDIATOR),
    "director": staff(Role.DIRECTOR, OWN),
    "target clerk": staff(Role.CLERK, TARGET),
    "target mediator": staff(Role.MEDIATOR, TARGET),
    "target director": staff(Role.DIRECTOR, TARGET),
    "clerk elsewhere": staff(Role.CLERK, ELSEWHERE),
    "director elsewhere": staff(Role.DIRECTOR, ELSEWHERE),
    "mediator elsewhere, once assigned": staff(Role.MEDIATOR, ELSEWHERE, MEDIATOR),
    "supervisor": staff(Role.SUPERVISOR, None),
    "admin": staff(Role.ADMIN, None),
    "applicant": ResidentActor(APPLICANT, uuid7(), "openid"),
    "respondent": ResidentActor(uuid7(), uuid7(), "openid"),
}


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return Catalog.parse(read_catalog())


def dispute_in(status: str) -> Dispute:
    """Offered to the target while it is in transfer."""
    return Dispute(
        center_id=OWN,
        status=Status(status),
        resident_id=APPLICANT,
        mediator_id=MEDIATOR,
        transfer_to=center(TARGET, CenterLevel.TOWNSHIP),
        status_before_transfer=Status.ACCEPTED,
    )


def center(center_id: UUID, level: CenterLevel) -> Center:
    known = Center(id=center_id, level=level)
    known._saved_in_db = True
    return known


def test_every_action_of_the_contract_is_there_with_fields_and_an_effect(catalog: Catalog) -> None:
    assert set(catalog.flow_by_action) == set(CONTRACT)
    assert set(FIELDS) == set(EFFECTS) == set(CONTRACT) - {"withdraw"}


@pytest.mark.parametrize("action", CONTRACT)
def test_who_may_do_what_from_where(catalog: Catalog, action: str) -> None:
    row = catalog.flow_by_action[action]
    statuses, actors, to = CONTRACT[action]
    for status, (who, actor) in product(Status, ACTORS.items()):
        dispute, case = dispute_in(status), f"{who} in {status}"
        is_allowed = status in statuses and who in actors
        assert (row in workflow.allowed(catalog, dispute, actor)) == is_allowed, case
        assert refusal(row, dispute, actor) == (
            None if is_allowed else RoleNotAllowedError if who not in actors else ActionNotAllowedError
        ), case
        if is_allowed:
            wanted = {"same": status, "previous": Status.ACCEPTED}.get(to, to)
            assert workflow.destination(row, dispute) == wanted, case


def refusal(row: FlowRow, dispute: Dispute, actor: StaffActor | ResidentActor) -> type[HejieError] | None:
    try:
        workflow.check_role(row, dispute, actor)
        workflow.check_state(row, dispute)
    except HejieError as error:
        return type(error)
    return None


def test_what_was_offered_to_the_queue_of_the_city_is_the_supervisors(catalog: Catalog) -> None:
    dispute = dispute_in("transferred")
    dispute.transfer_to = center(CITY_QUEUE, CenterLevel.CITY)
    offered = {
        who: {row.action for row in workflow.allowed(catalog, dispute, actor)} & {"receive", "decline_transfer"}
        for who, actor in ACTORS.items()
    }
    assert {who for who, actions in offered.items() if actions} == {"supervisor"}


@pytest.mark.parametrize("action", ["receive", "decline_transfer"])
def test_what_a_colleague_has_answered_is_refused_for_its_state(catalog: Catalog, action: str) -> None:
    row, dispute = catalog.flow_by_action[action], dispute_in("accepted")
    dispute.transfer_to = None
    assert refusal(row, dispute, ACTORS["clerk"]) is ActionNotAllowedError
    assert refusal(row, dispute, ACTORS["target director"]) is ActionNotAllowedError
    assert refusal(row, dispute, ACTORS["mediator"]) is RoleNotAllowedError
    assert refusal(row, dispute, ACTORS["admin"]) is RoleNotAllowedError


@pytest.mark.parametrize("action", ["withdraw", "praise", "", "accept "])
def test_staff_have_no_other_actions(catalog: Catalog, action: str) -> None:
    with pytest.raises(NotFoundError):
        workflow.row_for(catalog, action)


def test_outcomes_are_those_that_may_be_rated(catalog: Catalog) -> None:
    assert {row.action for row in catalog.flow if row.outcome} == {"reach_agreement", "end_without_agreement"}


@pytest.mark.parametrize("action", FIELDS)
def test_a_form_can_be_drawn_from_the_schema(catalog: Catalog, action: str) -> None:
    schema = json_schema(catalog, action)
    assert schema["type"] == "object"
    assert schema["additionalProperties"] is False
    assert "version" not in schema["properties"]
    assert set(schema["required"]) <= set(schema["properties"])


def test_codes_stand_in_the_schema(catalog: Catalog) -> None:
    assert json_schema(catalog, "refuse")["properties"]["reason_code"]["enum"] == list(catalog.refusal_reasons)
    start = json_schema(catalog, "start_mediation")["properties"]
    assert start["track"]["anyOf"][0]["enum"] == ["people", "administrative", "judicial", "commercial", "petition"]
    assert start["mode"]["enum"] == ["ordinary", "joint", "cloud", "commercial"]


START = datetime(2026, 11, 24, 10, 0, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("status", "start", "due", "yellow"),
    [
        ("submitted", START, "2026-11-27", "2026-11-26"),
        ("submitted", START.replace(hour=0, minute=30), "2026-11-27", "2026-11-26"),
        ("submitted", START + timedelta(days=3), "2026-12-02", "2026-12-01"),
        ("accepted", START, "2026-12-01", "2026-11-27"),
        ("transferred", START, "2026-11-26", "2026-11-25"),
        ("in_mediation", START, "2026-12-24", "2026-12-17"),
    ],
)
def test_clocks_end_with_a_working_day(catalog: Catalog, status: str, start: datetime, due: str, yellow: str) -> None:
    ends = workflow.clock_of(catalog, CALENDAR, Status(status), start)
    assert [each.isoformat() for each in ends if each] == [f"{day}T23:59:59+08:00" for day in (due, yellow)]


@pytest.mark.parametrize("status", sorted(ALL - OPEN - {"transferred"}))
def test_where_nothing_is_to_be_done_no_clock_runs(catalog: Catalog, status: str) -> None:
    assert workflow.clock_of(catalog, CALENDAR, Status(status), START) == (None, None)


def test_lights() -> None:
    dispute = Dispute(due_at=START, yellow_at=START - timedelta(days=1))
    moments = [timedelta(days=-2), timedelta(days=-1), timedelta(), timedelta(seconds=1)]
    assert [workflow.light(dispute, START + moment) for moment in moments] == ["green", "yellow", "yellow", "red"]
    assert workflow.light(Dispute(), START) == "green"
