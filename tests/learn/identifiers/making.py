"""Ten-digit numbers made while the tests run, by the published rules alone. Nothing here comes from the detector.

What looks like a real person's number is only ever made in the test range 999; numbers of other ranges live in memory.
"""

import random

from hypothesis import strategies as st


def check_digit(nine: str) -> int | None:
    """The tenth digit of a number; None where no number is issued."""
    total = sum(int(digit) * (10 - place) for place, digit in enumerate(nine))
    left = (11 - total % 11) % 11
    return None if left == 10 else left


def whole(nine: str) -> str | None:
    """Nine digits and their check digit."""
    last = check_digit(nine)
    return None if last is None else f"{nine}{last}"


def _not_repeated(number: str | None) -> bool:
    return number is not None and len(set(number)) > 1


def _made(nine: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return nine.map(whole).filter(_not_repeated).map(str)


test_numbers = _made(st.integers(0, 999_999).map(lambda n: f"999{n:06d}"))
english = _made(st.integers(400_000_000, 499_999_999).map(str) | st.integers(600_000_000, 799_999_999).map(str))
northern_irish = _made(st.integers(320_000_001, 399_999_999).map(str))
scottish = _made(st.tuples(st.dates(), st.integers(0, 999)).map(lambda made: f"{made[0]:%d%m%y}{made[1]:03d}"))
nobodys = _made(st.sampled_from(["5", "8", "90", "0000"]).flatmap(lambda s: st.integers(0, 10 ** (9 - len(s)) - 1).map(
    lambda n: f"{s}{n:0{9 - len(s)}d}"
)))  # fmt: skip


def wrong(number: str) -> str:
    """The same number with a check digit that is not its own."""
    return f"{number[:9]}{(int(number[9]) + 1) % 10}"


def any_ten(chance: random.Random) -> str:
    """Ten random digits, as a system of another kind would give them."""
    return f"{chance.randrange(10**10):010d}"


def passing(chance: random.Random) -> str:
    """Ten digits that check digit and range take for a patient's: the worst that a number of another kind can be."""
    while True:
        first = chance.choice("467")
        number = whole(f"{first}{chance.randrange(10**8):08d}")
        if number and len(set(number)) > 1:
            return number
