"""What the catalog says of mediation and of the bodies that mediate."""

from functools import cached_property

from backend.core.agreement_rules import AgreementRules
from backend.core.cloud_rules import ConsultationRules, EvidenceRules, RoomRules, Statute
from backend.core.commercial_rules import CommercialRules
from backend.core.commitment_rules import CommitmentRules
from backend.core.enterprise_rules import EnterpriseRules
from backend.core.flow_table import Entry
from backend.core.joint_rules import JointRules
from backend.core.library_rules import LibraryRules
from backend.core.mediation_rules import MediationRules
from backend.core.registry_rules import RegistryRules
from backend.core.talk_rules import TalkRules


class MediationCatalog(Entry):
    """Each as its own file has it; see their heads."""

    mediation: MediationRules
    agreements: AgreementRules
    joint: JointRules
    talks: TalkRules
    registry: RegistryRules
    enterprises: EnterpriseRules
    rooms: RoomRules
    evidence: EvidenceRules
    consultation: ConsultationRules
    statutes: tuple[Statute, ...]
    statistics_definitions: dict[str, str]
    commercial: CommercialRules
    commitments: CommitmentRules
    library: LibraryRules

    @cached_property
    def statute_by_code(self) -> dict[str, Statute]:
        return {statute.code: statute for statute in self.statutes}
