"""A park's station in 猇亭区 with its roster."""

from typing import Any

from models import Organization, OrganizationKind, Role, Staff
from tests.clock import START
from tests.journeys.contract import Json, granted
from tests.people import Person

_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def credit_code(number: int) -> str:
    """GB 32100 with its check character."""
    start = f"91420505MA{number:07}"
    total = sum(_ALPHABET.index(character) * pow(3, place, 31) for place, character in enumerate(start))
    return start + _ALPHABET[-total % 31]


def company(number: int = 1, **fields: Any) -> Json:
    return {
        "credit_code": credit_code(number),
        "name": f"宜昌第{number}食品有限公司",
        "size": "small",
        "division_code": "420505",
        "workers": 120,
        "contact_name": "王经理",
        "contact_phone": "13872560009",
    } | fields


async def entered(person: Person, number: int = 1, **fields: Any) -> Json:
    return granted(await person.post("/enterprises", company(number, **fields)), 201)


async def another_station(username: str = "new-station") -> Organization:
    station = Organization(kind=OrganizationKind.INDUSTRIAL_STATION, name="另一园区服务站", code="P2")
    await station.save(force_create=True)
    account = Staff(username=username, name="联络员", password_hash="-", role=Role.ORGANIZATION,
                    organization_id=station.id, created_at=START)  # fmt: skip
    await account.save(force_create=True)
    return station
