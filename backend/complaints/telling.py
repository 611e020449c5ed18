"""Who hears of a complaint: whoever handles it, and who complained. No message names the case."""

from backend.casework import staff_notices
from backend.core.clock import local
from backend.core.deps import Deps
from backend.core.wording import date_text
from backend.notices import actions as notices
from backend.notices.actions import News
from models import Complaint, Role, Staff


async def handlers(deps: Deps, row: Complaint, kind: str) -> None:
    active = Staff.filter(is_active=True)
    if row.handled_at_id is not None:
        found = active.filter(role=Role.DIRECTOR, center_id=row.handled_at_id)
    else:
        found = active.filter(role=Role.SUPERVISOR)
    recipients = {member.id for member in await found.only("id")} - {row.subject_id}
    words = {"number": row.number, "due_text": date_text(local(row.due_at).date())}
    await staff_notices.send(deps, recipients, kind, words, None)


async def complainant(deps: Deps, row: Complaint, kind: str) -> None:
    words = {"number": row.number, "center": "综治中心"}
    await notices.notify(deps, [News(row.resident_id, kind, None, words)])
