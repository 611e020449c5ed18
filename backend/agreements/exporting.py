"""What a resident gets of agreements with everything else that is held about them."""

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from backend.agreements import rows
from backend.agreements.schemas import Content
from backend.core.deps import Deps
from backend.core.schema import Moment, Out
from models import Agreement, AgreementComment, Party


class ExportedComment(Out):
    at: Moment
    text: str


class ExportedAgreement(Out):
    dispute_id: str
    form: str
    status: str
    effective_at: Moment | None
    content: Content
    comments: list[ExportedComment]
    """The own ones."""


async def of_parties(deps: Deps, party_ids: Sequence[UUID]) -> list[ExportedAgreement]:
    """Of the cases in which these are parties."""
    cases = await Party.filter(id__in=list(party_ids)).values_list("dispute_id", flat=True)
    said = defaultdict[UUID, list[ExportedComment]](list)
    for row in await AgreementComment.filter(party_id__in=list(party_ids)).select_related("version").order_by("id"):
        text = deps.keyring.open(row.text_sealed, "agreement_comment", "text", row.id)
        said[row.version.agreement_id].append(ExportedComment(at=row.at, text=text))
    return [
        ExportedAgreement(
            dispute_id=str(each.dispute_id),
            form=each.form,
            status=each.status,
            effective_at=each.effective_at,
            content=rows.opened(deps, await rows.latest(each)),
            comments=said[each.id],
        )
        for each in await Agreement.filter(dispute_id__in=list(cases)).order_by("id")
    ]
