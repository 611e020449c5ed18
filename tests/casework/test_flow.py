"""Every state, action and role: the table of the catalog against the one of the contract, written down again here."""

from dataclasses import replace
from datetime import datetime
from itertools import product
from uuid import UUID

import pytest

from backend.accounts.actors import ResidentActor, StaffActor
from backend.casework.effects import EFFECTS
from backend.casework.schemas import FIELDS, json_schema
from backend.core.catalog import Catalog
from backend.core.clock import SHANGHAI
from backend.core.errors import HejieError, NotFoundError, RoleNotAllowedError
from backend.disputes import case_clock, workflow
from backend.disputes.deadlines import Pause, Running
from backend.disputes.workflow import ActionNotAllowedError
from config.catalog_files import read_catalog
from models import Center, CenterLevel, Dispute, Role, Status
from models.base import uuid7

pytestmark = pytest.mark.usefixtures("client")  # models know their columns once the ORM is up

OWN, TARGET, ELSEWHERE, CITY_QUEUE = (uuid7() for _ in range(4))
MEDIATOR, APPLICANT = uuid7(), uuid7()

START = datetime(2026, 11, 24, 10, 0, tzinfo=SHANGHAI)
OPEN = {"submitted", "accepted", "in_mediation"}
UNDER_WAY = OPEN | {"agreed", "not_agreed", "fulfilled"}
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
    # beyond the contract
    "link": (UNDER_WAY, {"clerk", "assigned mediator", "director"}, "same"),
    "unlink": (UNDER_WAY, {"clerk", "director"}, "same"),
    "dismiss_duplicate": (UNDER_WAY, {"clerk", "assigned mediator", "director"}, "same"),
    "merge": ({"submitted", "accepted"}, {"clerk", "director"}, "closed"),
    "split": (OPEN, {"clerk", "director"}, "same"),
    "waive_document": ({"agreed", "not_agreed", "fulfilled"}, {"director"}, "same"),
    "pause_clock": (OPEN, {"clerk", "assigned mediator", "director"}, "same"),
    "declare_no_conflict": ({"accepted", "in_mediation"}, {"assigned mediator"}, "same"),
    "declare_conflict": ({"accepted", "in_mediation"}, {"assigned mediator"}, "same"),
    "extend_term": ({"in_mediation"}, {"assigned mediator", "director"}, "same"),
}
WITH_A_RECUSAL = {"decide_recusal": ({"accepted", "in_mediation"}, {"director"}, "same")}
WHILE_PAUSED: dict[str, tuple[set[str], set[str], str]] = {
    "resume_clock": (OPEN, {"clerk", "director"}, "same"),
}
"""By the clerk, below."""


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
        clock=Running("settle", "1", START.date()).as_record(),
    )


def paused(dispute: Dispute, by: str) -> Dispute:
    running = case_clock.running_of(dispute)
    assert running is not None
    pause = Pause(START.date(), START.date(), "appraisal", by)
    dispute.clock = replace(running, pause=pause).as_record()
    return dispute


def center(center_id: UUID, level: CenterLevel) -> Center:
    known = Center(id=center_id, level=level)
    known._saved_in_db = True
    return known


def test_every_action_of_the_contract_is_there_with_fields_and_an_effect(catalog: Catalog) -> None:
    assert set(catalog.flow_by_action) == {*CONTRACT, *WHILE_PAUSED, *WITH_A_RECUSAL}
    assert set(FIELDS) == set(EFFECTS) == set(catalog.flow_by_action) - {"withdraw"}


@pytest.mark.parametrize("action", CONTRACT)
def test_who_may_do_what_from_where(catalog: Catalog, action: str) -> None:
    statuses, actors, to = CONTRACT[action]
    for status, (who, actor) in product(Status, ACTORS.items()):
        dispute, case = dispute_in(status), f"{who} in {status}"
        is_allowed = status in statuses and who in actors
        assert (action in offered(catalog, dispute, actor)) == is_allowed, case
        assert refusal(catalog, action, dispute, actor) == (
            None if is_allowed else RoleNotAllowedError if who not in actors else ActionNotAllowedError
        ), case
        if is_allowed:
            wanted = {"same": status, "previous": Status.ACCEPTED}.get(to, to)
            row = workflow.fitting(catalog.flow_by_action[action], dispute, actor)
            assert workflow.destination(row, dispute) == wanted, case


def test_a_paused_clock_is_resumed_by_who_paused_it_or_the_director(catalog: Catalog) -> None:
    clerk = str(ACTORS["clerk"].id)
    for status, (who, actor) in product(Status, ACTORS.items()):
        dispute, case = paused(dispute_in(status), clerk), f"{who} in {status}"
        statuses, actors, _to = WHILE_PAUSED["resume_clock"]
        assert ("resume_clock" in offered(catalog, dispute, actor)) == (status in statuses and who in actors), case
        assert "pause_clock" not in offered(catalog, dispute, actor), case
        if who not in actors:
            assert refusal(catalog, "resume_clock", dispute, actor) is RoleNotAllowedError, case
    assert refusal(catalog, "resume_clock", dispute_in("accepted"), ACTORS["director"]) is ActionNotAllowedError
    assert (
        refusal(catalog, "pause_clock", paused(dispute_in("accepted"), clerk), ACTORS["clerk"]) is ActionNotAllowedError
    )


def test_while_a_recusal_is_pending_only_the_director_moves_it_on(catalog: Catalog) -> None:
    for status, (who, actor) in product(Status, ACTORS.items()):
        dispute, case = dispute_in(status), f"{who} in {status}"
        dispute.recusal_pending = True
        statuses, actors, _to = WITH_A_RECUSAL["decide_recusal"]
        actions = offered(catalog, dispute, actor)
        assert ("decide_recusal" in actions) == (status in statuses and who in actors), case
        blocked = {"assign", "start_mediation", "record_session", "reach_agreement", "declare_conflict"}
        blocked |= {"transfer", "end_without_agreement"}
        assert not actions & blocked, case
    assert refusal(catalog, "decide_recusal", dispute_in("accepted"), ACTORS["director"]) is ActionNotAllowedError


def offered(catalog: Catalog, dispute: Dispute, actor: StaffActor | ResidentActor) -> set[str]:
    return {row.action for row in workflow.allowed(catalog, dispute, actor)}


def refusal(
    catalog: Catalog, action: str, dispute: Dispute, actor: StaffActor | ResidentActor
) -> type[HejieError] | None:
    rows = catalog.flow_by_action[action]
    try:
        workflow.check_role(rows, dispute, actor)
        workflow.fitting(rows, dispute, actor)
    except HejieError as error:
        return type(error)
    return None


def test_what_was_offered_to_the_queue_of_the_city_is_the_supervisors(catalog: Catalog) -> None:
    dispute = dispute_in("transferred")
    dispute.transfer_to = center(CITY_QUEUE, CenterLevel.CITY)
    answers = {who: offered(catalog, dispute, actor) & {"receive", "decline_transfer"} for who, actor in ACTORS.items()}
    assert {who for who, actions in answers.items() if actions} == {"supervisor"}


def test_what_was_lifted_cannot_be_declined(catalog: Catalog) -> None:
    dispute = dispute_in("transferred")
    dispute.must_decide = True
    target = ACTORS["target director"]
    assert offered(catalog, dispute, target) == {"receive"}
    assert refusal(catalog, "decline_transfer", dispute, target) is ActionNotAllowedError


@pytest.mark.parametrize("action", ["receive", "decline_transfer"])
def test_what_a_colleague_has_answered_is_refused_for_its_state(catalog: Catalog, action: str) -> None:
    dispute = dispute_in("accepted")
    dispute.transfer_to = None
    assert refusal(catalog, action, dispute, ACTORS["clerk"]) is ActionNotAllowedError
    assert refusal(catalog, action, dispute, ACTORS["target director"]) is ActionNotAllowedError
    assert refusal(catalog, action, dispute, ACTORS["mediator"]) is RoleNotAllowedError
    assert refusal(catalog, action, dispute, ACTORS["admin"]) is RoleNotAllowedError


@pytest.mark.parametrize("action", ["withdraw", "praise", "", "accept "])
def test_staff_have_no_other_actions(catalog: Catalog, action: str) -> None:
    with pytest.raises(NotFoundError):
        workflow.rows_for(catalog, action)


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
