"""Whose figures somebody may ask for: a supervisor the city and every center, a director the own center and those
below it."""

from dataclasses import dataclass
from uuid import UUID

from backend.accounts.actors import StaffActor
from backend.core.errors import NotFoundError, RoleNotAllowedError
from backend.statistics.counting import Scope
from models import Center, CenterLevel, Role

_DIGITS = {CenterLevel.CITY: 4, CenterLevel.COUNTY: 6, CenterLevel.TOWNSHIP: 9, CenterLevel.VILLAGE: 12}
"""Of the division code, which those below share."""
_LEVELS = [*_DIGITS]
_READERS = (Role.SUPERVISOR, Role.DIRECTOR)


@dataclass(frozen=True, slots=True)
class Asked:
    center: Center | None
    """Null: the whole city."""
    centers: dict[str, str]
    """Names of all in it, by id; closed ones too."""
    own_id: UUID | None
    """The reader's own center, whose numbers are never hidden."""

    @property
    def scope(self) -> Scope:
        return Scope(None if self.center is None else [UUID(each) for each in self.centers])

    @property
    def is_elsewhere(self) -> bool:
        """Of a single center, or a county, that is not the reader's: small numbers are hidden."""
        return self.center is not None and self.center.id != self.own_id


async def asked(actor: StaffActor, center_id: UUID | None) -> Asked:
    """Raises RoleNotAllowedError; NotFoundError for a center that is not there, or not below the own one."""
    if actor.role not in _READERS:
        raise RoleNotAllowedError("统计由中心主任和督办人员查看。")
    every = await Center.all().order_by("code")
    by_id = {center.id: center for center in every}
    if actor.role is Role.SUPERVISOR and center_id is None:
        return Asked(None, {str(center.id): center.name for center in every}, None)
    center = by_id.get(center_id or actor.center_id or UUID(int=0))
    if center is None:
        raise NotFoundError
    if actor.role is Role.DIRECTOR and center not in below(by_id[actor.center_id], every):  # type: ignore[index]
        raise NotFoundError
    return Asked(center, {str(each.id): each.name for each in below(center, every)}, actor.center_id)


def below(center: Center, every: list[Center]) -> list[Center]:
    """The center itself, and all of lower levels in its division."""
    begin = center.division_code[: _DIGITS[center.level]]
    lower = _LEVELS[_LEVELS.index(center.level) + 1 :]
    return [center, *(each for each in every if each.level in lower and each.division_code.startswith(begin))]
