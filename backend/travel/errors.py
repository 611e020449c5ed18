class TravelError(Exception):
    """Nobody outside this room sees it: without an answer the straight line decides."""


class TravelAwayError(TravelError):
    """Too slow, not reached, or an answer that is none."""


class TravelQuotaError(TravelError):
    """The quota of this second or day is used up, by our count or by theirs."""


class TravelRefusedError(TravelError):
    """Key, signature or permission: nothing will get better before somebody looks at the settings."""


class NoResultError(TravelError):
    """It answered: there is nothing."""
