"""What a resident has agreed to. Without the notice nothing is filed; the other kinds are never required."""

from typing import ClassVar
from uuid import UUID

from backend.accounts.actors import ResidentActor
from backend.core.catalog import Catalog
from backend.core.clock import Clock
from backend.core.deps import Deps
from backend.core.errors import FieldProblem, HejieError, InvalidFieldsError
from models import ConsentKind, PrivacyConsent, Resident
from models.base import uuid7

ID_NUMBER_NEEDS_CONSENT = "填写身份证号需要您先单独同意，也可以不填，不影响提交。"
_LOCATION_NEEDS_CONSENT = "提供您所在的位置需要您先单独同意，也可以不提供，不影响提交。"


class PrivacyConsentRequiredError(HejieError):
    code: ClassVar[str] = "privacy_consent_required"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "请先阅读并同意《个人信息说明》，再提交。"


def require_notice(actor: ResidentActor, catalog: Catalog) -> None:
    """Raises PrivacyConsentRequiredError, also after a new version of the notice."""
    if actor.consents.get(ConsentKind.PRIVACY_NOTICE) != catalog.privacy.version:
        raise PrivacyConsentRequiredError


def missing_consents(actor: ResidentActor, *, id_number: bool, contact_location: bool) -> tuple[FieldProblem, ...]:
    """Problems of a filing that carries an identity number or the resident's own place."""
    asked = (
        (id_number, ConsentKind.ID_NUMBER, "applicant.id_number", ID_NUMBER_NEEDS_CONSENT),
        (contact_location, ConsentKind.PRECISE_LOCATION, "contact_location", _LOCATION_NEEDS_CONSENT),
    )
    return tuple(
        FieldProblem(path, message) for sent, kind, path, message in asked if sent and kind not in actor.consents
    )


async def give(deps: Deps, actor: ResidentActor, version: str, kinds: frozenset[ConsentKind]) -> None:
    """Agreeing again changes nothing. Raises InvalidFieldsError unless `version` is the one in force."""
    if any(deps.catalog.privacy.version_of(kind) != version for kind in kinds):
        raise InvalidFieldsError.at("version", "说明已经更新，请重新打开页面，阅读最新的内容后再同意。")
    await Resident.filter(id=actor.id).select_for_update().first()
    now = deps.clock.now()
    in_force = PrivacyConsent.filter(resident_id=actor.id, kind__in=kinds, withdrawn_at=None)
    given = {consent.kind for consent in await in_force if consent.version == version}
    await in_force.exclude(version=version).update(withdrawn_at=now)
    await PrivacyConsent.bulk_create(
        PrivacyConsent(id=uuid7(), resident_id=actor.id, kind=kind, version=version, given_at=now)
        for kind in sorted(kinds - given)
    )


async def withdraw(clock: Clock, resident_id: UUID, kind: ConsentKind) -> None:
    """What was collected under it is erased by `privacy.actions`."""
    in_force = PrivacyConsent.filter(resident_id=resident_id, kind=kind, withdrawn_at=None)
    await in_force.update(withdrawn_at=clock.now())
