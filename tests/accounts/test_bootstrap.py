import httpx

from config.settings import Settings
from tests.people import People


async def test_all_that_a_page_needs_before_a_tap(client: httpx.AsyncClient, settings: Settings) -> None:
    answer = (await client.get("/mini/v1/bootstrap")).json()
    assert answer["server_time"] == "2026-11-24T10:00:00+08:00"
    assert answer["privacy_notice"]["version"] == "1"
    assert {each["kind"] for each in answer["consents"]} == {"id_number", "precise_location"}
    assert all(1 <= len(each["template_ids"]) <= settings.wechat_max_templates for each in answer["scenes"].values())
    assert "after_submit" in answer["scenes"]
    assert answer["pages"]["dispute"]
    assert answer["file_limits"]["kinds"]["image"]["max_bytes"] == 10 * 2**20
    assert answer["idempotency_days"] == settings.idempotency_days


async def test_scenes_are_those_of_the_subscription_call(people: People) -> None:
    lin = await people.resident("lin")
    scenes = (await people.client.get("/mini/v1/bootstrap")).json()["scenes"]
    for scene, templates in scenes.items():
        assert (await lin.get("/subscriptions/next", scene=scene)).json() == templates


async def test_categories_are_a_tree(people: People) -> None:
    items = (await (await people.resident("lin")).get("/categories")).json()["items"]
    assert len(items) == 19
    marriage = items[0]
    assert (marriage["code"], marriage["name"]) == ("marriage_family", "婚姻家庭")
    assert all(child["children"] == [] for child in marriage["children"])
