"""What all agreements of a case come to, however many there were, and what of it has come. Amounts in fen."""

from tortoise import connections

from models import Dispute

CAME = """
SELECT c.id AS commitment_id, c.dispute_id, r.amount_fen, r.done_on
  FROM fulfilment_report r JOIN commitment c ON c.id = r.commitment_id
 WHERE r.amount_fen IS NOT NULL AND 'confirmed' = coalesce(
       (SELECT a.kind FROM report_answer a WHERE a.report_id = r.id ORDER BY a.by_kind = 'staff' DESC LIMIT 1),
       CASE r.reporter_kind WHEN 'staff' THEN 'confirmed' END)
"""
"""Payments that count, as `states.verdict` judges them, for whoever sums them over many cases."""

_AGREED = f"""
SELECT sum(fen)::bigint AS agreed FROM (
    SELECT amount_fen AS fen FROM commitment WHERE dispute_id = $1 AND ended_as IS DISTINCT FROM 'replaced'
    UNION ALL
    SELECT came.amount_fen FROM ({CAME}) came JOIN commitment c ON c.id = came.commitment_id
     WHERE came.dispute_id = $1 AND c.ended_as = 'replaced'
) each
"""  # noqa: S608  # constants of this file


async def restate(dispute: Dispute) -> None:
    """Of what a later agreement has replaced, what was paid is still agreed: so no more comes than was agreed, and
    each sum is counted once. Whoever calls holds the case."""
    (found,) = await connections.get("default").execute_query_dict(_AGREED, [dispute.id])
    dispute.agreed_fen = found["agreed"] or None
    await dispute.save(update_fields=["agreed_fen"])
