"""What must never be found in the database, whatever was done at once. Said over plain tables, without the diaries
where it can be, so that a fault in them can't hide itself."""

from datetime import datetime
from typing import Any

from tortoise import connections

_LIVE = "(a.status = 'booked' OR (a.status = 'proposed' AND a.respond_by > $1)) AND a.ends_at > $1"
_BOTH_LIVE = f"{_LIVE} AND {_LIVE.replace('a.', 'b.')} AND a.id < b.id"

INVARIANTS = {
    "a slot's counter says what appointments and offers say": """
        SELECT center_id, kind, starts_at, s.taken, h.held
          FROM slot_count s FULL JOIN (
               SELECT center_id, kind, starts_at, count(*) AS held FROM (
                      SELECT center_id, kind, starts_at FROM appointment
                       WHERE purpose = 'registration' AND status <> 'cancelled'
                       UNION ALL
                      SELECT center_id, kind, starts_at FROM wait_entry WHERE status = 'offered') AS holders
                GROUP BY 1, 2, 3) AS h USING (center_id, kind, starts_at)
         WHERE COALESCE(s.taken, 0) <> COALESCE(h.held, 0) AND $1::timestamptz IS NOT NULL""",
    "no two entries of a diary overlap": """
        SELECT a.id, b.id AS other FROM diary_entry a JOIN diary_entry b USING (diary_id)
         WHERE a.id < b.id AND a.starts_at < b.ends_at AND b.starts_at < a.ends_at AND $1::timestamptz IS NOT NULL""",
    "no resident is in two places": f"""
        WITH who AS (SELECT id AS appointment_id, resident_id FROM appointment
                      WHERE purpose = 'registration' AND resident_id IS NOT NULL
                      UNION
                     SELECT i.appointment_id, p.resident_id FROM participant i JOIN party p ON p.id = i.party_id
                      WHERE p.resident_id IS NOT NULL)
        SELECT a.id, b.id AS other FROM who x JOIN who y USING (resident_id)
          JOIN appointment a ON a.id = x.appointment_id JOIN appointment b ON b.id = y.appointment_id
         WHERE {_BOTH_LIVE} AND a.starts_at < b.ends_at AND b.starts_at < a.ends_at""",
    "no mediator has two at once, nor less between than the buffer": f"""
        SELECT a.id, b.id AS other FROM appointment a JOIN appointment b USING (mediator_id)
         WHERE {_BOTH_LIVE} AND a.starts_at < b.ends_at + make_interval(mins => b.buffer_minutes)
           AND b.starts_at < a.ends_at + make_interval(mins => a.buffer_minutes)""",
    "no room has two at once, nor less between than the buffer": f"""
        SELECT a.id, b.id AS other FROM appointment a JOIN appointment b USING (room_id)
         WHERE {_BOTH_LIVE} AND a.starts_at < b.ends_at + make_interval(mins => b.buffer_minutes)
           AND b.starts_at < a.ends_at + make_interval(mins => a.buffer_minutes)""",
    "what is live stands in the diaries of all whom it takes": f"""
        WITH takes AS (
             SELECT id AS appointment_id, 'mediator' AS kind, mediator_id::text AS subject FROM appointment
              WHERE mediator_id IS NOT NULL
              UNION
             SELECT id, 'room', room_id::text FROM appointment WHERE room_id IS NOT NULL
              UNION
             SELECT id, 'resident', resident_id::text FROM appointment
              WHERE purpose = 'registration' AND resident_id IS NOT NULL
              UNION
             SELECT i.appointment_id, 'resident', p.resident_id::text
               FROM participant i JOIN party p ON p.id = i.party_id WHERE p.resident_id IS NOT NULL)
        SELECT a.id, t.kind FROM appointment a JOIN takes t ON t.appointment_id = a.id
         WHERE {_LIVE} AND NOT EXISTS (
               SELECT FROM diary_entry e JOIN diary d ON d.id = e.diary_id
                WHERE e.appointment_id = a.id AND d.kind = t.kind AND d.subject = t.subject)""",
    "a diary holds nothing for what is over, and its times are the appointment's": """
        SELECT e.id FROM diary_entry e JOIN diary d ON d.id = e.diary_id JOIN appointment a ON a.id = e.appointment_id
         WHERE $1::timestamptz IS NOT NULL
           AND (a.status IN ('cancelled', 'declined', 'expired') OR e.starts_at <> a.starts_at
                OR e.held_until IS DISTINCT FROM a.respond_by
                OR e.ends_at <> a.ends_at + CASE WHEN d.kind IN ('mediator', 'room')
                                                 THEN make_interval(mins => a.buffer_minutes) ELSE '0' END)""",
    "one live appointment of a case and purpose": f"""
        SELECT a.dispute_id, a.purpose FROM appointment a WHERE {_LIVE} GROUP BY 1, 2 HAVING count(*) > 1""",
    "nothing is live in a case that ended": f"""
        SELECT a.id FROM appointment a JOIN dispute d ON d.id = a.dispute_id
         WHERE {_LIVE} AND d.status IN ('withdrawn', 'refused', 'closed')""",
    "a proposal has an end, and nothing else has": """
        SELECT id FROM appointment
         WHERE (respond_by IS NOT NULL) <> (status IN ('proposed', 'declined', 'expired'))
           AND $1::timestamptz IS NOT NULL""",
    "an offer names its slot and its end": """
        SELECT id FROM wait_entry
         WHERE status = 'offered' AND (starts_at IS NULL OR offered_until IS NULL) AND $1::timestamptz IS NOT NULL""",
}
"""Each names the rows that break it; `$1` is the present moment."""


async def violations(now: datetime) -> dict[str, list[dict[str, Any]]]:
    """By the invariant that is broken; empty when all is well."""
    connection = connections.get("default")
    found = {name: await connection.execute_query_dict(sql, [now]) for name, sql in INVARIANTS.items()}
    return {name: rows for name, rows in found.items() if rows}
