"""Every kind of paper: the fields that it has, and how they are gathered. The rest of it is the catalog's."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, Literal, NamedTuple

from backend.papers import agreements, folder, follow_up, gathering, minutes, shapes
from backend.papers.fields import PaperData


class Paperwork(NamedTuple):
    shape: type[PaperData]
    gather: Callable[..., Awaitable[PaperData]]
    """(case, kind), and the party or the meeting that it is of."""
    agreed: Literal["written", "oral", "in_force"] | None = None
    """The agreement that it rests on."""


PAPERS: Final[Mapping[str, Paperwork]] = {
    "cover": Paperwork(shapes.CoverData, folder.cover),
    "contents": Paperwork(shapes.ContentsData, folder.contents),
    "application": Paperwork(shapes.ApplicationData, gathering.application),
    "acceptance": Paperwork(shapes.AcceptanceData, gathering.acceptance),
    "rights_notice": Paperwork(shapes.RightsNoticeData, gathering.rights_notice),
    "minutes": Paperwork(shapes.MinutesData, minutes.gather),
    "agreement": Paperwork(shapes.AgreementData, agreements.written, "written"),
    "oral_agreement": Paperwork(shapes.AgreementData, agreements.oral, "oral"),
    "termination": Paperwork(shapes.TerminationData, gathering.termination),
    "follow_up": Paperwork(shapes.FollowUpData, follow_up.gather),
    "confirmation": Paperwork(shapes.ConfirmationData, agreements.confirmation, "in_force"),
}


def missing(data: PaperData, wanted: tuple[str, ...]) -> list[str]:
    """Of the names in `wanted`, those of which nothing is known."""
    known: dict[str, Any] = data.model_dump()
    return [name for name in wanted if not known.get(name)]
