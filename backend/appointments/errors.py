from typing import ClassVar

from backend.core.errors import HejieError


class SlotFullError(HejieError):
    code: ClassVar[str] = "slot_full"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "这个时间刚刚约满了，请换一个时间。"


class SlotPastError(HejieError):
    code: ClassVar[str] = "slot_past"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "这个时间已经过了或者太近，来不及安排，请换一个晚些的时间。"


class NotTakingPartError(HejieError):
    code: ClassVar[str] = "not_taking_part"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "您已退出，或者由推选的代表人参加，不能预约时间。有不同意见请联系综治中心。"


class AlreadyBookedError(HejieError):
    code: ClassVar[str] = "already_booked"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "已经有一次预约了，请先改约或者取消原来的预约。"


class AppointmentNotLiveError(HejieError):
    code: ClassVar[str] = "appointment_not_live"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "这次预约已经结束、取消或者签到，不能再改。需要时请重新预约。"


class AlreadyCheckedInError(HejieError):
    code: ClassVar[str] = "already_checked_in"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "这次预约已经签到过了，不用再签。"


class NotYetError(HejieError):
    """`details` name the moment from which it is possible, or until when it was."""

    code: ClassVar[str] = "not_now"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "现在还不能办理，请在预约时间前后再试。"


class NoMediatorError(HejieError):
    code: ClassVar[str] = "no_mediator"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "这件事还没有安排调解员，先约窗口登记，安排好后再约调解时间。"


class KeptApartError(HejieError):
    """Says nothing of a red card: whoever it warns of may be the one who reads it."""

    code: ClassVar[str] = "no_joint_meeting"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "这件事目前不能约各方一起调解，可以先约窗口单独办理，或联系综治中心。"


class NotProposedError(HejieError):
    code: ClassVar[str] = "not_proposed"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "这个时间不用再答复了，请刷新后查看最新安排。"


class FixingTooEarlyError(HejieError):
    code: ClassVar[str] = "fixing_too_early"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "还不能直接确定时间：先与各方协商，多次协商不成后才可以由中心确定。"


class PlacesFreeError(HejieError):
    code: ClassVar[str] = "places_free"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "这几天还有空位，请直接预约，不用候补。"


class OfferGoneError(HejieError):
    code: ClassVar[str] = "offer_gone"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "为您保留的位置已过时限，让给下一位了。您可以重新预约或候补。"


class NotAffectedError(HejieError):
    code: ClassVar[str] = "not_affected"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "这次预约不在待处理之列：可能已经改约、取消，或者已经有人处理过了。请刷新列表。"
