from typing import Any

import pytest

from tests.accounts.test_profile import ID_NUMBER, agree, fields_of
from tests.people import LUCHENG, People, filing


async def test_the_notice_is_open_to_everybody(people: People) -> None:
    notice = (await people.client.get("/mini/v1/privacy-notice")).json()
    assert notice["version"] == "1"
    assert "身份证号" in notice["text"]


async def test_filing_needs_the_notice(people: People) -> None:
    lin = await people.resident("lin", consents=False)
    refused = await lin.post("/disputes", filing())
    assert (refused.status_code, refused.json()["code"]) == (409, "privacy_consent_required")
    assert (await lin.post("/me/privacy-consent", {"version": "1"})).status_code == 204
    assert (await lin.post("/disputes", filing())).status_code == 201


async def test_filing_works_without_the_other_kinds(people: People) -> None:
    lin = await people.resident("lin")
    applicant = {"name": "林小雨", "phone": "13872560001", "id_number": ID_NUMBER}
    place = {name: LUCHENG[name] for name in ("lon", "lat", "crs")}
    full = filing(applicant=applicant, contact_location=place)
    assert sorted(fields_of(await lin.post("/disputes", full))) == ["applicant.id_number", "contact_location"]
    await agree(lin, "id_number", "precise_location")
    assert (await lin.post("/disputes", full)).status_code == 201


async def test_a_consent_may_be_withdrawn_and_given_again(people: People) -> None:
    lin = await people.resident("lin")
    await agree(lin, "id_number")
    await lin.put("/me", {"id_number": ID_NUMBER})
    for _ in range(2):
        assert (await lin.delete("/me/privacy-consent/id_number")).status_code == 204
    me = (await lin.get("/me")).json()
    assert (me["consents"], me["id_number_masked"]) == ({"privacy_notice": "1"}, None)
    await agree(lin, "id_number")
    await agree(lin, "id_number")
    assert (await lin.put("/me", {"id_number": ID_NUMBER})).status_code == 200


async def test_withdrawing_the_notice_stops_filing(people: People) -> None:
    lin = await people.resident("lin")
    assert (await lin.delete("/me/privacy-consent/privacy_notice")).status_code == 204
    assert (await lin.post("/disputes", filing())).status_code == 409


@pytest.mark.parametrize("kind", ["newsletter", "ID_NUMBER", "%20"])
async def test_an_unknown_kind_in_the_path(people: People, kind: str) -> None:
    assert (await (await people.resident("lin")).delete(f"/me/privacy-consent/{kind}")).status_code == 404


@pytest.mark.parametrize(
    ("body", "paths"),
    [
        ({}, ["version"]),
        ({"version": "2"}, ["version"]),
        ({"version": 1}, ["version"]),
        ({"version": "1", "kinds": []}, ["kinds"]),
        ({"version": "1", "kinds": ["id_number", "newsletter"]}, ["kinds.1"]),
        ({"version": "", "kinds": "id_number"}, ["version", "kinds"]),
    ],
)
async def test_bad_consents(people: People, body: dict[str, Any], paths: list[str]) -> None:
    lin = await people.resident("lin", consents=False)
    assert fields_of(await lin.post("/me/privacy-consent", body)) == paths
    assert (await lin.get("/me")).json()["consents"] == {}
