"""The track of a case: in which law's name it is mediated, and so its clock, its exclusions and its papers."""

from collections.abc import Iterable

from backend.core import clock
from backend.core.case_rules import Track
from backend.core.catalog import Catalog
from backend.core.deps import Deps
from backend.core.errors import InvalidFieldsError
from backend.mediation.commercial import COMMERCIAL
from backend.registry import mediating
from models import Dispute, Organization, Party, PartyKind, Side


def default_for(catalog: Catalog, category: str) -> Track:
    return catalog.tracks[_first_open_to(catalog, category)]


def choose(deps: Deps, dispute: Dispute, *, track: str | None, mode: str, parties: Iterable[Party]) -> str:
    """Raises InvalidFieldsError where the law keeps the case from the track that was asked for."""
    name = track or (COMMERCIAL if mode == COMMERCIAL else _default(deps, dispute, parties))
    chosen, path = deps.catalog.tracks[name], "track" if track or mode != COMMERCIAL else "mode"
    if mode == COMMERCIAL != name:
        raise InvalidFieldsError.at(path, "商事调解方式只能走商事调解，请去掉调解类型或者改选方式。")
    if deps.catalog.top_category(dispute.category) in chosen.excluded_categories:
        raise InvalidFieldsError.at(path, f"这类纠纷依法不能走{chosen.title}，请选择其他途径。")
    if chosen.excludes_authorities and _is_against_an_authority(deps, parties):
        raise InvalidFieldsError.at(path, f"一方是行政机关，不属于民间纠纷，不能走{chosen.title}，请选择其他途径。")
    return name


def check_body(deps: Deps, name: str, organization: Organization) -> None:
    """Raises InvalidFieldsError."""
    track = deps.catalog.tracks[name]
    mediating.check_may_mediate(deps.catalog, organization, name, clock.today(deps.clock))
    if track.needs_registration and not organization.registration_number:
        raise InvalidFieldsError.at("organization_id", "这个调解组织还没有登记号，请先请管理员补上，或者选择其他组织。")


def _default(deps: Deps, dispute: Dispute, parties: Iterable[Party]) -> str:
    against = _is_against_an_authority(deps, parties)
    return _first_open_to(deps.catalog, dispute.category, against_an_authority=against)


def _first_open_to(catalog: Catalog, category: str, *, against_an_authority: bool = False) -> str:
    top = catalog.top_category(category)
    return next(
        name
        for name, track in catalog.tracks.items()
        if top not in track.excluded_categories and not (against_an_authority and track.excludes_authorities)
    )


def _is_against_an_authority(deps: Deps, parties: Iterable[Party]) -> bool:
    endings = deps.catalog.authority_endings
    names = (
        deps.keyring.open(party.name_sealed, "party", "name", party.id)
        for party in parties
        if party.side == Side.RESPONDENT and party.kind == PartyKind.ORGANIZATION
    )
    return any(name.endswith(endings) for name in names)
