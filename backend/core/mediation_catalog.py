"""What the catalog says of mediation and of the bodies that mediate."""

from functools import cached_property
from typing import Self

from pydantic import model_validator

from backend.core.aftercare_rules import AftercareRules, ComplaintRules
from backend.core.agreement_rules import AgreementRules
from backend.core.cloud_rules import ConsultationRules, EvidenceRules, RoomRules, Statute
from backend.core.commercial_rules import CommercialRules
from backend.core.commitment_rules import CommitmentRules
from backend.core.confirmation_rules import ConfirmationRules
from backend.core.enterprise_rules import EnterpriseRules
from backend.core.flow_table import Entry
from backend.core.joint_rules import JointRules
from backend.core.library_rules import LibraryRules
from backend.core.mediation_rules import MediationRules
from backend.core.paper_rules import PaperKind
from backend.core.record_rules import RecordRules
from backend.core.registry_rules import RegistryRules
from backend.core.statistics_rules import StatisticsRules
from backend.core.talk_rules import TalkRules


class MediationCatalog(Entry):
    """Each as its own file has it; see their heads."""

    mediation: MediationRules
    agreements: AgreementRules
    confirmation: ConfirmationRules
    joint: JointRules
    talks: TalkRules
    registry: RegistryRules
    enterprises: EnterpriseRules
    rooms: RoomRules
    evidence: EvidenceRules
    consultation: ConsultationRules
    statutes: tuple[Statute, ...]
    statistics_definitions: dict[str, str]
    statistics: StatisticsRules
    commercial: CommercialRules
    commitments: CommitmentRules
    library: LibraryRules
    aftercare: AftercareRules
    complaints: ComplaintRules
    gbt31000: RecordRules
    papers: dict[str, PaperKind]
    """In the order in which they lie in a file."""
    paper_templates: dict[str, str]
    """By the same codes; what an official has written instead lies in the database."""

    @model_validator(mode="after")
    def check_papers(self) -> Self:
        """Every paper has its template, and no template is of none."""
        if odd := self.papers.keys() ^ self.paper_templates.keys():
            raise ValueError(f"papers: {', '.join(sorted(odd))}: a row and a template belong together")
        return self

    @cached_property
    def statute_by_code(self) -> dict[str, Statute]:
        return {statute.code: statute for statute in self.statutes}
