from tortoise import connections

from backend import seed
from models import Center, Organization, SceneCode, Staff
from tests.conftest import App

_COUNTED = ("division", "center", "organization", "scene_code", "calendar_day", "calendar_year", "staff")


async def counts() -> dict[str, int]:
    connection = connections.get("default")
    rows = [await connection.execute_query_dict(f"SELECT count(*) FROM {table}") for table in _COUNTED]  # noqa: S608
    return {table: row[0]["count"] for table, row in zip(_COUNTED, rows, strict=True)}


async def test_loading_again_changes_nothing_an_operator_edited(app: App) -> None:
    center = await Center.get(code="C420581001")
    poster = await SceneCode.get(params__contains={"center_id": str(center.id)})
    before = await counts()
    await Center.filter(id=center.id).update(phone="0717-4821234", placeholder=False)
    await SceneCode.filter(id=poster.id).update(revoked_at=center.updated_at)
    await Staff.filter(username="clerk").update(is_active=False)
    await seed.load(demo=True)
    assert await counts() == before
    again = await Center.get(id=center.id)
    assert (again.phone, again.placeholder) == ("0717-4821234", False)
    assert not (await Staff.get(username="clerk")).is_active
    await Center.filter(id=center.id).update(phone=center.phone, placeholder=center.placeholder)
    await SceneCode.filter(id=poster.id).update(revoked_at=None)
    await Staff.filter(username="clerk").update(is_active=True)


async def test_what_stands_in_case_numbers(app: App) -> None:
    names = dict(await Center.all().values_list("code", "short_name"))
    assert names["C420581001"] == "宜都陆城"
    assert names["C420581"] == "宜都"
    assert names["C420528"] == "长阳"
    assert len(set(names.values())) == len(names)


async def test_every_center_has_one_committee_of_its_own(app: App) -> None:
    owners = await Organization.filter(is_own_committee=True).values_list("center_id", flat=True)
    assert len(owners) == len(set(owners)) == await Center.all().count()


async def test_demo_staff_act_for_their_centers(app: App) -> None:
    centers = dict(await Staff.all().values_list("username", "center__name"))
    assert len(centers) == 17
    assert centers["director"] == "宜都市陆城街道综治中心"
    assert centers["gezhouba-clerk"] == "西陵区葛洲坝街道综治中心"
    assert centers["xiaoting-mediator"] == "猇亭区综治中心"
    assert centers["supervisor"] is None
