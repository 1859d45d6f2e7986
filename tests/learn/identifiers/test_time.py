"""Time grows with the length of the text alone, whatever the text is made of."""

import gc
import time

import pytest

from learn import identifiers

TILES = {
    "digits": "1", "digits with spaces": "1 ", "digits with wide gaps": "1      ", "four digits": "1234-", "almost numbers": "999 000 001 ",
    "numbers": "999 000 0018 ", "dashes": "-", "spaces": " ", "zeros": "0 ", "plus": "+4", "phones": "07700 90012 ", "ats": "@",
    "addresses": "a@a.", "local parts": "aaaaaaaaaaaaaaaa", "domains": "a@a-a.a-a.", "opened tags": "<a", "closed tags": "<a>1",
    "long tags": "<aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa 1", "entities": "&amp", "numbered entities": "&#49;", "labels": "nhs 1",
    "labels and letters": "nhs ololo1ololo ", "births": "dob 12/03/", "born": "born 1 jan ", "birthdays": "birth birth 1", "only": "only a b ",
    "only one": "only patient ", "words behind only": "only only only ", "admissions": "admitted 1 ward ", "ages": "age 91 ", "postcodes": "m1 1aa ",
    "halves of postcodes": "1aa1aa", "insurance": "qq 12 34 56 ", "records": "mrn 1-1-1-1", "dois": "10.1000/a", "dois in a row": "10.1000/aaaaaaaa ",
    "trials": "nct", "trials with labels": "iras project id no ", "orcids": "0000-0000-0000-000", "wide digits": "９", "zero widths": "9\u200b",
    "zero widths alone": "\u200b", "marks": "\u0301", "odd letters": "İß", "addresses of pages": "http://1/1", "phone labels": "call on 1 ",
    "brackets": "(1)", "prefixes": "+1 (0) ", "code": "AB-1", "new lines": "1\n", "quotes": "'\"", "money": "£1,", "null": "\x00", "hats": "1\x00",
    "links": "[1](a) ", "opened links": "[1](", "links in links": "[1](a(b)", "closed brackets": "1](", "brackets in addresses": "1](a)(b)",
    "long addresses": "[1](aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa) ", "references": "[1][1] ",
    "opened references": "1][", "stars": "1*", "stars and words": "*1*a ", "underscores": "_1_ ", "backticks": "`1` ", "escapes": "\\1\\-",
}  # fmt: skip
SHORT, LONG = 5_000, 40_000


def spent(text: str) -> float:
    """The least CPU seconds of two tries."""
    tries = []
    gc.collect()
    gc.disable()
    try:
        for _ in range(2):
            began = time.process_time()
            identifiers.masked(text, identifiers.find(text))
            tries.append(time.process_time() - began)
    finally:
        gc.enable()
    return min(tries)


@pytest.mark.parametrize("tile", list(TILES))
def test_eight_times_the_text_takes_no_more_than_some_eight_times_as_long(tile):
    short, long = ((TILES[tile] * size)[:size] for size in (SHORT, LONG))
    # Quadratic time would make it 64 times. A machine that others use doubles a figure now and then, hence the room.
    assert spent(long) < 24 * max(spent(short), 0.001), tile
