"""Records of another system come into the archive, once each, however often they are brought."""

from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256

from backend.casework import archive
from backend.core.deps import Deps
from backend.exchange import mapping
from backend.exchange.record_rows import Taken
from models import Dispute, Partner, PartnerCase, Registration

BATCH = 200
_LONGEST, _OURS_LONGEST = 64, 32


async def known(partner: Partner, batch: Sequence[Taken]) -> set[str]:
    """Which of their numbers are here already: imported, referred by the partner, or our own going round."""
    outside = {external_number(partner, each.number): each.number for each in batch}
    numbers = [each.number for each in batch]
    imported = await Registration.filter(external_number__in=list(outside)).values_list("external_number", flat=True)
    referred = PartnerCase.filter(partner_id=partner.id, their_number__in=numbers).values_list(
        "their_number", flat=True
    )
    ours = Dispute.filter(number__in=[number for number in numbers if len(number) <= _OURS_LONGEST]).values_list(
        "number", flat=True
    )
    return {outside[str(number)] for number in imported} | set(map(str, await referred)) | set(map(str, await ours))


async def bring_in(deps: Deps, partner: Partner, batch: Sequence[Taken]) -> int:
    """How many are new. In the transaction that is open; codes without a mapping go on the work list."""
    there = await known(partner, batch)
    new = [each for each in batch if each.case is not None and each.number not in there]
    cases = [
        replace(each.case, external_number=external_number(partner, each.number),
                as_received={"number": each.number, **each.case.as_received})
        for each in new if each.case is not None
    ]  # fmt: skip
    await archive.bring_in(deps, cases, lambda _: None)
    unknown = {code for each in batch for code in each.unknown}
    await mapping.note_unknown(partner.id, unknown, None, deps.clock.now())
    return len(new)


def external_number(partner: Partner, number: str) -> str:
    """Two partners may have given one number to two cases."""
    whole = f"{partner.code}/{number}"
    return whole if len(whole) <= _LONGEST else f"{partner.code}/#{sha256(number.encode()).hexdigest()[:24]}"
