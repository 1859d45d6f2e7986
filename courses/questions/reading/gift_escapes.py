"""GIFT's escapes: a backslash takes the meaning from ``: # = { } ~`` and from itself, and before an n it is a new line.

Escaped characters are put aside as private characters of Unicode, so that all the splitting may be simple.
"""

import re

ESCAPED = {"\\\\": "\ue000", "\\:": "\ue001", "\\#": "\ue002", "\\=": "\ue003", "\\{": "\ue004", "\\}": "\ue005",
           "\\~": "\ue006", "\\n": "\ue007"}  # fmt: skip
_MEANT = str.maketrans({put: "\n" if was == "\\n" else was[1] for was, put in ESCAPED.items()})
_ESCAPE = re.compile(r"\\[\\:#={}~n]")
_STRAY = re.compile("[\ue000-\ue007]")
_FORM = re.compile(r"\s*\[(html|moodle|plain|markdown)\]", re.IGNORECASE)


def put_aside(text: str) -> str:
    """The text with each escaped character as a private one."""
    return _ESCAPE.sub(lambda match: ESCAPED[match.group()], _STRAY.sub("\ufffd", text))


def meant(text: str) -> str:
    """The text with its escaped characters back, without their backslashes."""
    return text.translate(_MEANT)


def formatted(text: str, form: str) -> tuple[str, str]:
    """A text's own format, as in [html], and the text as it is meant; the given format where it says none."""
    own = _FORM.match(text)
    return (own.group(1).lower(), meant(text[own.end() :])) if own else (form, meant(text))
