"""A panel of experts for a commercial mediation: proposed by the mediator, chosen by both sides, free of conflicts."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from backend.mediation.panels import Ballot, agreed_on
from tests.casework.staff import PeopleAtWork
from tests.clock import TravellingClock
from tests.journeys.contract import Json, granted, paths, refused, take
from tests.mediation.test_commercial import APPLICANT, RESPONDENT, Scene, set_scene
from tests.people import Person


async def test_a_panel_on_which_both_sides_agree(people: PeopleAtWork, clock: TravellingClock) -> None:
    scene, mediator = await set_scene(people), await people.staff("xiaoting-mediator")
    experts = await scene.experts()
    law, economics, management = (experts[name].id for name in ("law", "economics", "management"))
    refused(await scene.applicant.get(f"{scene.path}/panel"), 404)
    body: Json = {
        "seats": 3,
        "choose_by": (clock.now() + timedelta(days=3)).date().isoformat(),
        "candidates": [{"expert_id": law, "field": "law"}, {"expert_id": economics, "field": "economics"},
                       {"expert_id": management, "field": "management"}],
    }  # fmt: skip
    granted(await mediator.post(f"{scene.path}/panel", body), 201)
    refused(await mediator.post(f"{scene.path}/panel", body), 409, "panel_exists")
    for person in experts.values():
        refused(await person.get(f"{scene.path}/panel"), 404)
        refused(await person.get(f"{scene.path}/panel/seat"), 404)

    both = await scene.applicant.post(f"{scene.path}/panel/choices", {"chosen": [law], "struck": [law]})
    assert paths(both) == {"chosen.0", "struck.0"}
    granted(await scene.applicant.post(f"{scene.path}/panel/choices", {"chosen": [economics, law]}))
    page = granted(await scene.respondent.post(f"{scene.path}/panel/choices", {"chosen": [law], "struck": [economics]}))
    assert [each["preference"] for each in page["candidates"]] == ["chosen", "struck", None]
    theirs = granted(await scene.applicant.get(f"{scene.path}/panel"))
    assert [each["preference"] for each in theirs["candidates"]] == ["chosen", "chosen", None]
    formed = granted(await mediator.post(f"{scene.path}/panel/formation"))
    assert [each["status"] for each in formed["candidates"]] == ["invited", None, None]
    late = await scene.applicant.post(f"{scene.path}/panel/choices", {"chosen": [law]})
    refused(late, 409, "panel_formed")
    struck = await mediator.post(f"{scene.path}/panel/appointments", {"expert_id": economics, "reason": "缺一位"})
    assert paths(struck) == {"expert_id"}
    appointing = {"expert_id": management, "reason": "缺经营管理方面的专家"}
    granted(await mediator.post(f"{scene.path}/panel/appointments", appointing))

    seat = granted(await experts["law"].get(f"{scene.path}/panel/seat"))
    assert APPLICANT["name"] in seat["parties"]
    assert "漏水" not in str(seat)
    answer = {"accept": True, "no_conflict": False, "undertaking_version": "0"}
    assert paths(await experts["law"].post(f"{scene.path}/panel/seat", answer)) == {
        "no_conflict",
        "undertaking_version",
    }
    taking = {"accept": True, "no_conflict": True, "undertaking_version": seat["undertaking_version"]}
    granted(await experts["law"].post(f"{scene.path}/panel/seat", taking))
    refused(await experts["law"].post(f"{scene.path}/panel/seat", taking), 409, "already_answered")
    declining = {"accept": False, "reason": "与一方有业务往来"}
    assert granted(await experts["management"].post(f"{scene.path}/panel/seat", declining))["parties"] == []
    own = granted(await experts["law"].get(f"{scene.path}/panel"))
    assert [each["expert_id"] for each in own["candidates"]] == [law]
    refused(await experts["management"].get(f"{scene.path}/panel"), 404)
    await an_expert_goes(scene, mediator, experts["law"])


async def an_expert_goes(scene: Scene, mediator: Person, expert: Person) -> None:
    sitting = next(each["id"] for each in granted(await mediator.get(f"{scene.path}/members"))["items"]
                   if each["status"] == "accepted")  # fmt: skip
    ending = {"reason": "发现与一方有业务往来"}
    assert (await mediator.post(f"{scene.path}/members/{sitting}/end", ending)).status_code == 204
    refused(await expert.get(f"{scene.path}/panel"), 404)
    assert "不再参加本件" in (await scene.applicant.get(f"{scene.path}/timeline", limit=100)).text


async def test_an_expert_with_a_conflict_is_no_candidate(people: PeopleAtWork, clock: TravellingClock) -> None:
    scene = await set_scene(people, respondents=[RESPONDENT, {"name": "吴静（经济）"}])
    experts, clerk = await scene.experts(), await people.staff("xiaoting-clerk")
    body = {
        "seats": 2,
        "choose_by": "2020-01-01",
        "candidates": [{"expert_id": experts["economics"].id, "field": "astrology"}],
    }
    assert paths(await clerk.post(f"{scene.path}/panel", body)) == {"candidates.0.field"}
    body["candidates"] = [{"expert_id": experts["economics"].id, "field": "economics"}] * 2
    assert paths(await clerk.post(f"{scene.path}/panel", body)) == {"seats", "choose_by", "candidates.1.expert_id"}
    known = [{"expert_id": experts["economics"].id, "field": "economics"}, {"expert_id": clerk.id, "field": "law"}]
    body |= {"seats": 1, "choose_by": clock.now().date().isoformat(), "candidates": known}
    related = await clerk.post(f"{scene.path}/panel", body)
    assert paths(related) == {"candidates.0.expert_id", "candidates.1.expert_id"}


async def test_who_became_a_party_meanwhile_gets_no_seat(people: PeopleAtWork, clock: TravellingClock) -> None:
    """The expert's employer is written down as a party after the panel was proposed. Until all have chosen, or the day
    has passed, no panel is formed behind a party's back."""
    scene, mediator = await set_scene(people), await people.staff("xiaoting-mediator")
    experts, director = await scene.experts(), await people.staff("xiaoting-director")
    body: Json = {
        "seats": 3,
        "choose_by": (clock.now() + timedelta(days=3)).date().isoformat(),
        "candidates": [{"expert_id": each.id, "field": field} for field, each in experts.items()],
    }
    granted(await mediator.post(f"{scene.path}/panel", body), 201)
    liked = {"chosen": [each.id for each in experts.values()]}
    granted(await scene.applicant.post(f"{scene.path}/panel/choices", liked))
    refused(await director.post(f"{scene.path}/panel/formation"), 409, "still_choosing")
    granted(await scene.respondent.post(f"{scene.path}/panel/choices", liked))
    late = {"side": "respondent", "kind": "person", "name": "周明（法律）"}
    version = granted(await mediator.get(scene.path))["version"]
    granted(await mediator.post(f"{scene.path}/parties", late | {"version": version}), 201)
    refused(await mediator.post(f"{scene.path}/panel/formation"), 409, "still_choosing")
    clock.advance(days=4)
    formed = granted(await (await people.staff("xiaoting-director")).post(f"{scene.path}/panel/formation"))
    assert [each["status"] for each in formed["candidates"]] == [None, "invited", "invited"]
    law = {"expert_id": experts["law"].id, "reason": "缺法律专家"}
    mediator = await people.staff("xiaoting-mediator")
    assert paths(await mediator.post(f"{scene.path}/panel/appointments", law)) == {"expert_id"}
    version = granted(await mediator.get(scene.path))["version"]
    namesake = late | {"name": "吴静（经济）", "version": version}
    assert paths(await mediator.post(f"{scene.path}/parties", namesake)) == {"name"}, "asked to sit on the panel"
    await take(mediator, scene.case["id"], "start_mediation", mode="commercial")
    await take(mediator, scene.case["id"], "end_without_agreement", reason_code="no_consensus", routes=["起诉"])
    again = {"expert_id": experts["management"].id, "reason": "再请"}
    refused(await mediator.post(f"{scene.path}/panel/appointments", again), 409, "no_panel_now")


ballots = st.builds(
    Ballot,
    side=st.sampled_from(["applicant", "respondent"]),
    chosen=st.permutations(range(6)).map(lambda order: tuple(order[:3])),
    struck=st.frozensets(st.integers(0, 5), max_size=2),
)


@given(given_=st.lists(ballots, max_size=5), seats=st.sampled_from([1, 3, 5]), data=st.data())
def test_nobody_sits_whom_a_party_has_struck(given_: list[Ballot], seats: int, data: st.DataObject) -> None:
    sides = {"applicant", "respondent"}
    found = agreed_on(range(6), given_, sides, seats)
    assert len(found) <= seats
    for expert in found:
        assert not any(expert in ballot.struck for ballot in given_)
        assert all(any(expert in each.chosen for each in given_ if each.side == side) for side in sides)
    assert agreed_on(range(6), data.draw(st.permutations(given_)), sides, seats) == found
