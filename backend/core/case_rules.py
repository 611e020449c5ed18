"""Rules of casework beside the flow's table: tracks, transfers, contacts, assignment."""

from typing import Literal

from pydantic import Field

from backend.core.flow_table import Entry


class Track(Entry):
    """See the head of `tracks.toml`."""

    title: str
    settle: str
    series: str = Field(min_length=1, max_length=8)
    excluded_categories: frozenset[str] = frozenset()
    excludes_authorities: bool = False
    needs_registration: bool = False
    free: bool
    papers: tuple[str, ...] = Field(min_length=1)


class ContactRules(Entry):
    failed_attempts: int = Field(ge=1)
    failed_words: tuple[str, ...] = ()


class RecusalRules(Entry):
    decide_days: int = Field(ge=1)


class AssignmentWeights(Entry):
    """See the head of `assignment.toml`."""

    speciality: float = Field(ge=0)
    load: float = Field(ge=0)
    language: float = Field(ge=0)
    distance: float = Field(ge=0)
    full_load: int = Field(ge=1)
    far_m: float = Field(gt=0)


class TransferRules(Entry):
    max_bounces: int = Field(ge=1)


class ExtensionRules(Entry):
    max_days: int = Field(ge=1)


class GroupRules(Entry):
    """See the head of `groups.toml`."""

    members_from: int = Field(ge=3)
    representatives_least: int = Field(ge=1)
    representatives_most: int = Field(ge=1, le=20)


class StaffNoticeText(Entry):
    """See the head of `staff_notices.toml`."""

    title: str = Field(min_length=1, max_length=64)
    text: str = Field(min_length=1)
    to: tuple[Literal["mediator", "clerk", "director", "supervisor", "asker"], ...] = Field(min_length=1)
    at: Literal["own_center", "target_center"] = "own_center"
