"""What was agreed while it still waits for signatures."""

from backend.agreements import rows
from backend.core.errors import InvalidFieldsError
from backend.core.wording import money_text
from backend.mediation import recoveries
from models import Dispute


async def said(dispute: Dispute, total_fen: int) -> None:
    """Until something is in force, money may come up to what the text says now; and the text never says less than what
    has come. Whoever calls holds the case. Raises InvalidFieldsError."""
    is_in_force = await rows.in_force(dispute) is not None
    came = await recoveries.recovered(dispute)
    if came > (0 if is_in_force else total_fen):
        message = f"已经登记收回{money_text(came)}，协议金额不能少于这个数；登记错了的请先作废，再改协议。"
        raise InvalidFieldsError.at("terms", message)
    if not is_in_force:
        dispute.agreed_fen = total_fen or None
        await dispute.save(update_fields=["agreed_fen"])
