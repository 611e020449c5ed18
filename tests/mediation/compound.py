"""A compound in 陆城街道: the center itself writes the quarrel down and opens joint mediation."""

from itertools import count
from typing import Any

from tests.clock import TravellingClock
from tests.journeys.contract import Json, granted, take
from tests.people import LUCHENG, People, Person

_nonce = count(1)

OWNERS, PROPERTY, DEVELOPER = "清江花园业主委员会", "清江物业服务有限公司", "清江房地产开发有限公司"
CHAIRMAN = ("周国强", "13872560011")
BOSS = ("钱经理", "13872560012")

REGISTRATION: Json = {
    "source": "proactive",
    "category": "property",
    "description": "业主反映开发遗留问题多、停车乱、服务差，部分业主拒交物业费。",
    "claim": "提升服务、规范停车、收清欠费。",
    "location": LUCHENG,
    "applicant": {"kind": "organization", "name": OWNERS},
    "respondents": [{"kind": "organization", "name": PROPERTY}, {"kind": "organization", "name": DEVELOPER}],
}


class Compound:
    """The case with those who work on it; `path` is the case's own."""

    def __init__(self, people: People, case: Json, staff: dict[str, Person]) -> None:
        self.people, self.case, self.staff = people, case, staff
        self.id: str = case["id"]
        self.path = f"/disputes/{self.id}"
        self.parties = {each["name"]: each["id"] for each in case["parties"]}

    @property
    def mediator(self) -> Person:
        return self.staff["mediator"]

    async def organizations(self) -> dict[str, str]:
        """Ids by user name of who acts for them."""
        names = ("street", "community", "park")
        return {name: granted(await self.staff[name].get("/me"))["organization"]["id"] for name in names}

    async def ask(self, username: str, part: str = "coordinate", asked: str = "请协调各方，召集共商会。") -> str:
        """The membership's id."""
        organization_id = (await self.organizations())[username]
        body = {"kind": "assisting", "organization_id": organization_id, "part": part, "asked": asked}
        items = granted(await self.mediator.post(f"{self.path}/members", body), 201)["items"]
        asked_ones: list[Json] = [each for each in items if (each["organization"] or {}).get("id") == organization_id]
        return str(asked_ones[-1]["id"])

    async def assisted_by(self, *usernames: str) -> dict[str, str]:
        """Asked and accepted; the memberships' ids."""
        found = {}
        for username in usernames:
            found[username] = await self.ask(username)
            granted(await self.staff[username].post(f"/invitations/{found[username]}/acceptance"))
        return found

    async def joined(self, party: str, name: str, phone: str) -> Person:
        """Who speaks for a party, on the own phone."""
        body = {
            "party_id": self.parties[party],
            "kind": "legal_representative",
            "name": name,
            "phone": phone,
            "scope": "settle",
            "basis": "本单位决定",
            "document": "法定代表人身份证明",
            "given_on": "2026-11-20",
        } | REPRESENTED_BY.get(party, {})
        granted(await self.staff["clerk"].post(f"{self.path}/representations", body), 201)
        invited = await self.staff["clerk"].post(f"{self.path}/parties/{self.parties[party]}/invitations")
        person = await self.person(name, phone)
        token = granted(invited, 201)["token"]
        granted(await person.post("/invitations/acceptance", {"token": token, "name": name}), 201)
        return person

    async def person(self, name: str, phone: str) -> Person:
        """With the phone verified in WeChat."""
        person = await self.people.resident(name)
        granted(await person.post("/me/phone", {"code": f"phone-{phone}-{next(_nonce)}"}))
        return person

    async def volunteer(self, name: str, parties: list[Person]) -> tuple[Person, str]:
        """Invited, agreed to by `parties` on their phones and by the developer at the window, and joined; with the
        membership's id."""
        body = {"kind": "invited", "name": name, "part": "volunteer"}
        items = granted(await self.mediator.post(f"{self.path}/members", body), 201)["items"]
        member_id = str(next(each["id"] for each in items if each["kind"] == "invited"))
        path = f"{self.path}/members/{member_id}"
        for party in parties:
            granted(await party.post(f"{path}/consent", {"agreed": True}), 201)
        by_phone = {"party_id": self.parties[DEVELOPER], "agreed": True}
        granted(await self.staff["clerk"].post(f"{path}/consents", by_phone), 201)
        token = granted(await self.mediator.post(f"{path}/token"), 201)["token"]
        person = await self.people.resident(name)
        granted(await person.post("/memberships", {"token": token, "name": name}), 201)
        return person, member_id

    async def follower(self, name: str, phone: str) -> Person:
        person = await self.person(name, phone)
        code = granted(await self.mediator.post(f"{self.path}/follower-codes"), 201)["token"]
        granted(await person.post("/memberships", {"token": code, "name": name}), 201)
        return person


REPRESENTED_BY: dict[str, Json] = {
    OWNERS: {
        "kind": "owners_committee",
        "basis": "2026年第1次业主大会决定委托业主委员会参加调解",
        "document": "业主共同决定（民法典第二百七十八条、第二百八十条）第1号",
    }
}


async def compound(people: People, clock: TravellingClock, **start: Any) -> Compound:
    names = (
        "clerk",
        "mediator",
        "director",
        "supervisor",
        "gezhouba-clerk",
        "street",
        "community",
        "park",
        "expert-law",
    )
    staff = {name: await people.staff(name) for name in names}
    case = granted(await staff["clerk"].post("/disputes", REGISTRATION), 201)
    await take(staff["clerk"], case["id"], "accept")
    await take(staff["clerk"], case["id"], "assign", mediator_id=staff["mediator"].id)
    case = await take(staff["mediator"], case["id"], "start_mediation", mode="joint", **start)
    return Compound(people, case, staff)
