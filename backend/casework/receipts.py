"""The dated receipt on paper: one HTML page that fits A4 and 80 mm rolls alike. Everything that people wrote is
escaped; there is no script in it."""

from html import escape
from uuid import UUID

from backend.accounts.actors import StaffActor
from backend.casework import views
from backend.casework.claims import IssuedCode
from backend.core import paper
from backend.core.clock import local
from backend.core.deps import Deps
from backend.core.errors import NotFoundError
from backend.core.wording import date_text
from backend.disputes import queries
from backend.disputes import views as residents
from backend.disputes.schemas import ReceiptOut

_TITLE = "收件回执"
_STYLE = """@page { margin: 4mm; }
body { font-family: serif; font-size: 11pt; line-height: 1.5; max-width: 170mm; margin: 0 auto; }
h1 { font-size: 1.3em; text-align: center; margin: .6em 0; }
dl { margin: 0; }
dt { font-weight: bold; }
dd { margin: 0 0 .4em 0; white-space: pre-wrap; overflow-wrap: anywhere; }
.stub { border-top: 1px dashed #000; margin-top: 1em; padding-top: .6em; break-before: avoid; }
.code { font: bold 1.4em monospace; letter-spacing: .1em; text-align: center; }
@media (min-width: 120mm) { dt { float: left; width: 6em; clear: left; } dd { margin-left: 7em; } }
"""
_BODY = """<p>{text}</p>
<dl>
{rows}
</dl>
<p>提出调解申请，自本回执所载日期起诉讼时效中断。请妥善保管。</p>
<p>{center}（盖章）</p>
{stub}"""
_ROW = "<dt>{label}</dt><dd>{value}</dd>"
_STUB = """<section class="stub">
<p>✂ 微信绑定凭条（请撕下单独保管，不要交给他人）</p>
<p class="code">{code}</p>
<p>在微信小程序“绑定案件”中输入以上领取码，并填写登记时的姓名或手机号后四位。{until}前有效，只能使用一次。</p>
</section>
"""


async def for_staff(deps: Deps, actor: StaffActor, dispute_id: UUID) -> ReceiptOut:
    """Of the center that has the case: names stand on it in full. Raises NotFoundError."""
    dispute = await queries.for_staff(actor, dispute_id)
    if not views.is_own(actor, dispute):
        raise NotFoundError
    return residents.receipt(deps, dispute, await queries.parties(dispute_id))


def page(receipt: ReceiptOut, claim: IssuedCode | None = None) -> str:
    """The stub carries no name: torn off and found, it opens nothing by itself."""
    known = {
        "编号": receipt.number,
        "收件时间": receipt.filed_text,
        "申请人": receipt.applicant,
        "被申请人": "、".join(receipt.respondents),
        "请求事项": receipt.claim,
    }
    rows = "\n".join(_ROW.format(label=label, value=escape(value)) for label, value in known.items())
    until = date_text(local(claim.expires_at).date()) if claim else ""
    stub = _STUB.format(code=escape(claim.code), until=until) if claim else ""
    body = _BODY.format(text=escape(receipt.text), rows=rows, center=escape(receipt.center), stub=stub)
    return paper.page(_TITLE, _STYLE, body)
