"""Measures of a story as a picture and a table: what it was before and after, bars drawn on the server, no script.

Bars are as wide as a share of the place there is and the words stand in pixels, so that both fit a phone and a wide screen.
"""

import re
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

LONGEST_BAR = 58
"Per cent of the width that the larger of the two takes; the words stand beside it."
NUMBER = re.compile(r"^[£€$]?\s*(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?\s*%?$")
COLUMNS = {"before": "Before", "after": "After", "period": "When", "source": "Where from"}
ALWAYS = ("before", "after")
NOT_SAID = "not given"


def draw(rows: Sequence[Mapping[str, Any]]) -> str:
    """Bars for each measure that has two numbers, then all of them in one table; empty when there are none."""
    told = [row for row in rows if _text(row, "measure")]
    if not told:
        return ""
    pictures = "".join(filter(None, map(_picture, told)))
    drawn = f'<div class="measures">{pictures}</div>' if pictures else ""
    columns = [name for name in COLUMNS if name in ALWAYS or any(_text(row, name) for row in told)]
    head = "".join(f'<th scope="col"{_kind(name)}>{COLUMNS[name]}</th>' for name in columns)
    lines = "".join(_row(row, columns) for row in told)
    return (
        f'{drawn}<div class="table-scroll" role="region" aria-label="Measures before and after" tabindex="0">'
        f'<table class="measure-table"><caption>Measures before and after</caption>'
        f'<thead><tr><th scope="col">Measure</th>{head}</tr></thead><tbody>{lines}</tbody></table></div>'
    )


def number(text: str) -> float | None:
    """The number that a text is, with a pound or per cent sign or without; None for anything else."""
    found = NUMBER.match(text.strip())
    return float(found[1].replace(",", "") + (found[2] or "")) if found else None


def _picture(row: Mapping[str, Any]) -> str:
    values = [(when, _text(row, when), number(_text(row, when))) for when in ("before", "after")]
    largest = max((value or 0 for _, _, value in values), default=0)
    if any(value is None for _, _, value in values) or not largest:
        return ""
    unit = _text(row, "unit")
    name = escape(_text(row, "measure")) + (f' <span class="quiet">({escape(unit)})</span>' if unit else "")
    bars = "".join(
        _bar(at, when, text, (value or 0) / largest) for at, (when, text, value) in enumerate(values)
    )  # fmt: skip
    # The table says the same to whoever does not see the bars.
    return (
        f'<figure class="measure"><figcaption>{name}</figcaption>'
        f'<svg class="bars" width="100%" height="72" aria-hidden="true" focusable="false">{bars}</svg></figure>'
    )


def _bar(at: int, when: str, text: str, share: float) -> str:
    width, top = max(0.4, round(share * LONGEST_BAR, 2)), at * 38
    return (
        f'<rect class="bar-{when}" x="0" y="{top}" width="{width}%" height="30" rx="4"/>'
        f'<text x="{width}%" dx="10" y="{top + 21}"><tspan class="value">{escape(text)}</tspan> {when}</text>'
    )


def _row(row: Mapping[str, Any], columns: Sequence[str]) -> str:
    unit = _text(row, "unit")
    name = escape(_text(row, "measure")) + (f" ({escape(unit)})" if unit else "")
    cells = "".join(
        f"<td{_kind(column)}>{escape(_text(row, column)) or (NOT_SAID if column in ALWAYS else '')}</td>"
        for column in columns
    )
    return f'<tr><th scope="row">{name}</th>{cells}</tr>'


def _kind(column: str) -> str:
    return ' class="number"' if column in ALWAYS else ""


def _text(row: Mapping[str, Any], column: str) -> str:
    return " ".join(str(row.get(column) or "").split())
