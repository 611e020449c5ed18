"""The case library, as the operator's catalog has it."""

from backend.core.flow_table import Entry


class LibraryRules(Entry):
    """See the head of `library.toml`."""

    consent_categories: frozenset[str]
    consent_tracks: frozenset[str]
