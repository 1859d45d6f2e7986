"""A bank's text whatever its encoding; numbers as people type them."""

from decimal import Decimal

import pytest

from courses.questions import banks, numbers

TEXT = "::Café:: The patient’s choice? {T}\nNext"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_the_encodings_in_which_banks_come(encoding):
    assert banks.decoded(TEXT.encode(encoding)) == TEXT
    assert banks.decoded(TEXT.replace("\n", "\r\n").encode(encoding)) == TEXT


def test_nothing_and_odd_bytes_are_text_too():
    assert banks.decoded(b"") == ""
    assert banks.decoded(b"a") == "a"
    assert banks.decoded(b"a\x00b\x0b\x81c") == "ab\ufffdc"


@pytest.mark.parametrize(
    "text, number",
    [
        ("5", "5"), (" 5 ", "5"), ("-1.5", "-1.5"), ("\u22121.5", "-1.5"), ("+.5", "0.5"), ("5.", "5"), ("1,5", "1.5"),
        ("0,125", "0.125"), (",5", "0.5"), ("1,2345", "1.2345"), ("1e3", "1000"), ("1,5e2", "150"), ("1,234,567", "1234567"),
        ("1,234.5", "1234.5"), ("12 000", "12000"), ("12\u00a0000", "12000"), ("1234,567", "1234.567"),
    ],
)  # fmt: skip
def test_a_number_is_read_as_it_can_only_be_meant(text, number):
    assert numbers.read(text) == Decimal(number)


@pytest.mark.parametrize(
    "text", ["", "-", "five", "5 mg", "50%", "1,000", "12,345", "1.2.3", "1,2,3", "nan", "inf", "1e9999", "٣", "1" * 51]
)
def test_what_is_no_number_or_could_be_two_is_none(text):
    assert numbers.read(text) is None
    assert numbers.is_ambiguous(text) is (text in ("1,000", "12,345"))
