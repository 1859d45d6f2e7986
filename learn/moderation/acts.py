"""The vocabulary of facilitators: what can be done, for which reasons, and words to begin a note to the author with."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Words:
    """One act, as pages call it."""

    label: str
    "On its radio."
    hint: str
    "Under it; may be empty."
    past: str
    "In the record."
    upholds: bool
    "Whether the reports that led to it were right."


ACTS = {
    "approve": Words("Approve it", "Readers see it at once", "Approved", False),
    "keep": Words("Keep it", "Readers see it as it is, and reports about it are closed", "Kept", False),
    "edit": Words("Change its text yourself", "The text before stays in its history", "Changed", True),
    "mask": Words("Take out what was found", "Words such as [NHS number removed] stand in its place", "Masked", True),
    "ask": Words(
        "Ask the author to change it", "They read your note. Readers do not see it until you have looked at the change", "Asked to change", True
    ),
    "hide": Words("Hide it while you talk to the author", "Only facilitators and the author see it", "Hidden", True),
    "reject": Words("Do not accept it", "The author reads why, and keeps their text", "Not accepted", True),
    "remove": Words("Remove it", "Readers see that a facilitator removed it", "Removed", True),
    "restore": Words("Show it again", "Readers see it as before", "Put back", False),
    "redact": Words(
        "Delete its text for good", "For what may harm somebody wherever it is kept. This cannot be undone", "Redacted", True
    ),
    "lock": Words("Close it to new comments", "What is there stays", "Closed to comments", False),
    "unlock": Words("Open it to new comments again", "", "Opened to comments", False),
    "pin": Words("Keep it at the top of its theme", "", "Pinned", False),
    "unpin": Words("Do not keep it at the top", "", "Unpinned", False),
    "move": Words("Move it to another theme", "", "Moved", False),
    "rename": Words("Change its title", "", "Renamed", True),
}  # fmt: skip
"Everything that can be done, the mildest first; a kind of thing offers what makes sense for it."

REASONS = {
    "fine": "Nothing is wrong with it",
    "patient": "It could identify a patient",
    "unsafe": "It is wrong or unsafe",
    "illegal": "It may be against the law",
    "unkind": "It is unkind or unfair",
    "copyright": "It uses somebody else\u2019s work",
    "advert": "It is an advert or spam",
    "unclear": "It needs more detail, or plainer words",
    "elsewhere": "It belongs somewhere else",
    "other": "Something else",
}
"Why something is decided, by code."

_THANKS = {
    "approve": "Thank you. A facilitator read this and approved it.",
    "keep": "Thank you. A facilitator read this and kept it as it is.",
    "restore": "A facilitator looked at this again, and readers see it as before.",
}
_WHY = {
    "patient": "It could identify a patient. Think of what somebody who knows the ward, the place or the date could work out.",
    "unsafe": "It could lead somebody to do something that is wrong or unsafe.",
    "illegal": "It may be against the law.",
    "unkind": "It could hurt somebody who reads it. Write about what happened, not about the people.",
    "copyright": "It uses somebody else\u2019s words or pictures without saying that they agreed.",
    "advert": "It advertises something. This site is for what people tried and learned themselves.",
    "unclear": "It needs more detail, so that others can do the same.",
    "elsewhere": "It belongs under another theme or topic.",
}
_NEXT = {
    "edit": "A facilitator changed that part. You can change it again.",
    "mask": "A facilitator took that part out. Nothing else was changed.",
    "ask": "Please change it, and say what happened in other words.",
    "hide": "It is hidden for now. Change it, or answer to say why it is fine.",
    "reject": "You can change it and send it again.",
    "remove": "It was removed. You can write it again without that.",
    "redact": "Its text was deleted for good, so that nobody can find it.",
}


def suggested(act: str, reason: str) -> str:
    """Words to begin a note to the author with, for an act and a reason; they can be edited."""
    if act in _THANKS:
        return _THANKS[act]
    return " ".join(part for part in (_WHY.get(reason, ""), _NEXT.get(act, "")) if part)
