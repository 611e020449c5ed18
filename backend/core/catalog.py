"""The operator's rules as typed, checked values. `config/catalog/` holds the text; the processes read it.

Loading fails as a whole, naming every wrong entry: a half-right rule book is never used.
"""

from collections import Counter
from datetime import date
from functools import cached_property
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from backend.core import flow_table
from backend.core.booking_rules import BookingRules
from backend.core.case_rules import (
    AssignmentWeights,
    ContactRules,
    ExtensionRules,
    GroupRules,
    RecusalRules,
    StaffNoticeText,
    Track,
    TransferRules,
)
from backend.core.closing_rules import ClosingRules
from backend.core.doors import ClaimCodeRules, DoorRules, RepresentationKind
from backend.core.exchange_rules import ExchangeRules
from backend.core.flow_table import Entry, FlowRow, TimeRuleBook
from backend.core.link_rules import LinkRules
from backend.core.mediation_catalog import MediationCatalog
from backend.core.message_rules import MessageTemplate, NoticeText, SmsTemplate
from backend.core.opening import OpeningRules
from backend.core.reminding import ReminderRule
from backend.core.safety_rules import InvitationRules, RightsNotice, SafetySignal
from backend.core.signposts import Intake, RedirectRow
from models import ConsentKind, Source, Status


class Category(Entry):
    code: str = Field(pattern=r"^[a-z][a-z_]*$")
    name: str = Field(min_length=1, max_length=20)
    parent: str | None = None
    level: Literal["township", "county"] = "township"
    """County = specialised or complex: routed to county centers."""
    gbt31000: str = Field(pattern=r"^[0-9]{2}([0-9]{2})?$")
    """Event type of GB/T 31000-2015."""
    people_mediation: str = Field(pattern=r"^[0-9]{2}$")
    """Type in the people's mediation statistics."""


def _two_levels(categories: tuple[Category, ...]) -> tuple[Category, ...]:
    top = {category.code for category in categories if category.parent is None}
    counted = Counter(category.code for category in categories)
    problems = [f"{code}: stands {count} times" for code, count in counted.items() if count > 1]
    problems += [
        f"{category.code}: parent {category.parent!r} is no top category"
        for category in categories
        if category.parent is not None and category.parent not in top
    ]
    if problems:
        raise ValueError("; ".join(problems))
    return categories


def _names_once(rules: tuple[ReminderRule, ...]) -> tuple[ReminderRule, ...]:
    counted = Counter(rule.name for rule in rules)
    if twice := [name for name, count in counted.items() if count > 1]:
        raise ValueError(f"two reminders have one name: {', '.join(twice)}")
    return rules


class StatusText(Entry):
    text: str
    owner: str
    next_step: str
    rating: str = ""
    """Asks for a rating; left out where the case was one of danger."""


class EventText(Entry):
    title: str
    text: str


class ConsentText(Entry):
    kind: ConsentKind
    version: str = Field(min_length=1, max_length=16)
    text: str = Field(min_length=1)


class PrivacyTexts(Entry):
    """The notice, which filing needs, and what may be agreed to beyond it."""

    version: str = Field(min_length=1, max_length=16)
    text: str = Field(min_length=1)
    consents: tuple[ConsentText, ...]

    @model_validator(mode="after")
    def check_consents(self) -> Self:
        kinds = sorted(consent.kind for consent in self.consents)
        wanted = sorted(set(ConsentKind) - {ConsentKind.PRIVACY_NOTICE})
        if kinds != wanted:
            raise ValueError(f"one text for each of: {', '.join(wanted)}")
        return self

    def version_of(self, kind: ConsentKind) -> str:
        if kind == ConsentKind.PRIVACY_NOTICE:
            return self.version
        return next(consent.version for consent in self.consents if consent.kind == kind)


class Catalog(MediationCatalog):
    version: str
    categories: Annotated[tuple[Category, ...], Field(min_length=1), AfterValidator(_two_levels)]
    opening: OpeningRules
    """For centers that have no rules of their own."""
    booking: BookingRules
    reminders: Annotated[tuple[ReminderRule, ...], AfterValidator(_names_once)]
    flow: tuple[FlowRow, ...] = Field(min_length=1)
    flow_version: str = Field(min_length=1, max_length=16)
    flow_effective_from: date
    written_agreement_only: frozenset[str]
    """Top categories in which an oral agreement is none."""
    time_rules: TimeRuleBook
    transfer: TransferRules
    extension: ExtensionRules
    group: GroupRules
    links: LinkRules
    closing: ClosingRules
    pause_reasons: dict[str, str]
    refusal_reasons: dict[str, str]
    redirects: tuple[RedirectRow, ...]
    intake: Intake
    registration: dict[Source, DoorRules]
    legal_bases: dict[str, str]
    referring_bodies: dict[str, str]
    exchange: ExchangeRules
    claim_codes: ClaimCodeRules
    safety_signals: dict[str, SafetySignal]
    rights_notice: RightsNotice
    invitations: InvitationRules
    representation_kinds: dict[str, RepresentationKind]
    representation_scopes: dict[str, str]
    ending_reasons: dict[str, str]
    former_names: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Other names of a division, by its code."""
    tracks: Annotated[dict[str, Track], Field(min_length=1)]
    authority_endings: tuple[str, ...]
    contact: ContactRules
    recusal: RecusalRules
    languages: dict[str, str]
    assignment: AssignmentWeights
    modes: dict[str, str]
    statuses: dict[Status, StatusText]
    events: dict[str, EventText]
    privacy: PrivacyTexts
    pages: dict[str, str]
    """Path in the mini-program, by what is shown there."""
    templates: dict[str, MessageTemplate]
    sms_templates: dict[str, SmsTemplate] = Field(default_factory=dict)
    scenes: dict[str, Annotated[tuple[str, ...], Field(min_length=1, max_length=5)]]
    """Templates to ask for, by the moment of asking, the most needed first."""
    notices: dict[str, NoticeText]
    staff_notices: dict[str, StaffNoticeText]

    @cached_property
    def category_by_code(self) -> dict[str, Category]:
        return {category.code: category for category in self.categories}

    def top_category(self, code: str) -> str:
        return self.category_by_code[code].parent or code

    def codes_of(self, code: str) -> frozenset[str]:
        """Of a category: its own and its top category's. A code that the catalog no longer knows stands alone."""
        known = self.category_by_code.get(code)
        return frozenset({code, known.parent or code} if known else {code})

    @cached_property
    def flow_by_action(self) -> dict[str, tuple[FlowRow, ...]]:
        """An action may have several rows, no two from the same state."""
        actions = dict.fromkeys(row.action for row in self.flow)
        return {action: tuple(row for row in self.flow if row.action == action) for action in actions}

    @property
    def flow_stamp(self) -> str:
        """Under which table something happened: its version and since when that has been in force."""
        return f"{self.flow_version}/{self.flow_effective_from}"

    @model_validator(mode="after")
    def check_flow(self) -> Self:
        """Every name leads somewhere, every state can be reached and has its words."""
        found = flow_table.contradictions(
            self.flow, self.time_rules, notices=self.notices, staff_notices=self.staff_notices
        )
        found += [f"no text for status {status!r}" for status in sorted(set(Status) - set(self.statuses))]
        found += [
            f"no text for event {event!r}" for event in sorted({row.event for row in self.flow} - set(self.events))
        ]
        if found:
            raise ValueError("; ".join(found))
        return self

    @model_validator(mode="after")
    def check_redirects(self) -> Self:
        """No reason of refusal is a dead end."""
        wrong = [row.reason for row in self.redirects if row.reason not in self.refusal_reasons]
        wrong += [code for row in self.redirects for code in row.categories if code not in self.category_by_code]
        general = {row.reason for row in self.redirects if not row.categories}
        wrong += [f"{reason}: leads nowhere" for reason in self.refusal_reasons if reason not in general]
        if wrong:
            raise ValueError(f"redirects: {', '.join(wrong)}")
        return self

    @model_validator(mode="after")
    def check_statutes(self) -> Self:
        """A code names one row: explanations of years ago must still say what they rested on."""
        if len(self.statute_by_code) < len(self.statutes):
            raise ValueError("two statutes have one code")
        return self

    @model_validator(mode="after")
    def check_doors(self) -> Self:
        """Every door but the mini-program has its row, every basis its text."""
        wrong = [door.value for door in Source if (door in self.registration) == (door is Source.MINI_PROGRAM)]
        wrong += [basis for rules in self.registration.values() for basis in rules.bases
                  if basis not in self.legal_bases]  # fmt: skip
        if wrong:
            raise ValueError(f"registration: {', '.join(wrong)}")
        return self

    @model_validator(mode="after")
    def check_tracks(self) -> Self:
        """Every track has its limit in every version, and every category some track."""
        found = [
            f"track {name}: unknown time rule {track.settle!r}"
            for name, track in self.tracks.items()
            if any(track.settle not in version.limits for version in self.time_rules.versions)
        ]
        tops = {category.code for category in self.categories if category.parent is None}
        for name, track in self.tracks.items():
            found += [f"track {name}: unknown category {code!r}" for code in sorted(track.excluded_categories - tops)]
        nowhere = tops.intersection(*(track.excluded_categories for track in self.tracks.values()))
        found += [f"category {code!r} is excluded from every track" for code in sorted(nowhere)]
        found += [
            f"registry {kind}: unknown track {track!r}"
            for kind, row in self.registry.kinds.items()
            for track in row.tracks
            if track not in self.tracks
        ]
        if found:
            raise ValueError("; ".join(found))
        return self

    @model_validator(mode="after")
    def check_agreements(self) -> Self:
        """What is forbidden or reserved is so for categories, and by representations, that there are."""
        wrong = (self.agreements.categories | self.confirmation.categories) - set(self.category_by_code)
        if wrong := wrong | (self.agreements.representations - set(self.representation_kinds)):
            raise ValueError(f"agreements: {', '.join(sorted(wrong))}")
        return self

    @model_validator(mode="after")
    def check_closing(self) -> Self:
        """What a file must hold is of categories, modes, tracks and papers that there are."""
        wrong = {paper for each in self.closing.documents for paper in each.papers} - set(self.papers)
        wrong |= {mode for each in self.closing.documents for mode in each.modes} - set(self.modes)
        wrong |= {track for each in self.closing.documents for track in each.tracks} - set(self.tracks)
        narrowed = [each.categories for each in self.closing.documents]
        narrowed += [each.categories for each in self.closing.retention.rules]
        wrong |= frozenset[str]().union(*narrowed) - set(self.category_by_code)
        if wrong:
            raise ValueError(f"closing: {', '.join(sorted(wrong))}")
        return self

    @model_validator(mode="after")
    def check_notices(self) -> Self:
        """Every name leads somewhere, and every field of a template gets its words."""
        problems = [f"scene {scene}: {key!r}" for scene, keys in self.scenes.items() for key in keys
                    if key not in self.templates]  # fmt: skip
        problems += [f"notice {kind}: {wrong}" for kind, notice in self.notices.items()
                     for wrong in self._wrong_in(notice)]  # fmt: skip
        if self.invitations.sms_template not in self.sms_templates:
            problems.append(f"invitations: sms template {self.invitations.sms_template!r}")
        if len({template.id for template in self.templates.values()}) < len(self.templates):
            problems.append("two templates have one id")
        if problems:
            raise ValueError("; ".join(problems))
        return self

    def _wrong_in(self, notice: NoticeText) -> list[str]:
        if notice.sms is not None and notice.sms not in self.sms_templates:
            return [f"sms template {notice.sms!r}"]
        if notice.template is None:
            return ["push without a template"] if notice.push else []
        template = self.templates.get(notice.template)
        if template is None:
            return [f"template {notice.template!r}"]
        wrong = [f"field {name} has no words" for name in template.fields if name not in notice.push]
        wrong += [f"field {name} is not in template {notice.template!r}" for name in notice.push
                  if name not in template.fields]  # fmt: skip
        wrong += [f"field {name}: {notice.push[name]!r} is none of its choices"
                  for name, choices in template.choices.items()
                  if name in notice.push and notice.push[name] not in choices]  # fmt: skip
        return wrong

    def templates_of_scene(self, scene: str) -> list[str]:
        """WeChat's template ids, the most needed first."""
        return [self.templates[key].id for key in self.scenes[scene]]

    def in_one_request(self, template_ids: list[str], most: int) -> list[str]:
        """WeChat refuses a request that mixes one-time and long-term templates: those like the first are asked for."""
        like_first = [
            each
            for each in template_ids
            if self.template_by_id[each].long_term == self.template_by_id[template_ids[0]].long_term
        ]
        return like_first[:most]

    @cached_property
    def template_by_id(self) -> dict[str, MessageTemplate]:
        return {template.id: template for template in self.templates.values()}

    @cached_property
    def claim_rules(self) -> tuple[list[str], ...]:
        """Kinds of notices: all, those that may not have the last acceptance, those that are better late than never.
        Ids of templates: all, one-time ones, those whose reminders are for bookings, and for deadlines."""
        templates = self.templates.values()
        return (
            list(self.notices),
            [kind for kind, words in self.notices.items() if words.small],
            [kind for kind, words in self.notices.items() if words.deadline],
            [template.id for template in templates],
            [template.id for template in templates if not template.long_term],
            [template.id for template in templates if "booking" in template.reserved_for],
            [template.id for template in templates if "deadline" in template.reserved_for],
        )

    @classmethod
    def parse(cls, raw: dict[str, Any]) -> "Catalog":
        """Raises `pydantic.ValidationError` with every problem."""
        return cls.model_validate(raw)
