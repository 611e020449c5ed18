"""How a scenario goes on from the agreement to its effect: the text completed and fixed, signed, sealed."""

from tests.clock import TravellingClock
from tests.journeys.contract import Json, granted, photo
from tests.people import Person

_SERIES = {"to_sign": "EA", "sent_back": "EB", "copy": "EC"}


async def fixed_text(mediator: Person, path: str, **text: str) -> Json:
    """What was agreed gets what the law wants beside its terms. `path` is the case's."""
    (drawn,) = granted(await mediator.get(f"{path}/agreements"))["items"]
    one = f"{path}/agreements/{drawn['id']}"
    content = granted(await mediator.get(one))["content"]
    terms = {"terms": content["terms"], "summary": content["summary"], "total_fen": content["total_fen"]}
    revised = granted(await mediator.put(one, terms | text | {"based_on": drawn["version"]}))
    return granted(await mediator.post(f"{one}/final", {"version": revised["version"]}))


async def signed_at_the_center(mediator: Person, path: str, fixed: Json, clock: TravellingClock) -> Json:
    """All come to the center; who acts for a company brings its seal."""
    signed, scan = fixed, await _scan(mediator, path)
    seen: Json = {"witness": "窗口工作人员", "identity_check": "id_card", "method": "paper"} | scan
    for slot in fixed["slots"]:
        clock.advance(minutes=5)
        who: Json = {"role": "party", "party_id": slot["party_id"]} | seen
        if slot["party_id"] is None:
            who = {"role": slot["slot"], "method": "paper"}
        signed = await _mark(mediator, path, fixed, who, clock)
    return signed


async def signed_by_post(mediator: Person, path: str, fixed: Json, clock: TravellingClock) -> Json:
    """One copy to each, signed where they are and sent back; then the mediator and the seal, and a copy for each."""
    signed, one = fixed, f"{path}/agreements/{fixed['id']}"
    parties = [slot for slot in fixed["slots"] if slot["party_id"]]
    await _post(mediator, one, parties, "to_sign", clock)
    clock.advance(days=2)
    signed_at = clock.now()
    clock.advance(days=1)
    await _post(mediator, one, parties, "sent_back", clock)
    for slot in parties:
        scan = await _scan(mediator, path)
        who = {"role": "party", "method": "post", "party_id": slot["party_id"], "signed_at": signed_at.isoformat()}
        signed = await _mark(mediator, path, fixed, who | scan, clock)
        assert signed["effective_at"] is None
    for role in ("mediator", "seal"):
        clock.advance(hours=1)
        signed = await _mark(mediator, path, fixed, {"role": role, "method": "paper"}, clock)
    await _post(mediator, one, parties, "copy", clock)
    return granted(await mediator.get(one))


async def _mark(mediator: Person, path: str, fixed: Json, who: Json, clock: TravellingClock) -> Json:
    known = {"content_hash": fixed["content_hash"], "signed_at": clock.now().isoformat()}
    return granted(await mediator.post(f"{path}/agreements/{fixed['id']}/signatures", known | who), 201)


async def _post(mediator: Person, one: str, parties: list[Json], way: str, clock: TravellingClock) -> None:
    """Sent today, delivered the day after tomorrow, which it then is."""
    today = clock.now().date()
    for place, slot in enumerate(parties):
        parcel = {"party_id": slot["party_id"], "way": way, "carrier": "ems", "sent_on": today.isoformat(),
                  "tracking_number": f"{_SERIES[way]}{place:09}CN"}  # fmt: skip
        granted(await mediator.post(f"{one}/parcels", parcel), 201)
    clock.advance(days=2)
    arrived = {"delivered_on": clock.now().date().isoformat()}
    for parcel in granted(await mediator.get(one))["parcels"][-len(parties) :]:
        granted(await mediator.post(f"{one}/parcels/{parcel['id']}/arrival", arrived))


async def _scan(mediator: Person, path: str) -> Json:
    file = granted(await mediator.upload(photo(), to=f"{path}/files"), 201)
    return {"file_id": file["id"], "file_sha256": file["sha256"]}
