"""What an associate may call at all, and what the table of standings lets each read."""

from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from sanic import Sanic

from backend.core.mediation_rules import MediationRules, StandingKind
from backend.web.openapi import calls_of
from config import catalog_files
from tests.people import People

RULES = MediationRules.model_validate(catalog_files.read_catalog()["mediation"])
SOMEBODY = str(UUID(int=7))


@pytest.mark.parametrize("username", ["street", "park", "expert-law"])
async def test_to_an_associate_what_is_the_centers_does_not_exist(
    app: Sanic[Any, Any], people: People, username: str
) -> None:
    associate = await people.staff(username)
    calls = [call for call in calls_of(app, "/staff/v1") if call.endpoint.audience == "staff"]
    assert len(calls) > 100
    for call in calls:
        path = call.path.removeprefix("/staff/v1")
        for name in call.endpoint.takes:
            path = path.replace(f"{{{name}}}", SOMEBODY)
        method = getattr(associate, call.endpoint.method.lower())
        answer = await (method(path, {}) if call.endpoint.method == "PUT" else method(path))
        assert answer.status_code == 404, (call.path, answer.text)


async def test_an_associate_knows_whom_they_act_for(people: People) -> None:
    me = (await (await people.staff("street")).get("/me")).json()
    assert me["role"] == "organization"
    assert me["center"] is None
    assert me["organization"]["name"] == "陆城街道党工委"
    expert = (await (await people.staff("expert-law")).get("/me")).json()
    assert (expert["role"], expert["organization"]["name"]) == ("expert", "猇亭工业园区民商事调解中心")


def test_separate_talks_are_the_partys_and_the_mediators_alone() -> None:
    readers = {kind for kind in StandingKind if RULES.reach(kind, "caucus")}
    assert readers == {StandingKind.PARTY, StandingKind.MEDIATOR}
    assert RULES.reach(StandingKind.PARTY, "caucus") == "own"


@given(kind=st.sampled_from(StandingKind), resource=st.sampled_from(sorted(RULES.resources)))
def test_only_the_mediator_reads_everything(kind: StandingKind, resource: str) -> None:
    if kind is StandingKind.MEDIATOR:
        assert RULES.reach(kind, resource) == "all"
    if kind in (StandingKind.FOLLOWER, StandingKind.EXPERT, StandingKind.INVITED):
        assert RULES.reach(kind, resource) != "all"


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"reading": {**RULES.model_dump()["reading"], "party": {"diary": "all"}}}, "party.diary"),
        ({"reading": {"party": {}}}, "mediator"),
    ],
)
def test_a_table_that_leads_nowhere_is_refused(change: dict[str, Any], named: str) -> None:
    with pytest.raises(ValidationError, match=named):
        MediationRules.model_validate(RULES.model_dump() | change)
