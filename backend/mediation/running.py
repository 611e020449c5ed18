"""Whether a mediation can be moved at all: the one place that says so, with one answer where it cannot."""

from typing import ClassVar

from backend.core.errors import HejieError
from models import Dispute, Status

OVER = (Status.NOT_AGREED, Status.CLOSED, Status.REFUSED, Status.WITHDRAWN)
_GOING_ON = (Status.ACCEPTED, Status.IN_MEDIATION, Status.AGREED, Status.FULFILLED)
_TALKS = (Status.IN_MEDIATION, Status.AGREED)
"""What has been agreed is still talked about while it is carried out."""


class MediationNotOpenError(HejieError):
    code: ClassVar[str] = "mediation_not_open"
    status: ClassVar[int] = 409
    message: ClassVar[str] = (
        "这件事现在不在调解中：可能还没有受理，或者调解已经结束，不能做这一步。请刷新后查看进度，要继续请联系综治中心。"
    )


class MediationRestsError(HejieError):
    code: ClassVar[str] = "mediation_rests"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "已有回避申请等待决定，调解暂停。请等中心主任决定后再进行。"


def require_not_over(dispute: Dispute) -> None:
    """What is brought together may come before the acceptance, and while the case changes hands. Raises
    MediationNotOpenError."""
    if dispute.status in OVER:
        raise MediationNotOpenError


def require_open(dispute: Dispute) -> None:
    """From the acceptance until all is carried out. Raises MediationNotOpenError."""
    if dispute.status not in _GOING_ON:
        raise MediationNotOpenError


def require_recorded(dispute: Dispute) -> None:
    """Also after the talks have failed, what was said is still written down and confirmed. Raises
    MediationNotOpenError, MediationRestsError."""
    require_talks(dispute, *_TALKS, Status.NOT_AGREED)


def require_talks(dispute: Dispute, *among: Status) -> None:
    """While the sides talk. Raises MediationNotOpenError, MediationRestsError."""
    if dispute.status not in (among or _TALKS):
        raise MediationNotOpenError
    require_not_resting(dispute)


def require_not_resting(dispute: Dispute) -> None:
    """Nobody meets under a mediator who has been challenged. Raises MediationRestsError."""
    if dispute.recusal_pending:
        raise MediationRestsError
