"""One case in mediation with one person of every standing in it, for whoever tests who may read what."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from models import CaseMember, MemberKind, MemberStatus, Party, Staff
from models.base import uuid7
from tests.casework.staff import PeopleAtWork
from tests.clock import START
from tests.journeys.contract import to_mediation
from tests.people import Person, file_dispute

STANDINGS = ("party_a", "party_b", "mediator", "clerk", "supervisor", "other_center", "assisting", "expert",
             "follower", "invited", "stranger")  # fmt: skip


@dataclass
class Standings:
    """`people` by standing; `ids` of what the case has been furnished with, by the names that paths use."""

    dispute_id: str
    people: dict[str, Person]
    ids: dict[str, str] = field(default_factory=dict)

    def __getitem__(self, standing: str) -> Person:
        return self.people[standing]

    def path(self, rest: str) -> str:
        return f"/disputes/{self.dispute_id}{rest.format(**self.ids)}"


async def of_one_case(people: PeopleAtWork, **start: Any) -> Standings:
    """Both sides have joined by WeChat, the mediation has begun, all members have accepted. `ids` has `party_a` and
    `party_b` as parties, and of each member its membership under its standing."""
    known = {name: await people.resident(name) for name in ("party_a", "party_b", "follower", "invited", "stranger")}
    filed = await file_dispute(known["party_a"])
    await Party.filter(dispute_id=filed["id"], side="applicant").update(resident_id=known["party_a"].id)
    await Party.filter(dispute_id=filed["id"], side="respondent").update(resident_id=known["party_b"].id)
    known["mediator"] = await to_mediation(people, filed["id"], **start)
    logins = {"clerk": "clerk", "supervisor": "supervisor", "other_center": "gezhouba-clerk", "assisting": "street",
              "expert": "expert-law"}  # fmt: skip
    known |= {name: await people.staff(login) for name, login in logins.items()}
    found = Standings(filed["id"], known)
    sides = {"applicant": "party_a", "respondent": "party_b"}
    found.ids |= {sides[each.side]: str(each.id) for each in await Party.filter(dispute_id=filed["id"])}
    street = await Staff.get(id=known["assisting"].id)
    found.ids["assisting"] = await _member(found, MemberKind.ASSISTING, organization_id=street.organization_id)
    found.ids["expert"] = await _member(found, MemberKind.EXPERT, staff_id=known["expert"].id)
    found.ids["follower"] = await _member(found, MemberKind.FOLLOWER, resident_id=known["follower"].id)
    found.ids["invited"] = await _member(found, MemberKind.INVITED, resident_id=known["invited"].id)
    return found


async def _member(scene: Standings, kind: MemberKind, **who: Any) -> str:
    member = CaseMember(
        id=uuid7(),
        dispute_id=UUID(scene.dispute_id),
        kind=kind,
        status=MemberStatus.ACCEPTED,
        invited_by_id=scene["mediator"].id,
        invited_at=START,
        answered_at=START,
        **who,
    )
    await member.save(force_create=True)
    return str(member.id)
