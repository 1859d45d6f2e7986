"""Files that a spreadsheet opens: a mark tells it the encoding, and no cell is taken for a formula."""

import csv
import io
from collections.abc import Iterable
from typing import Any

MARK = "\ufeff"
"What such a file begins with, so that Excel reads it as UTF-8."
_RISKY = ("=", "+", "-", "@", "\t", "\r", "\n")
"A spreadsheet takes a cell that begins so for a formula."


def line(values: Iterable[Any]) -> str:
    """One line of a file, with its end; a text that could be a formula gets a ' before it."""
    text = io.StringIO()
    csv.writer(text).writerow(
        [f"'{each}" if isinstance(each, str) and each.startswith(_RISKY) else each for each in values]
    )
    return text.getvalue()
