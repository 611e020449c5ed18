import json

from tests.accounts.test_profile import ID_NUMBER, agree
from tests.files.samples import jpeg
from tests.people import People, file_dispute


async def test_everything_about_me_in_clear(people: People) -> None:
    lin, wu = await people.resident("lin"), await people.resident("wu")
    await agree(lin, "id_number")
    await lin.put("/me", {"name": "林小雨", "id_number": ID_NUMBER})
    file_id = (await lin.upload(jpeg(), "漏水.jpg")).json()["id"]
    applicant = {"name": "林小雨", "phone": "13872560001", "id_number": ID_NUMBER}
    filed = await file_dispute(lin, applicant=applicant, file_ids=[file_id])
    await lin.post(f"/disputes/{filed['id']}/supplements", {"text": "昨晚又漏了一次。"})
    await file_dispute(wu, description="别人的事情。")
    held = (await lin.get("/me/export")).json()
    assert held["profile"]["name"] == "林小雨"
    assert held["profile"]["id_number"] == ID_NUMBER
    assert {each["kind"] for each in held["consents"]} == {"privacy_notice", "id_number"}
    (dispute,) = held["disputes"]
    assert dispute["number"] == filed["number"]
    assert dispute["description"].startswith("楼上长期漏水")
    assert dispute["location"]["address"] == "宜都市陆城街道清江大道"
    assert [each["name"] for each in dispute["parties"]] == ["林小雨", "某某物业服务有限公司"]
    assert {"text": "昨晚又漏了一次。"} in [each["detail"] for each in dispute["statements"]]
    assert held["files"][0]["name"] == "漏水.jpg"
    assert held["notices"]
    assert "别人的事情" not in json.dumps(held, ensure_ascii=False)


async def test_closing_an_account_says_what_is_kept(people: People) -> None:
    lin, elsewhere = await people.resident("lin"), await people.resident("lin")
    unused = (await lin.upload(jpeg())).json()["id"]
    filed = await file_dispute(lin)
    closed = await lin.delete("/me")
    assert closed.status_code == 200
    assert closed.json()["disputes"] == 1
    assert len(closed.json()["kept"]) == 2
    for session in (lin, elsewhere):
        assert (await session.get("/me")).json()["code"] == "token_revoked"
    fresh = await people.resident("lin")
    assert fresh.id != lin.id
    assert (await fresh.get("/disputes")).json()["items"] == []
    assert (await fresh.get(f"/files/{unused}")).status_code == 404
    clerk = await people.staff("clerk")
    assert (await clerk.get(f"/disputes/{filed['id']}")).status_code == 200


async def test_closing_an_empty_account(people: People) -> None:
    lin = await people.resident("lin")
    closed = (await lin.delete("/me")).json()
    assert (closed["disputes"], len(closed["kept"])) == (0, 1)
