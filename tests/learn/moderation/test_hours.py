"""Working hours: what is due when, over nights, weekends, bank holidays and the changes of the clock."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from learn.moderation import hours

LONDON = ZoneInfo("Europe/London")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LONDON)


@pytest.mark.parametrize(
    ("since", "target", "until"),
    [
        ("2026-11-25 10:00", {"hours": 1}, "2026-11-25 11:00"),
        ("2026-11-25 16:30", {"hours": 1}, "2026-11-26 09:30"),
        ("2026-11-25 16:00", {"hours": 1}, "2026-11-25 17:00"),
        ("2026-11-25 03:00", {"hours": 4}, "2026-11-25 13:00"),
        ("2026-11-27 16:30", {"hours": 1}, "2026-11-30 09:30"),
        ("2026-11-28 12:00", {"hours": 4}, "2026-11-30 13:00"),
        ("2026-11-26 10:00", {"days": 2}, "2026-11-30 10:00"),
        ("2026-12-24 16:00", {"hours": 4}, "2026-12-29 12:00"),
        ("2026-03-27 12:00", {"days": 1}, "2026-03-30 12:00"),
        ("2026-12-31 10:00", {"days": 5}, "2027-01-08 10:00"),
    ],
)
def test_only_working_hours_count(app, since, target, until):
    assert hours.due(at(since), **target) == at(until)


def test_a_moment_of_another_zone_is_read_on_the_clock_of_the_site(app):
    assert hours.due(datetime(2026, 7, 1, 7, 30, tzinfo=UTC), hours=1) == at("2026-07-01 10:00")


@pytest.mark.parametrize(
    ("year", "days"),
    [
        (2022, {"01-03", "04-15", "04-18", "05-02", "05-30", "08-29", "12-26", "12-27"}),
        (2024, {"01-01", "03-29", "04-01", "05-06", "05-27", "08-26", "12-25", "12-26"}),
        (2025, {"01-01", "04-18", "04-21", "05-05", "05-26", "08-25", "12-25", "12-26"}),
        (2026, {"01-01", "04-03", "04-06", "05-04", "05-25", "08-31", "12-25", "12-28"}),
        (2027, {"01-01", "03-26", "03-29", "05-03", "05-31", "08-30", "12-27", "12-28"}),
        (2028, {"01-03", "04-14", "04-17", "05-01", "05-29", "08-28", "12-25", "12-26"}),
    ],
)
def test_the_bank_holidays_of_england_are_known(year, days):
    """As gov.uk lists them, but for days proclaimed once."""
    assert hours.holidays(year) == {date.fromisoformat(f"{year}-{day}") for day in days}
