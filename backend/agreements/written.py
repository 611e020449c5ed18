"""What staff write down of a signature on paper: who signed for whom, when, before whose eyes, and the scan that shows
it. All that is wrong is named at once."""

from typing import NamedTuple
from uuid import UUID

from backend.agreements.errors import GuardianSignsError
from backend.agreements.schemas import Content, SignatureIn
from backend.core.deps import Deps
from backend.core.errors import FieldProblem, InvalidFieldsError
from backend.disputes import representation
from models import (
    AgreementVersion,
    Dispute,
    Parcel,
    ParcelWay,
    Party,
    Representation,
    SignerRole,
    SignMethod,
    StoredFile,
)

_IN_PLACE = (SignerRole.GUARDIAN, SignerRole.REPRESENTATIVE)
_MISSING = {
    "scan": ("file_id", "请上传签字页的扫描件或照片。"),
    "witness": ("witness", "请填写见证人姓名。"),
}


class Written(NamedTuple):
    party: Party | None
    evidence: dict[str, str]


async def checked(
    deps: Deps, dispute: Dispute, content: Content, version: AgreementVersion, fields: SignatureIn
) -> Written:
    """Raises InvalidFieldsError, GuardianSignsError."""
    found = _times(deps, version, fields)
    party = None
    if fields.role not in (SignerRole.MEDIATOR, SignerRole.SEAL):
        party, wrong = await _party(content, fields)
        found += wrong
        if party is not None:
            found += await _signer(deps, party, fields)
            found += await _needs(deps, version, party, fields)
    found += await scan(dispute, fields.file_id, fields.file_sha256)
    if found:
        raise InvalidFieldsError(fields=tuple(found))
    known = {"identity": fields.identity_check, "witness": fields.witness, "scan_sha256": fields.file_sha256}
    return Written(party, {name: text for name, text in known.items() if text})


def _times(deps: Deps, version: AgreementVersion, fields: SignatureIn) -> list[FieldProblem]:
    """Signed between the minute in which the text was fixed and now; on screen it is now."""
    if fields.method is SignMethod.SCREEN:
        return [] if fields.signed_at is None else [FieldProblem("signed_at", "手机签署以当时为准，不用填写时间。")]
    if fields.signed_at is None:
        return [FieldProblem("signed_at", "请填写签字（盖章）的时间。")]
    assert version.frozen_at is not None, "only a final text is signed"
    if not version.frozen_at.replace(second=0, microsecond=0) <= fields.signed_at <= deps.clock.now():
        return [FieldProblem("signed_at", "签字时间要在定稿之后，也不能晚于现在，请检查后重填。")]
    return []


async def _party(content: Content, fields: SignatureIn) -> tuple[Party | None, list[FieldProblem]]:
    if fields.method is SignMethod.SCREEN:
        return None, [FieldProblem("method", "当事人用自己的手机签署，不能由工作人员代点。")]
    named = {party.party_id for party in content.parties if party.signs}
    party = await Party.get_or_none(id=fields.party_id) if str(fields.party_id) in named else None
    if party is None:
        return None, [FieldProblem("party_id", "这份协议上没有这位当事人的签名处，请重新选择。")]
    return party, []


async def _signer(deps: Deps, party: Party, fields: SignatureIn) -> list[FieldProblem]:
    """Raises GuardianSignsError for a minor alone."""
    if fields.role not in _IN_PLACE:
        if party.is_minor:
            raise GuardianSignsError
        return []
    row = await Representation.get_or_none(id=fields.representation_id, party_id=party.id, ended_at=None)
    if row is None:
        return [FieldProblem("representation_id", "没有登记这位代理人或监护人，请先登记授权和证明材料。")]
    if representation.signing_role(deps.catalog, party, row) is not fields.role:
        if party.is_minor:
            raise GuardianSignsError
        return [FieldProblem("representation_id", "这项授权不包括代为签署协议，或者缺少证明材料，请先补登记。")]
    return []


async def _needs(deps: Deps, version: AgreementVersion, party: Party, fields: SignatureIn) -> list[FieldProblem]:
    given = {"scan": fields.file_id, "witness": fields.witness}
    found = []
    for need in deps.catalog.agreements.methods[fields.method].needs:
        if need == "parcel":
            back = Parcel.filter(version_id=version.id, party_id=party.id, way=ParcelWay.SENT_BACK)
            if not await back.filter(delivered_on__not_isnull=True).exists():
                found.append(FieldProblem("method", "还没有登记这位当事人寄回并签收的那一份，请先登记快递。"))
        elif given[need] is None:
            found.append(FieldProblem(*_MISSING[need]))
    if "witness" in deps.catalog.agreements.methods[fields.method].needs and fields.identity_check is None:
        found.append(FieldProblem("identity_check", "请选择是怎样核对签字人身份的。"))
    return found


async def scan(dispute: Dispute, file_id: UUID | None, sha256: str | None) -> list[FieldProblem]:
    """The file that was looked at is the one that lies here."""
    if file_id is None:
        return []
    stored = await StoredFile.get_or_none(id=file_id, dispute_id=dispute.id, deleted_at=None)
    if stored is None:
        return [FieldProblem("file_id", "没有找到这个文件，或者不在本案材料里，请重新上传。")]
    if stored.sha256 != sha256:
        return [FieldProblem("file_sha256", "扫描件与登记的指纹不一致，可能被改动过，请重新扫描上传。")]
    return []
