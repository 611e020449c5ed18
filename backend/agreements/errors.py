"""What keeps an agreement from being changed, signed or put in force."""

from typing import ClassVar

from backend.core.errors import HejieError


class AgreementOpenError(HejieError):
    code: ClassVar[str] = "agreement_open"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "本案已有一份还没有生效的协议，请在那一份上修改，或者先作废它。"


class AgreementEndedError(HejieError):
    code: ClassVar[str] = "agreement_ended"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "这份协议已经生效或者已经作废，不能再改。需要时请重新调解，另订协议。"


class VersionSupersededError(HejieError):
    """`version` is the number in force."""

    code: ClassVar[str] = "version_superseded"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "协议有了新的版本，请刷新后阅读最新的一版，再进行这一步。"


class ContentMismatchError(HejieError):
    code: ClassVar[str] = "content_mismatch"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "您看到的文本与定稿不一致，不能签署。请刷新后重新阅读；如果还是这样，请联系综治中心。"


class NotFinalError(HejieError):
    code: ClassVar[str] = "agreement_not_final"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "协议还没有定稿，暂时不能进行这一步。请等调解员定稿后再来。"


class PeopleChangedError(HejieError):
    code: ClassVar[str] = "agreement_people_changed"
    status: ClassVar[int] = 409
    message: ClassVar[str] = (
        "定稿以后，本案的当事人或者调解员有变化，这份文本不能再签署。请等调解员修改协议、重新定稿后再来。"
    )


class NotAgreedYetError(HejieError):
    code: ClassVar[str] = "not_agreed_yet"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "调解员还没有登记达成协议，暂时不能签署。请稍后再来。"


class AlreadySignedError(HejieError):
    code: ClassVar[str] = "already_signed"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "这一处已经签署过了，不用再签。"


class ScreenForbiddenError(HejieError):
    code: ClassVar[str] = "screen_signing_forbidden"
    status: ClassVar[int] = 409
    message: ClassVar[str] = (
        "涉及婚姻、收养、继承等人身关系的协议，依法不能用手机签署（电子签名法第三条）。请到中心当面签字，或者邮寄签署。"
    )


class GuardianSignsError(HejieError):
    code: ClassVar[str] = "guardian_signs"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "未成年人的协议由监护人代签，请监护人用自己的手机签署，或者到中心窗口办理。"


class AuthorityNeededError(HejieError):
    code: ClassVar[str] = "authority_needed"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "代为签署要有特别授权和相应的证明材料，请到中心窗口登记，或者由当事人本人签署。"


class IdentityUnverifiedError(HejieError):
    code: ClassVar[str] = "identity_unverified"
    status: ClassVar[int] = 409
    message: ClassVar[str] = (
        "还不能确认是您本人。请先在“我的”里验证登记时留下的手机号，再来签署；也可以到中心窗口签字。"
    )


class TrackingKnownError(HejieError):
    code: ClassVar[str] = "tracking_number_known"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "这个快递单号已经登记过了，请核对单号。"


class CopyReceivedError(HejieError):
    code: ClassVar[str] = "copy_received"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "这位当事人的协议原件已经登记领取，不用再登记。"


class ParcelArrivedError(HejieError):
    code: ClassVar[str] = "parcel_arrived"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "这件快递已经登记过签收日期。"
