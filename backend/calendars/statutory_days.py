"""The days that the law itself gives off, before any notice moves others around them."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from functools import lru_cache

import chinese_calendar
from borax.calendars.lunardate import InvalidLunarDateError, LunarDate

_FIXED = ((1, 1, "元旦"), (5, 1, "劳动节"), (5, 2, "劳动节"), (10, 1, "国庆节"), (10, 2, "国庆节"), (10, 3, "国庆节"))
_LUNAR = ((5, 5, "端午节"), (8, 15, "中秋节"))
_SPRING_FESTIVAL = "春节"
_FROM_NEW_YEARS_EVE = range(-1, 3)
"""Days after the first of the first month."""


@lru_cache(maxsize=256)
def statutory_days(year: int) -> Mapping[date, str]:
    """Names by date, after 全国年节及纪念日放假办法 of 2024. Outside 1900 to 2100 those that follow the sun or the moon
    are missing."""
    fixed = {date(year, month, day): name for month, day, name in _FIXED}
    return dict(sorted((dict(_by_sun_and_moon(year)) | fixed).items()))


def _by_sun_and_moon(year: int) -> Iterator[tuple[date, str]]:
    try:
        for day, _term in chinese_calendar.get_solar_terms(date(year, 4, 1), date(year, 4, 10)):
            yield day, "清明节"
        first = LunarDate(year, 1, 1).to_solar_date()
        for days in _FROM_NEW_YEARS_EVE:
            yield first + timedelta(days=days), _SPRING_FESTIVAL
        for month, day, name in _LUNAR:
            yield LunarDate(year, month, day).to_solar_date(), name
    except (NotImplementedError, InvalidLunarDateError):
        return
