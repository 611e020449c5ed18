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


class AlreadyBookedError(HejieError):
    code: ClassVar[str] = "already_booked"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "已经有一次预约了，请先改约或者取消原来的预约。"


class AppointmentNotLiveError(HejieError):
    code: ClassVar[str] = "appointment_not_live"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "这次预约已取消或者已签到，不能再改。需要时请重新预约。"


class AlreadyCheckedInError(HejieError):
    code: ClassVar[str] = "already_checked_in"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "这次预约已经签到过了，不用再签。"


class NotAffectedError(HejieError):
    code: ClassVar[str] = "not_affected"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "这次预约不在待处理之列：可能已经改约、取消，或者已经有人处理过了。请刷新列表。"
