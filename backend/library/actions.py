"""An exemplary case is proposed, read by a second person, released, withdrawn. Whoever acts holds its case."""

import json
from typing import ClassVar
from uuid import UUID

from backend.accounts.actors import StaffActor
from backend.core.deps import Deps
from backend.core.errors import FieldProblem, HejieError, InvalidFieldsError, NotFoundError, RoleNotAllowedError
from backend.disputes import history, queries
from backend.disputes.history import Entry
from backend.library import known
from backend.library.anonymizing import found_in
from backend.library.schemas import TEXTS, ExampleIn, ReleaseIn, ReviewIn
from backend.mediation import access, steering
from backend.mediation.access import Standing
from models import Audience, Dispute, LibraryCase, LibraryStatus, Role, Safety, Status
from models.base import uuid7

_DONE = (Status.AGREED, Status.NOT_AGREED, Status.FULFILLED, Status.CLOSED)
_READERS = (Role.DIRECTOR, Role.SUPERVISOR)
_OPEN = (LibraryStatus.PROPOSED, LibraryStatus.RETURNED)
_KINDS = {"person": "姓名", "organization": "单位名称", "number": "电话、证件号等号码", "place": "地址、门牌或者单位",
          "reference": "案号"}  # fmt: skip


class NoExampleError(HejieError):
    code: ClassVar[str] = "no_example"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "这件事还没有结果，或者涉及人身安全，不能作为典型案例。"


class AlreadyProposedError(HejieError):
    code: ClassVar[str] = "already_proposed"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "本件已经推荐为典型案例，请修改原来的那一份。"


class ExampleStateError(HejieError):
    code: ClassVar[str] = "example_state"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "这个案例现在不能做这一步，请刷新后再看。"


class SamePersonError(HejieError):
    code: ClassVar[str] = "same_person"
    status: ClassVar[int] = 403
    message: ClassVar[str] = "推荐人不能审核、发布自己推荐的案例，请另一位负责人办理。"


async def propose(deps: Deps, actor: StaffActor, dispute_id: UUID, given: ExampleIn) -> LibraryCase:
    """By the case's mediator or the center's director. Raises NotFoundError, RoleNotAllowedError, NoExampleError,
    AlreadyProposedError; InvalidFieldsError for a text in which somebody can be recognized."""
    standing = await access.of_colleague(actor, dispute_id, lock=True)
    steering.require_lead(actor, standing)
    dispute = standing.dispute
    if dispute.status not in _DONE or dispute.safety is not Safety.NONE:
        raise NoExampleError
    if await LibraryCase.filter(dispute_id=dispute_id).exclude(status=LibraryStatus.WITHDRAWN).exists():
        raise AlreadyProposedError
    row = LibraryCase(
        id=uuid7(),
        dispute_id=dispute_id,
        category=deps.catalog.top_category(dispute.category),
        status=LibraryStatus.PROPOSED,
        proposer_id=actor.id,
        proposed_at=deps.clock.now(),
    )
    await _write(deps, dispute, row, given)
    await row.save(force_create=True)
    return await _recorded(deps, actor, dispute, row, "example_proposed")


async def edit(deps: Deps, actor: StaffActor, example_id: UUID, given: ExampleIn) -> LibraryCase:
    """By its proposer until it is approved; what was returned is proposed anew. Raises what `propose` raises."""
    standing, row = await _held(actor, example_id)
    if row.proposer_id != actor.id:
        raise RoleNotAllowedError
    _require(row, *_OPEN)
    await _write(deps, standing.dispute, row, given)
    row.status = LibraryStatus.PROPOSED
    await row.save(update_fields=["draft_sealed", "status"])
    return await _recorded(deps, actor, standing.dispute, row, "example_edited")


async def review(deps: Deps, actor: StaffActor, example_id: UUID, given: ReviewIn) -> LibraryCase:
    """By a director or supervisor who did not propose it. Raises NotFoundError, RoleNotAllowedError, SamePersonError,
    ExampleStateError; InvalidFieldsError while somebody can be recognized."""
    standing, row = await _by_second(actor, example_id)
    _require(row, LibraryStatus.PROPOSED)
    row.reviewer_id, row.reviewed_at = actor.id, deps.clock.now()
    row.status = LibraryStatus.APPROVED if given.decision == "approve" else LibraryStatus.RETURNED
    row.review_reason_sealed = (
        deps.keyring.seal(given.reason, "library_case", "review_reason", row.id) if given.reason else None
    )
    if row.status is LibraryStatus.APPROVED:
        texts = draft_of(deps, row)
        await _guard(deps, standing.dispute, texts, "decision")
        row.published, row.words = texts, "\n".join(texts.values())
    await row.save()
    return await _recorded(deps, actor, standing.dispute, row, f"example_{row.status}")


async def release(deps: Deps, actor: StaffActor, example_id: UUID, given: ReleaseIn) -> LibraryCase:
    """To residents. The case may know more people by now. Raises what `review` raises."""
    standing, row = await _by_second(actor, example_id)
    _require(row, LibraryStatus.APPROVED)
    await _check_consents(deps, standing.dispute, given)
    await _guard(deps, standing.dispute, draft_of(deps, row), "consents")
    row.status, row.released_at = LibraryStatus.RELEASED, deps.clock.now()
    await row.save(update_fields=["status", "released_at"])
    return await _recorded(deps, actor, standing.dispute, row, "example_released")


async def withdraw(deps: Deps, actor: StaffActor, example_id: UUID, reason: str) -> LibraryCase:
    """By its proposer, the director or a supervisor; nothing of it stays in clear. Raises NotFoundError,
    RoleNotAllowedError, ExampleStateError."""
    standing, row = await _held(actor, example_id)
    if actor.id != row.proposer_id and actor.role not in _READERS:
        raise RoleNotAllowedError
    if row.status is LibraryStatus.WITHDRAWN:
        raise ExampleStateError
    row.status, row.withdrawn_at = LibraryStatus.WITHDRAWN, deps.clock.now()
    row.published = row.words = None
    row.withdrawal_reason_sealed = deps.keyring.seal(reason, "library_case", "withdrawal_reason", row.id)
    await row.save()
    return await _recorded(deps, actor, standing.dispute, row, "example_withdrawn")


def draft_of(deps: Deps, row: LibraryCase) -> dict[str, str]:
    opened: dict[str, str] = json.loads(deps.keyring.open(row.draft_sealed, "library_case", "draft", row.id))
    return opened


def allowed(actor: StaffActor, row: LibraryCase) -> list[str]:
    """Of a case that the actor's center has, or the city."""
    second = actor.id != row.proposer_id and actor.role in _READERS
    steps = {
        "edit": actor.id == row.proposer_id and row.status in _OPEN,
        "review": second and row.status is LibraryStatus.PROPOSED,
        "release": second and row.status is LibraryStatus.APPROVED,
        "withdraw": (second or actor.id == row.proposer_id) and row.status is not LibraryStatus.WITHDRAWN,
    }
    return [name for name, is_open in steps.items() if is_open]


async def _held(actor: StaffActor, example_id: UUID) -> tuple[Standing, LibraryCase]:
    found = await LibraryCase.get_or_none(id=example_id)
    if found is None:
        raise NotFoundError
    standing = await access.of_colleague(actor, found.dispute_id, lock=True)
    return standing, await LibraryCase.get(id=example_id)


async def _by_second(actor: StaffActor, example_id: UUID) -> tuple[Standing, LibraryCase]:
    standing, row = await _held(actor, example_id)
    if row.proposer_id == actor.id:
        raise SamePersonError
    if actor.role not in _READERS:
        raise RoleNotAllowedError
    return standing, row


def _require(row: LibraryCase, *states: LibraryStatus) -> None:
    if row.status not in states:
        raise ExampleStateError


async def _write(deps: Deps, dispute: Dispute, row: LibraryCase, given: ExampleIn) -> None:
    texts = {name: getattr(given, name) for name in TEXTS}
    await _guard(deps, dispute, texts)
    row.draft_sealed = deps.keyring.seal(json.dumps(texts, ensure_ascii=False), "library_case", "draft", row.id)


async def _guard(deps: Deps, dispute: Dispute, texts: dict[str, str], path: str | None = None) -> None:
    """Raises InvalidFieldsError, at `path` where the texts are not in the body."""
    everything = await known.of_case(deps, dispute)
    found = {(name, each.kind, each.at) for name, text in texts.items() for each in found_in(text, everything)}
    if found:
        raise InvalidFieldsError(
            fields=tuple(
                FieldProblem(path or name, f"第{at}个字起还有{_KINDS[kind]}，请改成“申请人甲”“某公司”一类的说法。")
                for name, kind, at in sorted(found)
            )
        )


async def _check_consents(deps: Deps, dispute: Dispute, given: ReleaseIn) -> None:
    """Nothing public of these without both sides (医疗纠纷预防和处理条例 42), nor of what was promised to be silent."""
    rules = deps.catalog.library
    if deps.catalog.top_category(dispute.category) not in rules.consent_categories and (
        dispute.track not in rules.consent_tracks
    ):
        return
    missing = {party.id for party in await queries.parties(dispute.id)} - set(given.consents)
    if missing:
        raise InvalidFieldsError.at("consents", "这类案件公开前要各方当事人都同意，请把每一方的同意都记上。")


async def _recorded(deps: Deps, actor: StaffActor, dispute: Dispute, row: LibraryCase, kind: str) -> LibraryCase:
    await history.record(deps, dispute, actor, Entry(kind, Audience.STAFF, {"example_id": str(row.id)}))
    return row
