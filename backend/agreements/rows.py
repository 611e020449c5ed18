"""Reading and writing the rows of one agreement, always behind what the reader may see."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from tortoise.queryset import QuerySet

from backend.accounts.actors import Actor
from backend.agreements import contents
from backend.agreements.errors import VersionSupersededError
from backend.agreements.schemas import Content
from backend.core.deps import Deps
from backend.core.errors import NotFoundError
from backend.disputes import history
from backend.disputes.history import Entry
from backend.mediation import access, acts
from backend.mediation.access import Standing
from backend.notices import actions as notices
from backend.notices.actions import News
from models import (
    Agreement,
    AgreementForm,
    AgreementStatus,
    AgreementVersion,
    Audience,
    Dispute,
    Party,
    Representation,
)
from models.base import uuid7

RESOURCE = "agreement"
OPEN = (AgreementStatus.DRAFT, AgreementStatus.FINAL, AgreementStatus.SIGNING)


def readable(deps: Deps, standing: Standing) -> QuerySet[Agreement]:
    """Raises NotFoundError where agreements do not exist to them."""
    return access.readable(deps, standing, RESOURCE, Agreement.filter(dispute_id=standing.dispute.id))


async def found(
    deps: Deps, actor: Actor, dispute_id: UUID, agreement_id: UUID, *, lock: bool = False
) -> tuple[Standing, Agreement]:
    """Raises NotFoundError."""
    standing = await acts.standing(actor, dispute_id, lock=lock)
    agreement = await readable(deps, standing).get_or_none(id=agreement_id)
    if agreement is None:
        raise NotFoundError
    return standing, agreement


async def open_one(dispute: Dispute) -> Agreement | None:
    """That has not taken effect yet: at most one in a case."""
    return await Agreement.filter(dispute_id=dispute.id, status__in=OPEN).first()


async def in_force(dispute: Dispute) -> Agreement | None:
    return await Agreement.filter(dispute_id=dispute.id, status=AgreementStatus.EFFECTIVE).first()


async def latest(agreement: Agreement) -> AgreementVersion:
    return await AgreementVersion.get(agreement_id=agreement.id, number=agreement.version)


def require_latest(agreement: Agreement, number: int) -> None:
    """Raises VersionSupersededError."""
    if number != agreement.version:
        raise VersionSupersededError(version=agreement.version)


def opened(deps: Deps, version: AgreementVersion) -> Content:
    return Content.model_validate_json(text_of(deps, version))


def text_of(deps: Deps, version: AgreementVersion) -> str:
    return deps.keyring.open(version.content_sealed, "agreement_version", "content", version.id)


async def begin(
    deps: Deps, actor: Actor, dispute: Dispute, content: Content, *, form: AgreementForm = AgreementForm.WRITTEN
) -> Agreement:
    """With its first version. It stands in the place of the one in force, if there is one."""
    now, before = deps.clock.now(), await in_force(dispute)
    agreement = Agreement(
        id=uuid7(),
        dispute_id=dispute.id,
        ordinal=1 + await Agreement.filter(dispute_id=dispute.id).count(),
        form=form,
        status=AgreementStatus.DRAFT,
        version=0,
        remediates_id=before.id if before else None,
        created_by_id=actor.id,
        created_at=now,
        updated_at=now,
    )
    await agreement.save(force_create=True)
    _ = await add_version(deps, actor, agreement, content)
    return agreement


async def add_version(deps: Deps, actor: Actor, agreement: Agreement, content: Content) -> AgreementVersion:
    row_id, text = uuid7(), contents.canonical(content)
    version = AgreementVersion(
        id=row_id,
        agreement_id=agreement.id,
        number=agreement.version + 1,
        content_sealed=deps.keyring.seal(text, "agreement_version", "content", row_id),
        content_hash=contents.hash_of(text),
        author_id=actor.id,
        at=deps.clock.now(),
    )
    await version.save(force_create=True)
    agreement.version = version.number
    await changed(deps, agreement, "version")
    return version


async def changed(deps: Deps, agreement: Agreement, *names: str) -> None:
    agreement.updated_at = deps.clock.now()
    await agreement.save(update_fields=[*names, "updated_at"])


async def record(
    deps: Deps,
    actor: Actor | None,
    dispute: Dispute,
    agreement: Agreement,
    kind: str,
    *,
    data: dict[str, Any] | None = None,
    detail: dict[str, Any] | None = None,
    audience: Audience = Audience.PARTIES,
) -> None:
    known = {"agreement_id": str(agreement.id), "version": agreement.version, "ordinal": agreement.ordinal}
    await history.record(deps, dispute, actor, Entry(kind, audience, known | (data or {}), detail or {}))
    deps.touched.update(map(str, await phones(await acts.taking_part(dispute.id))))


async def tell(
    deps: Deps,
    dispute: Dispute,
    kind: str,
    parties: Iterable[Party],
    *,
    but: Actor | None = None,
    until: datetime | None = None,
    **words: str,
) -> None:
    """A message to everybody by whose phone one of these parties is heard."""
    residents = await phones(parties) - {but.id if but else None}
    known = {"center": dispute.center.name, "number": dispute.number, "due_text": ""} | words
    await notices.notify(deps, [News(each, kind, dispute.id, known, until) for each in sorted(residents)])


async def phones(parties: Iterable[Party]) -> set[UUID]:
    """Their own and of who acts for them."""
    ids = [party.id for party in parties]
    own = Party.filter(id__in=ids, resident_id__not_isnull=True)
    acting = Representation.filter(party_id__in=ids, resident_id__not_isnull=True, ended_at=None)
    found = [*await own.values_list("resident_id", flat=True), *await acting.values_list("resident_id", flat=True)]
    return {UUID(str(each)) for each in found}
