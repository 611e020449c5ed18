"""What staff are told of a case, in their own inbox. No push leaves the system: their screen is open, or it waits."""

from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from tortoise.expressions import Q

from backend.accounts.actors import Actor, StaffActor
from backend.core import rows
from backend.core.clock import local
from backend.core.deps import Deps
from backend.core.errors import NotFoundError
from backend.core.pagination import cut, decode_id
from backend.core.wording import date_text
from backend.disputes import case_clock
from models import CenterLevel, Dispute, Role, Staff, StaffNotice
from models.base import uuid7


async def tell(deps: Deps, dispute: Dispute, kind: str | None, *, but: Actor | None, asker: UUID | None = None) -> None:
    """In the transaction that is open; nobody is told of what they did themselves."""
    if kind is None:
        return
    recipients = await _recipients(deps, dispute, kind, asker)
    if but is not None:
        recipients.discard(but.id)
    await send(deps, recipients, kind, _words(deps, dispute), dispute.id)


async def send(deps: Deps, recipients: Iterable[UUID], kind: str, known: dict[str, str], about: UUID | None) -> None:
    """To these, whoever the catalog names; `about` is the case, if it may be named to them."""
    words, now = deps.catalog.staff_notices[kind], deps.clock.now()
    notices = [
        StaffNotice(
            id=uuid7(),
            staff_id=staff_id,
            dispute_id=about,
            kind=kind,
            title=words.title,
            text=words.text.format_map(known)[:255],
            created_at=now,
        )
        for staff_id in sorted(recipients)
    ]
    await rows.insert(notices)
    deps.touched.update(str(notice.staff_id) for notice in notices)


async def page(actor: StaffActor, *, limit: int, cursor: str | None) -> tuple[list[StaffNotice], str | None]:
    """The newest first."""
    notices, last = StaffNotice.filter(staff_id=actor.id), decode_id(cursor)
    if last is not None:
        notices = notices.filter(id__lt=last)
    found = await notices.order_by("-id").limit(limit + 1)
    return cut(found, limit, lambda notice: (str(notice.id),))


async def unread_count(actor: StaffActor) -> int:
    return await StaffNotice.filter(staff_id=actor.id, read_at=None).count()


async def read(deps: Deps, actor: StaffActor, notice_id: UUID) -> StaffNotice:
    """The first reading counts. Raises NotFoundError."""
    notice = await StaffNotice.filter(id=notice_id, staff_id=actor.id).select_for_update().first()
    if notice is None:
        raise NotFoundError
    if notice.read_at is None:
        notice.read_at = deps.clock.now()
        await notice.save(update_fields=["read_at"])
    return notice


async def _recipients(deps: Deps, dispute: Dispute, kind: str, asker: UUID | None) -> set[UUID]:
    """The queue of the city has no staff of its own: its supervisors answer for it."""
    wanted = deps.catalog.staff_notices[kind]
    center = dispute.center if wanted.at == "own_center" else dispute.transfer_to
    named = {"mediator": dispute.mediator_id, "asker": asker}
    roles = {Role(role) for role in wanted.to if role in set(Role)} - {Role.MEDIATOR}
    if center is not None and center.level is CenterLevel.CITY:
        roles |= {Role.SUPERVISOR}
    chosen = Q(id__in=[person for who, person in named.items() if person and who in wanted.to])
    if roles:
        own = Q(center_id=center.id) if center else Q(center_id__isnull=False)
        chosen |= Q(Q(own) | Q(center_id__isnull=True), role__in=list(roles))
    return {member.id for member in await Staff.filter(chosen, is_active=True).only("id")}


def _words(deps: Deps, dispute: Dispute) -> dict[str, str]:
    running = case_clock.running_of(dispute)
    words = defaultdict(str, center=dispute.center.name, number=dispute.case_number or dispute.number)
    words["target"] = dispute.transfer_to.name if dispute.transfer_to_id and dispute.transfer_to else ""
    if dispute.due_at is not None:
        words["due_text"] = date_text(local(dispute.due_at).date())
    if running is not None:
        words["rule"] = deps.catalog.time_rules.limit(running.version, running.rule).title
    return words
