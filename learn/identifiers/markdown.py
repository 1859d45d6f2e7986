"""Text as readers see it once it is drawn: without what Markdown puts between letters, and where each letter was typed.

Not a Markdown reader. It leaves out more than one would, which is safe: the text as it was typed is always read too.
"""

import re
from bisect import bisect_right

from learn.identifiers.findings import Finding

MARK = re.compile(
    r"""[\]\[!*`~_\\](?:     # A search for one of few letters is much faster than one for all that may follow.
    (?<=[\[*`])
    |(?<=!)\[
    |(?<=\])(?:\((?:[^()]|\([^()]{0,200}\)){0,1000}\)|\[[^\[\]]{0,200}\])   # The end of a link, with its address and title.
    |(?<=~)~
    |(?<=_)(?:(?<![^\W_]_)|(?![^\W_]))                                    # Within a word it is a letter of it.
    |(?<=\\)(?=[!-/:-@\[-`{-~])
    )""",
    re.VERBOSE,
)
SIGNS = "[]*_`~\\"
SQUEEZED = bytes(ord("#" if chr(code) in SIGNS else "0" if chr(code) in "0123456789" else " ") for code in range(256))
BETWEEN = bytes(code for code in range(128) if not chr(code).isalnum() and chr(code) not in SIGNS + "\n")
"Left out to see whether digits stand beside a sign: whatever is no letter."


def has_marked_digits(text: str) -> bool:
    """True when a sign of Markdown stands beside a digit, with no letter between."""
    if not any(sign in text for sign in SIGNS):
        return False
    squeezed = text.encode("ascii", "replace").translate(SQUEEZED, BETWEEN)
    return b"0#" in squeezed or b"#0" in squeezed


class Drawn:
    """``text`` without its marks."""

    def __init__(self, typed: str) -> None:
        pieces, self._places, self._moved, at, length = list[str](), [0], [0], 0, 0
        for mark in MARK.finditer(typed):
            start, end = mark.span()
            pieces.append(typed[at:start])
            length += start - at
            at = end
            self._places.append(length)
            self._moved.append(end - length)
        self.text = "".join([*pieces, typed[at:]])

    def placed(self, finding: Finding) -> Finding:
        """What was found in ``text``, where it stands in what was typed."""
        start, end = self._typed(finding.offset), self._typed(finding.end - 1) + 1
        return finding._replace(offset=start, length=end - start)

    def _typed(self, at: int) -> int:
        return at + self._moved[bisect_right(self._places, at) - 1]
