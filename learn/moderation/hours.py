"""Working hours, in which a site promises to look at something: Monday to Friday, 9am to 5pm on the site's clock, but for
the bank holidays of England.

The holidays are those of the Banking and Financial Dealings Act 1971 and the two common-law ones, with the days that stand
in for those on a weekend (https://www.gov.uk/bank-holidays); Easter by the rule of the Gregorian calendar. Days that are
proclaimed once, as for a coronation, are not known here: things are then due a day early.
"""

from datetime import date, datetime, time, timedelta
from functools import cache

from learn.config import settings

OPENS, CLOSES = time(9), time(17)
A_DAY = timedelta(hours=8)
"What one working day has."
SATURDAY = 5


def due(at: datetime, *, hours: int = 0, days: int = 0) -> datetime:
    """The moment by which so many working hours, and working days of eight hours, have passed since ``at``."""
    left = timedelta(hours=hours) + days * A_DAY
    moment = at.astimezone(settings().zone)
    while True:
        opens, closes = (datetime.combine(moment.date(), each, moment.tzinfo) for each in (OPENS, CLOSES))
        begins = max(moment, opens)
        if is_working_day(moment.date()) and begins < closes:
            if left <= closes - begins:
                return begins + left
            left -= closes - begins
        moment = datetime.combine(moment.date() + timedelta(days=1), OPENS, moment.tzinfo)


def is_working_day(day: date) -> bool:
    """Whether anybody can be expected to work."""
    return day.weekday() < SATURDAY and day not in holidays(day.year)


@cache
def holidays(year: int) -> frozenset[date]:
    """The bank holidays of England in a year, those that stand in for a weekend's included."""
    easter = _easter(year)
    found = {
        easter - timedelta(days=2),
        easter + timedelta(days=1),
        _monday_from(date(year, 5, 1)),
        _monday_from(date(year, 5, 25)),
        _monday_from(date(year, 8, 25)),
    }
    for fixed in (date(year, 1, 1), date(year, 12, 25), date(year, 12, 26)):
        while fixed.weekday() >= SATURDAY or fixed in found:
            fixed += timedelta(days=1)
        found.add(fixed)
    return frozenset(found)


def _monday_from(day: date) -> date:
    return day + timedelta(days=-day.weekday() % 7)


def _easter(year: int) -> date:
    """Easter Sunday (Meeus, Jones and Butcher's form of the Gregorian rule)."""
    golden = year % 19
    century, in_century = divmod(year, 100)
    leap_centuries, rest = divmod(century, 4)
    drift = (century - (century + 8) // 25 + 1) // 3
    moon = (19 * golden + century - leap_centuries - drift + 15) % 30
    leaps, in_leap = divmod(in_century, 4)
    weekday = (32 + 2 * rest + 2 * leaps - moon - in_leap) % 7
    late = (golden + 11 * moon + 22 * weekday) // 451
    month, before = divmod(moon + weekday - 7 * late + 114, 31)
    return date(year, month, before + 1)
