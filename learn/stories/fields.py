"""The story template: every field by the name under which a revision keeps it, in the order of the form and of the page.

What the fields are asked for follows SQUIRE 2.0, NICE Shared Learning and PHE's shared-learning guidance (the research notes
of this project, stories, 5.1 and 5.2): a number and a date for the problem, steps that can be repeated, measures before
and after, what did not work, who paid.
"""

from dataclasses import dataclass
from typing import Any

from learn.accounts.profile import REGIONS, SETTINGS

LINE, LINES, TEXT, CHOICE, CHOICES, MONTH, TICK, TABLE = (
    "line",
    "lines",
    "text",
    "choice",
    "choices",
    "month",
    "tick",
    "table",
)
"""What a field holds in a revision: LINE a str of one line; LINES a list of such; TEXT Markdown; CHOICE a key of its choices
or ""; CHOICES a list of such keys; MONTH "2026-11" or ""; TICK a bool; TABLE a list of dicts by the names in COLUMNS."""

PROFESSIONS = {
    "nurse": "Nurse",
    "midwife": "Midwife",
    "ahp": "Allied health professional",
    "doctor": "Doctor",
    "pharmacy": "Pharmacist or pharmacy team",
    "coordinator": "Research coordinator or administrator",
    "manager": "Manager",
    "scientist": "Scientist or laboratory team",
    "several": "A team of several professions",
}
INVOLVED = {
    "nurses": "Nurses", "midwives": "Midwives", "ahps": "Allied health professionals", "doctors": "Doctors",
    "pharmacists": "Pharmacists", "administrators": "Administrators and coordinators", "managers": "Managers",
    "patients": "Patients and the public",
}  # fmt: skip
COSTS = {"none": "No cost", "under-500": "Under £500", "under-5k": "£500 to £5,000", "more": "More than £5,000"}
LICENCES = {"cc-by-4.0": "CC BY 4.0", "ogl-3.0": "Open Government Licence 3.0", "own": "All rights stay with the owner"}
COLUMNS = {
    TABLE + ":authors": {"name": 80, "role": 80, "orcid": 37},
    TABLE + ":measures": {"measure": 120, "before": 30, "after": 30, "unit": 30, "period": 60, "source": 120},
}
"Longest text of each column of a table, in characters."
MOST_ROWS = {"authors": 8, "measures": 5, "steps": 12, "tips": 5, "tags": 8, "studies": 8, "references": 12}
"Rows that a list or table may have."


@dataclass(frozen=True)
class Field:
    """One field of the template."""

    name: str
    kind: str
    label: str
    is_required: bool = False
    "Needed before it can be sent; a draft may lack anything."
    longest: int = 0
    "Characters, of each line of a list; 0 for kinds without a text."
    words: tuple[int, int] = (0, 0)
    "Guide for a text: from so many words to so many; shown, never enforced."
    hint: str = ""
    example: str = ""
    choices: tuple[tuple[str, str], ...] = ()


def _of(choices: dict[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple(choices.items())


SECTIONS: dict[str, tuple[str, tuple[Field, ...]]] = {
    "start": ("The story in short", (
        Field("title", LINE, "Title", True, 90, hint="Say what changed", example="From 94 days to 31: how we shortened set-up"),
        Field("summary", LINE, "Your story in one sentence", True, 250, hint="What you did and what came of it"),
        Field("theme", CHOICE, "Theme", True),
        Field("other_theme", CHOICE, "Another theme, if one fits too"),
        Field("tags", LINES, "Tags", False, 40, hint="Words that people would search for, for example a specialty", example="respiratory"),
    )),
    "place": ("Where and who", (
        Field("organisation", LINE, "Organisation", True, 120),
        Field("department", LINE, "Department or team", False, 120),
        Field("region", CHOICE, "Region", True, choices=_of(REGIONS)),
        Field("setting", CHOICE, "Setting", True, choices=_of(SETTINGS)),
        Field("profession", CHOICE, "Profession that it fits best", True, choices=_of(PROFESSIONS)),
        Field("started", MONTH, "When it began", True),
        Field("ended", MONTH, "When it ended", hint="Leave empty if it goes on"),
        Field("authors", TABLE, "Authors", True, hint="As they want to be named"),
        Field("name_withheld", TICK, "Do not show the authors' names"),
        Field("contact", TICK, "Members may ask us about it"),
    )),
    "problem": ("The problem", (
        Field("problem", TEXT, "The problem and why it mattered", True, 4000, (80, 150), "Give one number and a date if you know them"),
    )),
    "did": ("What you did", (
        Field("steps", LINES, "What you did, step by step", True, 500, hint="So that others can do the same"),
        Field("team", TEXT, "Who did it", False, 2000, (20, 60)),
        Field("time", LINE, "Time it took", False, 120, example="2 hours a week for 3 months"),
        Field("cost", CHOICE, "Cost", True, choices=_of(COSTS)),
    )),
    "involved": ("Who was involved", (
        Field("involved", CHOICES, "Who was involved", True, choices=_of(INVOLVED)),
        Field("involved_how", TEXT, "How patients and the public were involved", False, 2000, (20, 80)),
    )),
    "changed": ("What changed", (
        Field("measures", TABLE, "Measures before and after", False, hint="Up to 5, drawn as a chart with its table"),
        Field("changed", TEXT, "What changed, in words", False, 4000, (80, 200)),
        Field("too_early", TICK, "It is too early for numbers, or it cannot be counted"),
    )),
    "lessons": ("What did not work", (
        Field("did_not_work", TEXT, "What did not work, and surprises", True, 3000, (50, 150)),
        Field("differently", TEXT, "What you would do differently", True, 3000, (30, 100)),
    )),
    "yourself": ("Do it yourself", (
        Field("tips", LINES, "Tips for others", True, 300, hint="Three or more"),
    )),
    "quote": ("A quote", (
        Field("quote", LINE, "Quote", False, 400),
        Field("quote_who", LINE, "Who said it: the role, or a name with permission", False, 120),
        Field("quote_permission", TICK, "They agreed to be quoted"),
    )),
    "sources": ("Studies and sources", (
        Field("studies", LINES, "Linked studies", False, 80, hint="IRAS, ISRCTN, NCT or CPMS number", example="ISRCTN12345674"),
        Field("references", LINES, "References", False, 400, hint="With the DOI, if there is one"),
        Field("funding", LINE, "Funding and sponsors", False, 300),
        Field("interests", LINE, "Competing interests", True, 400, example="None"),
        Field("ai_use", LINE, "Help by AI tools, if any", False, 300),
    )),
    "sending": ("Before you send it", (
        Field("wants_public", TICK, "People who are not members may read it too"),
        Field("licence", CHOICE, "Licence of the text", True, choices=_of({key: LICENCES[key] for key in ("cc-by-4.0", "ogl-3.0")})),
    )),
}  # fmt: skip
"Sections of the form by key: heading and fields. Pictures, files and declarations have rows of their own."

FIELDS: dict[str, Field] = {field.name: field for _, fields in SECTIONS.values() for field in fields}

DECLARATIONS_FROM = "2026-11-27"
"Day from which the text of the declarations holds."
DECLARATIONS = {
    "organisation": "My organisation agrees that this is shared. The name of who approved it is given.",
    "anonymous": "No patient, carer or colleague can be identified, other than those named with their permission.",
    "people": "Everybody who is named or can be recognised in a picture agreed to it.",
    "consent": "A patient told or is shown in this story. Their written consent is kept at our organisation.",
    "licence": "I may publish this under the licence that I chose, and nothing in it belongs to others.",
}
"Text of each by its key. people is asked for where somebody is named or pictured, consent only for a patient's own story."


def empty() -> dict[str, Any]:
    """A revision in which nothing was typed yet."""
    blank: dict[str, Any] = {LINES: [], CHOICES: [], TABLE: [], TICK: False}
    return {name: type(blank.get(field.kind, ""))() for name, field in FIELDS.items()}


def texts(fields: dict[str, Any]) -> dict[str, str]:
    """Everything in a revision that somebody typed as text, by a name that says where: title, steps.0, measures.1.source."""
    found: dict[str, str] = {}
    for name, field in FIELDS.items():
        value = fields.get(name)
        if field.kind in (LINE, TEXT):
            found[name] = str(value or "")
        elif field.kind == LINES:
            found |= {f"{name}.{n}": str(line) for n, line in enumerate(value or [])}
        elif field.kind == TABLE:
            found |= {
                f"{name}.{n}.{column}": str(text) for n, row in enumerate(value or []) for column, text in row.items()
            }
    return {name: text for name, text in found.items() if text}
