"""Which courts may be asked to confirm (民事诉讼法 205), and which may not."""

import json
import re
from collections.abc import Iterator

from backend.agreements.confirmation_schemas import ApplicationIn, CourtOut
from backend.core.confirmation_rules import Court, CourtLevel, Ground, Reserved
from backend.core.deps import Deps
from backend.core.errors import InvalidFieldsError
from backend.disputes import views
from models import Dispute, Registration

BASIC: CourtLevel = "basic"
_ELSEWHERE: dict[CourtLevel, str] = {
    "basic": "当事人住所地的基层人民法院（外地的请填写名称）",
    "intermediate": "当事人住所地有管辖权的中级人民法院（外地的请填写名称）",
    "special": "有管辖权的专门人民法院（请填写名称）",
}
_COURT_OF_REFERRAL = "court"
_INVITING = "邀请调解的人民法院"
"""Until somebody says which."""
_BASIC_COURT = re.compile(r"[\u4e00-\u9fff]+[市区县旗]人民法院([\u4e00-\u9fff]+法庭)?")
"""Or a court that it has sent out."""
_FIRST_HIGHER = ("中级人民法院", "知识产权法院", "互联网法院", "金融法院", "海事法院")


def level_of(deps: Deps, dispute: Dispute) -> tuple[CourtLevel, str | None]:
    """And why, where it is not the basic one."""
    row = _reserved(deps, dispute)
    return (row.level, row.reason) if row else (BASIC, None)


def _levels(deps: Deps, dispute: Dispute) -> tuple[CourtLevel, ...]:
    """That may be right, the likelier first."""
    row = _reserved(deps, dispute)
    return (BASIC,) if row is None else (row.level, BASIC) if row.or_basic else (row.level,)


def _reserved(deps: Deps, dispute: Dispute) -> Reserved | None:
    return deps.catalog.confirmation.reserved_for(deps.catalog.codes_of(dispute.category))


async def choices(deps: Deps, dispute: Dispute) -> list[CourtOut]:
    """Where a court had invited the mediation, that one and no other."""
    inviting = await Registration.get_or_none(dispute_id=dispute.id, referred_by=_COURT_OF_REFERRAL)
    if inviting is not None:
        level = level_of(deps, dispute)[0]
        return [_out(deps, "inviting", level, None, inviting.referrer_name or _INVITING)]
    return [each for level in _levels(deps, dispute) for each in _of_level(deps, dispute, level)]


def _of_level(deps: Deps, dispute: Dispute, level: CourtLevel) -> Iterator[CourtOut]:
    city = [each for each in deps.catalog.confirmation.courts if each.level == level]
    for ground, division in _places(deps, dispute).items():
        yield from (_out(deps, ground, level, each, each.name) for each in city if each.serves(division))
    yield from (_out(deps, "domicile", level, each, each.name) for each in city)
    yield _out(deps, "domicile", level, None, _ELSEWHERE[level])


async def chosen(deps: Deps, dispute: Dispute, fields: ApplicationIn) -> tuple[str, CourtLevel]:
    """The court's name and level. Raises InvalidFieldsError for one that has no jurisdiction."""
    offered = [each for each in await choices(deps, dispute) if each.ground == fields.ground]
    if fields.court_code is not None:
        for each in offered:
            if each.court_code == fields.court_code:
                return each.court, each.level
        raise InvalidFieldsError.at("court_code", "这个法院依法没有管辖权，请按名单重新选择。")
    assert fields.court_name is not None, "one of the two"
    named = [each.court for each in offered if each.court_code is None]
    if not named:
        raise InvalidFieldsError.at("court_name", "这个管辖依据下请从名单里选择法院。")
    likeliest, reason = level_of(deps, dispute)
    if fields.ground == "inviting" and fields.court_name == named[0] != _INVITING:
        return fields.court_name, likeliest
    for level in _levels(deps, dispute):
        if _is_of(level, fields.court_name):
            return fields.court_name, level
    raise InvalidFieldsError.at("court_name", reason or "请填写基层人民法院的全称，例如某某市某某区人民法院。")


def _places(deps: Deps, dispute: Dispute) -> dict[Ground, str]:
    text, organization = views.opened(deps, dispute, "location"), dispute.organization
    where = json.loads(text).get("division_code") if text else None
    sits = organization.division_code if organization else None
    return {
        "organization": sits or dispute.center.division_code,
        "subject_matter": where or dispute.center.division_code,
    }


def _is_of(level: CourtLevel, name: str) -> bool:
    return bool(_BASIC_COURT.fullmatch(name)) if level == BASIC else name.endswith(_FIRST_HIGHER)


def _out(deps: Deps, ground: Ground, level: CourtLevel, court: Court | None, name: str) -> CourtOut:
    return CourtOut(
        ground=ground,
        ground_text=deps.catalog.confirmation.grounds[ground],
        level=level,
        court_code=court.code if court else None,
        court=name,
        note=court.note if court else "",
    )
