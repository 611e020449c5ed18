"""What is said in a mediation: meetings and their minutes, separate talks, messages, proposals."""

from enum import StrEnum
from uuid import UUID

from tortoise import fields

from models.base import ENUM_LENGTH, Row
from models.disputes import Dispute, Party
from models.mediation import CaseMember


class Venue(StrEnum):
    ONSITE = "onsite"
    VIDEO = "video"
    PHONE = "phone"


class MeetingStatus(StrEnum):
    PLANNED = "planned"
    RUNNING = "running"
    ADJOURNED = "adjourned"
    ENDED = "ended"
    CANCELLED = "cancelled"


class MeetingRole(StrEnum):
    PARTY = "party"
    MEMBER = "member"
    MEDIATOR = "mediator"
    STAFF = "staff"
    OTHER = "other"
    """Has no account and is known by name."""


class Attendance(StrEnum):
    EXPECTED = "expected"
    PRESENT = "present"
    LATE = "late"
    ABSENT = "absent"
    LEFT_EARLY = "left_early"


class MinutesAnswerKind(StrEnum):
    CONFIRMED = "confirmed"
    COMMENTED = "commented"
    REFUSED = "refused"


class ProposalStatus(StrEnum):
    OPEN = "open"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class ProposalAnswerKind(StrEnum):
    PENDING = "pending"
    ACCEPTED = "accepted"
    REFUSED = "refused"


class Meeting(Row):
    dispute_id: UUID
    dispute: fields.ForeignKeyRelation[Dispute] = fields.ForeignKeyField(
        "models.Dispute", on_delete=fields.RESTRICT, related_name="meetings"
    )
    kind = fields.CharField(max_length=ENUM_LENGTH)
    """Of the catalog."""
    caucus_party_id: UUID | None
    caucus_party: fields.ForeignKeyNullableRelation[Party] = fields.ForeignKeyField(
        "models.Party", null=True, on_delete=fields.RESTRICT, related_name="caucuses"
    )
    """With whom alone, where it is a separate talk."""
    venue = fields.CharEnumField(Venue, max_length=ENUM_LENGTH)
    status = fields.CharEnumField(MeetingStatus, max_length=ENUM_LENGTH)
    planned_at = fields.DatetimeField()
    appointment_id = fields.UUIDField(null=True)
    agenda_sealed = fields.BinaryField()
    """JSON: a list of items."""
    mediator_id = fields.UUIDField()
    """Who held it, and in whom was confided in a separate talk."""
    handed_over_at = fields.DatetimeField(null=True)
    begun_at = fields.DatetimeField(null=True)
    ended_at = fields.DatetimeField(null=True)
    reason_sealed = fields.BinaryField(null=True)
    """Of adjourning it."""
    created_at = fields.DatetimeField()

    class Meta:
        table = "meeting"
        indexes = (("dispute_id", "id"),)


class MeetingParticipant(Row):
    """One of `party`, `member`, `staff_id` is set, or only a name."""

    meeting_id: UUID
    meeting: fields.ForeignKeyRelation[Meeting] = fields.ForeignKeyField(
        "models.Meeting", on_delete=fields.RESTRICT, related_name="participants"
    )
    role = fields.CharEnumField(MeetingRole, max_length=ENUM_LENGTH)
    party_id: UUID | None
    party: fields.ForeignKeyNullableRelation[Party] = fields.ForeignKeyField(
        "models.Party", null=True, on_delete=fields.RESTRICT, related_name="meeting_participations"
    )
    member_id: UUID | None
    member: fields.ForeignKeyNullableRelation[CaseMember] = fields.ForeignKeyField(
        "models.CaseMember", null=True, on_delete=fields.RESTRICT, related_name="meeting_participations"
    )
    staff_id = fields.UUIDField(null=True)
    name_sealed = fields.BinaryField(null=True)
    attendance = fields.CharEnumField(Attendance, max_length=ENUM_LENGTH)
    reason_sealed = fields.BinaryField(null=True)
    """Of being absent or leaving."""
    arrived_at = fields.DatetimeField(null=True)
    left_at = fields.DatetimeField(null=True)

    class Meta:
        table = "meeting_participant"
        indexes = (("meeting_id", "id"), ("party_id",), ("member_id",))


class Minutes(Row):
    """One version; never edited. Answers are to a version, so that a new one has none."""

    meeting_id: UUID
    meeting: fields.ForeignKeyRelation[Meeting] = fields.ForeignKeyField(
        "models.Meeting", on_delete=fields.RESTRICT, related_name="minutes"
    )
    version = fields.SmallIntField()
    text_sealed = fields.BinaryField()
    facts_sealed = fields.BinaryField()
    """JSON: what all agree to be so, which may be used later."""
    concessions_sealed = fields.BinaryField()
    """JSON: what was offered for the sake of peace, which may not (人民法院在线调解规则 18)."""
    written_by_id = fields.UUIDField()
    written_at = fields.DatetimeField()

    class Meta:
        table = "minutes"
        unique_together = (("meeting", "version"),)


class MinutesAnswer(Row):
    minutes_id: UUID
    minutes: fields.ForeignKeyRelation[Minutes] = fields.ForeignKeyField(
        "models.Minutes", on_delete=fields.RESTRICT, related_name="answers"
    )
    party_id: UUID
    party: fields.ForeignKeyRelation[Party] = fields.ForeignKeyField(
        "models.Party", on_delete=fields.RESTRICT, related_name="minutes_answers"
    )
    answer = fields.CharEnumField(MinutesAnswerKind, max_length=ENUM_LENGTH)
    comment_sealed = fields.BinaryField(null=True)
    given_by_kind = fields.CharField(max_length=ENUM_LENGTH)
    """`resident` from the phone; `staff` as it was said at the window."""
    given_by_id = fields.UUIDField()
    at = fields.DatetimeField()

    class Meta:
        table = "minutes_answer"
        unique_together = (("minutes", "party"),)


class TalkChannel(Row):
    """Its id follows from the case and the party. Who writes locks it: its messages are numbered without gaps."""

    dispute_id: UUID
    dispute: fields.ForeignKeyRelation[Dispute] = fields.ForeignKeyField(
        "models.Dispute", on_delete=fields.RESTRICT, related_name="channels"
    )
    party_id: UUID | None
    party: fields.ForeignKeyNullableRelation[Party] = fields.ForeignKeyField(
        "models.Party", null=True, on_delete=fields.RESTRICT, related_name="channels"
    )
    """Null: the joint one."""
    last_seq = fields.BigIntField()

    class Meta:
        table = "talk_channel"
        indexes = (("dispute_id", "id"),)


class TalkMessage(Row):
    """Of the joint channel a message; of a party's own one an item of the separate talk, also what was only said."""

    channel_id: UUID
    channel: fields.ForeignKeyRelation[TalkChannel] = fields.ForeignKeyField(
        "models.TalkChannel", on_delete=fields.RESTRICT, related_name="messages"
    )
    seq = fields.BigIntField()
    dispute_id: UUID
    dispute: fields.ForeignKeyRelation[Dispute] = fields.ForeignKeyField(
        "models.Dispute", on_delete=fields.RESTRICT, related_name="messages"
    )
    party_id: UUID | None
    party: fields.ForeignKeyNullableRelation[Party] = fields.ForeignKeyField(
        "models.Party", null=True, on_delete=fields.RESTRICT, related_name="talk_messages"
    )
    """Of the channel; null: the joint one."""
    author_kind = fields.CharField(max_length=ENUM_LENGTH)
    author_id = fields.UUIDField()
    said_by_id: UUID | None
    said_by: fields.ForeignKeyNullableRelation[Party] = fields.ForeignKeyField(
        "models.Party", null=True, on_delete=fields.RESTRICT, related_name="sayings"
    )
    """The party whose words they are; null: the mediator's."""
    author_name = fields.CharField(max_length=64)
    """Of staff, whose names are public; of a party its side."""
    text_sealed = fields.BinaryField()
    is_concession = fields.BooleanField()
    consent_sealed = fields.BinaryField(null=True)
    """How the party agreed that the mediator shows it."""
    mediator_id = fields.UUIDField(null=True)
    """Who had the case then: in whom was confided."""
    handed_over_at = fields.DatetimeField(null=True)
    ref = fields.CharField(max_length=64, null=True)
    """The sender's own name for it: sent again, it is the same message."""
    at = fields.DatetimeField()

    class Meta:
        table = "talk_message"
        unique_together = (("channel", "seq"), ("author_id", "ref"))
        indexes = (("dispute_id", "id"),)


class Proposal(Row):
    dispute_id: UUID
    dispute: fields.ForeignKeyRelation[Dispute] = fields.ForeignKeyField(
        "models.Dispute", on_delete=fields.RESTRICT, related_name="proposals"
    )
    counter_to_id: UUID | None
    counter_to: fields.ForeignKeyNullableRelation["Proposal"] = fields.ForeignKeyField(
        "models.Proposal", null=True, on_delete=fields.RESTRICT, related_name="counters"
    )
    made_by_party_id: UUID | None
    made_by_party: fields.ForeignKeyNullableRelation[Party] = fields.ForeignKeyField(
        "models.Party", null=True, on_delete=fields.RESTRICT, related_name="proposals"
    )
    """Null: the mediator."""
    made_by_id = fields.UUIDField()
    in_caucus = fields.BooleanField()
    """Between one party and the mediator only; accepting it binds nobody else."""
    mediator_id = fields.UUIDField(null=True)
    handed_over_at = fields.DatetimeField(null=True)
    consent_sealed = fields.BinaryField(null=True)
    """How the party of a separate talk agreed that the mediator shows it."""
    summary_sealed = fields.BinaryField()
    terms_sealed = fields.BinaryField()
    """JSON."""
    status = fields.CharEnumField(ProposalStatus, max_length=ENUM_LENGTH)
    expires_at = fields.DatetimeField()
    made_at = fields.DatetimeField()
    closed_at = fields.DatetimeField(null=True)

    class Meta:
        table = "proposal"
        indexes = (("dispute_id", "id"),)


class ProposalAnswer(Row):
    """One for each party that it was addressed to."""

    proposal_id: UUID
    proposal: fields.ForeignKeyRelation[Proposal] = fields.ForeignKeyField(
        "models.Proposal", on_delete=fields.RESTRICT, related_name="answers"
    )
    party_id: UUID
    party: fields.ForeignKeyRelation[Party] = fields.ForeignKeyField(
        "models.Party", on_delete=fields.RESTRICT, related_name="proposal_answers"
    )
    answer = fields.CharEnumField(ProposalAnswerKind, max_length=ENUM_LENGTH)
    comment_sealed = fields.BinaryField(null=True)
    answered_by_kind = fields.CharField(max_length=ENUM_LENGTH, null=True)
    answered_at = fields.DatetimeField(null=True)

    class Meta:
        table = "proposal_answer"
        unique_together = (("proposal", "party"),)
        indexes = (("party_id",),)
