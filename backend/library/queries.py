"""Looking for what others have learned."""

from uuid import UUID

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from backend.accounts.actors import StaffActor
from backend.core.deps import Deps
from backend.core.errors import NotFoundError
from backend.core.pagination import cut, decode_id
from backend.core.schema import Page
from backend.library import actions
from backend.library.schemas import ExampleOut, SearchQuery, StaffExampleOut, StaffSearchQuery
from models import LibraryCase, LibraryStatus, Role

_FOR_STAFF = (LibraryStatus.APPROVED, LibraryStatus.RELEASED)


async def for_residents(deps: Deps, query: SearchQuery) -> Page[ExampleOut]:
    """The newest first."""
    rows, cursor = await _page(deps, LibraryCase.filter(status=LibraryStatus.RELEASED), query)
    return Page(items=[ExampleOut(**_shown(deps, row)) for row in rows], next_cursor=cursor)


async def one_for_residents(deps: Deps, example_id: UUID) -> ExampleOut:
    """Raises NotFoundError."""
    row = await LibraryCase.get_or_none(id=example_id, status=LibraryStatus.RELEASED)
    if row is None:
        raise NotFoundError
    return ExampleOut(**_shown(deps, row))


async def for_staff(deps: Deps, actor: StaffActor, query: StaffSearchQuery) -> Page[StaffExampleOut]:
    """What is approved, of all centers; what is not, of the own one. The newest first."""
    wanted = LibraryCase.filter(_readable(actor))
    wanted = wanted.filter(status=query.status) if query.status else wanted.filter(status__in=_FOR_STAFF)
    rows, cursor = await _page(deps, wanted, query)
    return Page(items=[out(deps, actor, row) for row in rows], next_cursor=cursor)


async def one_for_staff(deps: Deps, actor: StaffActor, example_id: UUID) -> StaffExampleOut:
    """Raises NotFoundError."""
    row = await LibraryCase.filter(_readable(actor)).select_related("dispute").get_or_none(id=example_id)
    if row is None:
        raise NotFoundError
    return out(deps, actor, row)


def out(deps: Deps, actor: StaffActor, row: LibraryCase) -> StaffExampleOut:
    """Needs the dispute."""
    own = actor.role is Role.SUPERVISOR or actor.center_id == row.dispute.center_id
    reasons = {}
    for column in ("review_reason", "withdrawal_reason"):
        sealed = getattr(row, f"{column}_sealed")
        reasons[column] = deps.keyring.open(sealed, "library_case", column, row.id) if sealed and own else None
    return StaffExampleOut(
        **_shown(deps, row),
        **reasons,
        dispute_id=str(row.dispute_id) if own else None,
        status=row.status.value,
        proposed_at=row.proposed_at,
        reviewed_at=row.reviewed_at,
        allowed=actions.allowed(actor, row) if own else [],
    )


def _readable(actor: StaffActor) -> Q:
    approved = Q(status__in=_FOR_STAFF)
    if actor.role is Role.ADMIN:
        return approved
    return Q() if actor.center_id is None else approved | Q(dispute__center_id=actor.center_id)


async def _page(deps: Deps, wanted: QuerySet[LibraryCase], query: SearchQuery) -> tuple[list[LibraryCase], str | None]:
    last = decode_id(query.cursor)
    if last is not None:
        wanted = wanted.filter(id__lt=last)
    if query.category is not None:
        wanted = wanted.filter(category=deps.catalog.top_category(query.category))
    for word in (query.q or "").split():
        wanted = wanted.filter(words__icontains=word)
    rows = await wanted.select_related("dispute").order_by("-id").limit(query.limit + 1)
    return cut(rows, query.limit, lambda row: (str(row.id),))


def _shown(deps: Deps, row: LibraryCase) -> dict[str, object]:
    texts = row.published or actions.draft_of(deps, row)
    category = deps.catalog.category_by_code.get(row.category)
    return {
        **texts,
        "id": str(row.id),
        "category": row.category,
        "category_text": category.name if category else row.category,
        "released_at": row.released_at,
    }
