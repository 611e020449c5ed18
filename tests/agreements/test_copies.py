"""Each party gets an original, and staff see what is still missing."""

import asyncio

from tests.agreements.scene import Scene, in_force, mark, scan, sign
from tests.journeys.contract import Json, granted, paths, refused

NOBODY = "0190c000-0000-7000-8000-000000000000"
TAKEN: Json = {"copy_number": 1, "received_at": "2026-11-24T10:30:00+08:00", "identity_check": "id_card"}


async def test_what_is_missing_under_it_and_of_its_originals(scene: Scene) -> None:
    fixed = await scene.final()
    path = scene.path(f"/agreements/{fixed['id']}")
    assert fixed["missing"] == [f"协议还缺{each['title']}。" for each in fixed["slots"]]
    refused(await scene.clerk.post(f"{path}/copies", TAKEN | {"party_id": scene.ids["applicant"]}), 409)
    granted(await sign(scene, scene.applicant, fixed), 201)
    lacking = ["协议还缺被申请人一方签名。", "协议还缺调解员签名。", "协议还缺调解组织盖章。"]
    assert granted(await scene.clerk.get(path))["missing"] == lacking
    assert granted(await scene.mediator.get(scene.path()))["attention"][-3:] == lacking
    (waits,) = granted(await scene.mediator.get("/me/today"))["agreements"]
    assert (waits["case"]["id"], waits["missing"]) == (scene.case, ["signatures"])
    assert granted(await (await scene.people.staff("supervisor")).get("/me/today"))["agreements"] == []
    assert granted(await scene.respondent.get(path))["missing"] == []
    granted(await sign(scene, scene.respondent, fixed), 201)
    granted(await mark(scene, fixed, role="mediator", method="screen"), 201)
    sealed = {"role": "seal", "method": "paper", "signed_at": scene.clock.now().isoformat()}
    done = granted(await mark(scene, fixed, **sealed), 201)
    assert done["missing"] == ["协议原件还没有送达申请人一方。", "协议原件还没有送达被申请人一方。"]

    scene.clock.advance(hours=1)
    slip = await scan(scene)
    taken = TAKEN | {"party_id": scene.ids["applicant"]} | slip
    seen = granted(await scene.clerk.post(f"{path}/copies", taken), 201)
    own = seen["copies"][0]
    assert (own["way"], own["copy_number"], own["scan_file_id"]) == ("handed", 1, slip["file_id"])
    assert own["received_at"] == TAKEN["received_at"]
    assert seen["missing"] == ["协议原件还没有送达被申请人一方。"]
    shown = granted(await scene.respondent.get(path))["copies"][0]
    assert (shown["received_on"], shown["scan_file_id"], shown["identity_check"]) == ("2026-11-24", None, None)
    timeline = granted(await scene.applicant.get(scene.path("/timeline"), limit=100))["items"]
    assert "申请人一方于11月24日 周二在中心领取了第1份协议原件。" in [each["text"] for each in timeline]

    parcel: Json = {"party_id": scene.ids["respondent"], "way": "copy", "carrier": "ems",
                    "tracking_number": "ea123456789cn", "sent_on": "2026-11-24"}  # fmt: skip
    sent = granted(await scene.clerk.post(f"{path}/parcels", parcel), 201)
    assert (sent["copies"][1]["way"], sent["copies"][1]["received_on"]) == ("post", None)
    assert len(sent["missing"]) == 1, "on its way is not there"
    again = parcel | {"tracking_number": "EA-123456789-CN"}
    refused(await scene.clerk.post(f"{path}/parcels", again), 409, "tracking_number_known")
    arrival = f"{path}/parcels/{sent['parcels'][0]['id']}/arrival"
    assert granted(await scene.clerk.post(arrival, {"delivered_on": "2026-11-24"}))["missing"] == []
    assert granted(await scene.clerk.get("/me/today"))["agreements"] == []
    assert granted(await scene.mediator.get(scene.path()))["attention"] == []


async def test_who_takes_which_original_once(scene: Scene) -> None:
    done = await in_force(scene)
    path = scene.path(f"/agreements/{done['id']}/copies")
    scene.clock.advance(hours=1)
    good = TAKEN | {"party_id": scene.ids["applicant"]}
    bad: list[tuple[Json, set[str]]] = [
        ({"party_id": NOBODY}, {"party_id"}),
        ({"party_id": None}, {"party_id"}),
        ({"copy_number": 4}, {"copy_number"}),
        ({"copy_number": 0}, {"copy_number"}),
        ({"copy_number": 10**12}, {"copy_number"}),
        ({"received_at": "2026-11-24T09:59:00+08:00"}, {"received_at"}),
        ({"received_at": "2026-11-24T12:00:00+08:00"}, {"received_at"}),
        ({"received_at": "0001-01-01T00:00:00+14:00"}, {"received_at"}),
        ({"received_at": "9999-12-31T23:59:59-14:00"}, {"received_at"}),
        ({"identity_check": "looked"}, {"identity_check"}),
        ({"representation_id": NOBODY}, {"representation_id"}),
        ({"file_id": NOBODY}, {"file_id"}),
        ({"party_id": NOBODY, "copy_number": 9, "received_at": "2027-01-01T00:00:00Z", "file_id": NOBODY},
         {"party_id", "copy_number", "received_at", "file_id"}),
    ]  # fmt: skip
    for change, wrong in bad:
        assert paths(await scene.clerk.post(path, good | change)) == wrong, change
    tampered = await scan(scene) | {"file_sha256": "0" * 64}
    assert paths(await scene.clerk.post(path, good | tampered)) == {"file_sha256"}
    refused(await scene.applicant.post(path, good), 404)
    refused(await (await scene.people.staff("gezhouba-clerk")).post(path, good), 404)
    refused(await (await scene.people.staff("supervisor")).post(path, good), 403, "role_not_allowed")
    answers = await asyncio.gather(*(scene.clerk.post(path, good | {"copy_number": n}) for n in (1, 2, 3, 1)))
    assert sorted(each.status_code for each in answers) == [201, 409, 409, 409] or {
        each.status_code for each in answers
    } == {201, 409, 422}
    taken = granted(await scene.clerk.get(scene.path(f"/agreements/{done['id']}")))["copies"]
    number = taken[0]["copy_number"]
    other = TAKEN | {"party_id": scene.ids["respondent"], "copy_number": number}
    assert paths(await scene.clerk.post(path, other)) == {"copy_number"}, "somebody has that one"
    granted(await scene.clerk.post(path, other | {"copy_number": 1 + number % 3}), 201)
