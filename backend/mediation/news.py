"""Which events of a case somebody beside the parties hears of: those about things that they were shown or take part in.
What `access.readable` says of one thing, said in SQL for a feed."""

ABOUT = """COALESCE(e.data ->> 'room_id', e.data ->> 'meeting_id', e.data ->> 'consultation_id', e.data ->> 'task_id',
                     e.data ->> 'explanation_id', e.data ->> 'proposal_id', e.data ->> 'item_id')"""
"""Of an event `e` the thing that it is about."""

_THEIRS = """
    SELECT s.item_id::text FROM share s
     WHERE (s.to_kind = 'member' AND s.to_id = m.id)
        OR (s.to_kind = 'followers' AND s.to_id = m.dispute_id AND m.kind = 'follower')
     UNION ALL SELECT p.meeting_id::text FROM meeting_participant p WHERE p.member_id = m.id
     UNION ALL SELECT t.id::text FROM member_task t WHERE t.member_id = m.id
     UNION ALL SELECT c.consultation_id::text FROM consulted_expert c WHERE c.member_id = m.id AND c.answer = 'accepted'
"""


def heard_by(mine: str) -> str:
    """A condition on an event `e`; `mine` is one on a membership `m`. Of a room or a meeting they hear what the parties
    hear: who waits at the door is nobody's business, nor is what others were shown. An assisting organization hears
    also of what is decided in common."""
    return f"""EXISTS (
    SELECT FROM case_member m
     WHERE m.dispute_id = e.dispute_id AND m.status = 'accepted' AND m.answered_at <= e.at AND {mine}
       AND (NOT e.data ? 'to' OR e.data -> 'to' ?| ARRAY['member:' || m.id, 'followers:' || m.dispute_id])
       AND ((e.audience = 'parties' OR NOT e.data ?| ARRAY['room_id', 'meeting_id']) AND {ABOUT} IN ({_THEIRS})
            OR m.kind = 'assisting' AND e.audience = 'parties'
               AND e.data ?| ARRAY['assembly_id', 'matter_id', 'member_id']))"""
