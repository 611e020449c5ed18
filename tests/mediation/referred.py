"""Party A of the case has been sent to a legal service."""

import os

from backend.core.crypto import Keyring
from models import Dispute, LegalReferral, LegalReferralStatus, Organization
from models.base import uuid7
from tests.clock import START
from tests.mediation.standings import Standings


async def to_legal_service(standings: Standings) -> None:
    keyring = Keyring.parse(os.environ["HEJIE_ENCRYPTION_KEYS"], os.environ["HEJIE_SEARCH_KEY"])
    dispute, referral_id = await Dispute.get(id=standings.dispute_id), uuid7()
    referral = LegalReferral(
        id=referral_id,
        center_id=dispute.center_id,
        organization_id=(await Organization.get(code="demo-street")).id,
        dispute_id=dispute.id,
        party_id=standings.ids["party_a"],
        name_sealed=keyring.seal("张三", "legal_referral", "name", referral_id),
        reason_sealed=keyring.seal("想请律师", "legal_referral", "reason", referral_id),
        status=LegalReferralStatus.SENT,
        sent_by_id=standings["clerk"].id,
        sent_at=START,
    )
    await referral.save(force_create=True)
