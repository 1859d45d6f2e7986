"""What each kind of notice says. A notice keeps codes and numbers alone; names are looked up when it is shown."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from learn.notifications import names as looked_up
from learn.notifications.names import Facts, Names

ACCOUNT, WRITING, RUNNING = (
    "Your account and your modules",
    "Stories and discussions",
    "For those who look after this site",
)
GROUPS = (ACCOUNT, WRITING, RUNNING)
"Headings under which people choose, in their order."


@dataclass(frozen=True)
class Kind:
    """One kind of notice."""

    label: str
    "What it is called where people choose, and in a mail's subject."
    words: Callable[[Facts, Names], str]
    "What it says, as whole sentences."
    by_mail: bool | None = True
    "Whether it also goes by mail until the person chooses; None where it never does."
    is_for_administrators: bool = False
    "Only they get it, so only they are asked about it."
    is_for_facilitators: bool = False
    "Only they get it."
    about: str = ""
    """Kind of the thing whose number the facts hold under this name: story, topic. Where it cannot be seen any more, the notice
    says so without a title and no mail goes out."""
    is_about_writing: bool = False
    "Whether it belongs to stories and discussions without being about one thing that readers see."

    @property
    def group(self) -> str:
        """The heading under which people choose it."""
        if self.is_for_administrators or self.is_for_facilitators:
            return RUNNING
        return WRITING if self.about or self.is_about_writing else ACCOUNT


ROLES = {"facilitator": "a facilitator", "author": "an author", "administrator": "an administrator"}
SOME_ROLE = "somebody with more rights"
SOME_PLATFORM = "a learning platform"
SOME_ADDRESS = "one of your email addresses"


def _and(things: list[str]) -> str:
    *others, last = things
    return f"{', '.join(others)} and {last}" if others else last


def _granted(facts: Facts, names: Names) -> str:
    role, slugs = facts.get("role", ""), facts.get("themes") or ()
    said = f"You are now {ROLES.get(role, SOME_ROLE)}"
    if role == "facilitator" and not slugs:
        return f"{said} for all themes."
    titles = [names.themes[slug] for slug in slugs if slug in names.themes]
    return f"{said} for {_and(titles)}." if titles else f"{said}."


def _revoked(facts: Facts, names: Names) -> str:
    return f"You are not {ROLES.get(facts.get('role', ''), SOME_ROLE)} any more."


def _platform(facts: Facts, names: Names) -> str:
    return names.platforms.get(facts.get("platform") or 0, SOME_PLATFORM)


def _linked(facts: Facts, names: Names) -> str:
    return f"Your account is now linked with {_platform(facts, names)}. If you did not do this, tell whoever runs this site."


def _unlinked(facts: Facts, names: Names) -> str:
    return (
        f"Your account is not linked with {_platform(facts, names)} any more. "
        "If you did not do this, tell whoever runs this site."
    )


def _bounced(facts: Facts, names: Names) -> str:
    address = names.addresses.get(facts.get("address") or 0, SOME_ADDRESS)
    return f"Mail to {address} was refused. Nothing is sent there until you confirm it again."


def _due(facts: Facts, names: Names) -> str:
    address = names.addresses.get(facts.get("address") or 0, SOME_ADDRESS)
    return f"You confirmed {address} more than a year ago. Confirm again that it is yours."


def _story(facts: Facts, names: Names) -> str:
    title = names.titles.get(("story", facts.get("story") or 0))
    return f"\u201c{title}\u201d" if title else "A story"


def _story_due(facts: Facts, names: Names) -> str:
    return f"{_story(facts, names)} was published or confirmed 24 months ago. Say that it is still right, or change it."


def _story_archived(facts: Facts, names: Names) -> str:
    return f"{_story(facts, names)} is archived, because nobody said that it is still right. You can bring it back at any time."


def _checked(facts: Facts, names: Names) -> str:
    title = names.modules.get(facts.get("module") or "")
    if title:
        return f"The file that you uploaded is checked. {title} has a draft that you can preview and publish."
    if facts.get("state") == "done":
        return "The file that you uploaded is checked. There is a draft that you can preview and publish."
    if facts.get("state") == "refused":
        return "The file that you uploaded was refused. Its report says what to mend."
    return "The file that you uploaded could not be checked. Its page says why, and what to do."


def _answered(facts: Facts, names: Names) -> str:
    title = names.titles.get(("topic", facts.get("topic") or 0))
    return f"Somebody answered you in {title}." if title else "Somebody answered you in a discussion."


def _followed(facts: Facts, names: Names) -> str:
    title = names.titles.get(("topic", facts.get("topic") or 0))
    return f"There is something new in {title}." if title else "There is something new in a discussion that you follow."


THINGS = {"post": "comment", "topic": "topic", "story": "story", "adoption": "record of what you tried"}
"What facilitators decide about, as its author calls it, where the facts do not say what it is called where it stands."
DECIDED = {
    "keep": "looked at your {thing} and kept it as it is",
    "edit": "changed the text of your {thing}",
    "mask": "took something out of your {thing}",
    "ask": "asks you to change your {thing}",
    "hide": "hid your {thing} for now",
    "remove": "removed your {thing}",
    "restore": "put your {thing} back",
    "redact": "deleted the text of your {thing} for good",
    "approve": "approved your {thing}",
    "reject": "did not accept your {thing}",
    "lock": "closed your {thing} to new posts",
    "unlock": "opened your {thing} to new posts again",
    "move": "moved your {thing} to another theme",
    "rename": "changed the title of your {thing}",
}
"What a facilitator did, by the names in learn.moderation.decisions."


def _thing(facts: Facts, names: Names) -> str:
    """The thing and, where it can be seen, the title that it stands under."""
    thing = facts.get("called") or THINGS.get(facts.get("thing", ""), "contribution")
    title = next(
        (names.titles[kind, facts[kind]] for kind in ("story", "topic") if (kind, facts.get(kind)) in names.titles), ""
    )
    if not title:
        return thing
    return (
        f"{thing} \u201c{title}\u201d"
        if facts.get("thing") in ("story", "topic")
        else f"{thing} under \u201c{title}\u201d"
    )


def _decided(facts: Facts, names: Names) -> str:
    said = DECIDED.get(facts.get("act", ""), "decided about your {thing}").format(thing=_thing(facts, names))
    return f"A facilitator {said}. The reason is on its page."


def _undone(facts: Facts, names: Names) -> str:
    return f"A facilitator took back a decision about your {_thing(facts, names)}. It is as it was before, and is looked at again."


def _settled(facts: Facts, names: Names) -> str:
    if facts.get("state") == "upheld":
        return "A facilitator looked at what you reported, and did something about it."
    return "A facilitator looked at what you reported, and kept it as it is."


def _always(words: str) -> Callable[[Facts, Names], str]:
    return lambda facts, names: words


KINDS = {
    "role_granted": Kind("A role given to you", _granted),
    "role_revoked": Kind("A role taken from you", _revoked),
    "suspension_lifted": Kind("Your account opened again", _always("Your account is open again. You can sign in as before.")),
    "linked": Kind("A learning platform linked with your account", _linked),
    "unlinked": Kind("A learning platform not linked with your account any more", _unlinked),
    "merged": Kind(
        "Another account joined with yours",
        _always("Another account was joined with yours. What you did with either of them is in one place now."),
    ),
    "export_ready": Kind("The copy of your data", _always("The copy of your data is ready. You can download it for a week.")),
    "address_bounced": Kind("Mail to your address refused", _bounced, by_mail=None),
    "address_due": Kind("An email address to confirm again", _due),
    "story_due": Kind("A story to look at again", _story_due, about="story"),
    "story_archived": Kind("A story of yours archived", _story_archived, about="story"),
    "upload_checked": Kind("The check of a file that you uploaded", _checked),
    "post_answered": Kind("An answer to what you wrote", _answered, about="topic"),
    "topic_answered": Kind("Something new in a discussion that you follow", _followed, about="topic"),
    "join_request": Kind(
        "Somebody asking to come in", _always("Somebody asks to come in. An administrator decides about it."),
        is_for_administrators=True,
    ),
    "review_decided": Kind("What a facilitator decided about something of yours", _decided, is_about_writing=True),
    "review_undone": Kind("A facilitator\u2019s decision taken back", _undone, is_about_writing=True),
    "report_settled": Kind("What came of something that you reported", _settled, is_about_writing=True),
    "review_waits": Kind(
        "Something waiting for a facilitator", _always("Something waits for a facilitator."), by_mail=None, is_for_facilitators=True
    ),
}  # fmt: skip
"Every kind of notice there is, in the order of the preferences."

NO_WORDS = "Something about your account changed."
"For a kind that a newer version of the site wrote."
GONE = {
    "story": "There was something new about a story that you cannot see any more.",
    "topic": "There was something new in a discussion that you cannot see any more.",
}
"What is said where the thing itself must not be named any more."


def said(session: Session, user_id: int, rows: Sequence[Any]) -> list[str]:
    """What notices of one person say, by at most six selects; each row has a kind and facts."""
    names = looked_up.look_up(session, user_id, [row.facts for row in rows])
    return [_words(row, names) for row in rows]


def said_by_mail(session: Session, user_id: int, row: Any) -> str | None:
    """The same of one notice, for a mail; None where what it is about cannot be seen any more."""
    names = looked_up.look_up(session, user_id, [row.facts])
    return None if _is_gone(row, names) else _words(row, names)


def _words(row: Any, names: Names) -> str:
    if row.kind not in KINDS:
        return NO_WORDS
    return GONE[KINDS[row.kind].about] if _is_gone(row, names) else KINDS[row.kind].words(row.facts, names)


def _is_gone(row: Any, names: Names) -> bool:
    about = KINDS[row.kind].about if row.kind in KINDS else ""
    return bool(about) and (about, row.facts.get(about) or 0) not in names.titles
