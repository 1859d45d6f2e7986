"""The posts of a page as HTML, written out here: the template that did it took a third of the page's time, this a twentieth.

What somebody typed goes through ``escape``, but for the text, which ``rendering`` made. What stands around the posts is
templates/discussion/thread.html.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from markupsafe import Markup, escape

from learn.components import plural


@dataclass(slots=True)
class Shown:
    """One post of a page."""

    id: int
    depth: int
    name: str
    initials: str
    about: str
    at: str
    html: str
    "Made by ``rendering``; empty where the reader may not see the text."
    gone: str
    "Why the text is not shown, in words of ours; empty where it is."
    is_open: bool
    "Whether it can be answered, thanked for and reported."
    is_mine: bool
    can_change: bool
    "Whether the reader wrote it and can still edit it or take it back."
    is_held: bool
    is_new: bool
    is_starter: bool
    is_facilitator: bool
    thanks: int
    thanked: bool
    answers: tuple[str, str] | None
    "Name and link of what it answers, where that does not stand right above."
    edited: str
    "When its text last changed, in words."


@dataclass(frozen=True, slots=True)
class Reader:
    """For whom posts are drawn, and where."""

    topic_id: int
    thing: str
    "What a post is called there."
    token: str
    "The hidden field against forged requests, as HTML."
    is_known: bool
    can_write: bool
    looks_after: bool


SAID = '<span class="nhsuk-u-visually-hidden">'
"Before words that are only for those who listen to the page."
BADGES = {
    "Author": ' <span class="badge">Author</span>',
    "Started this": ' <span class="badge">Started this</span>',
    "Facilitator": ' <span class="badge">Facilitator</span>',
    "New": ' <span class="badge badge-new">New</span>',
}


def articles(posts: Iterable[Shown], reader: Reader) -> Markup:
    """The posts, one below the other."""
    return Markup("\n".join([_article(post, reader) for post in posts]))  # noqa: S704 - every piece is escaped below


def _article(post: Shown, reader: Reader) -> str:
    name = str(escape(post.name))
    gone = " is-gone" if post.gone else ""
    opening = f'<article class="post depth-{post.depth}{gone}" id="post-{post.id}" aria-label="{reader.thing.capitalize()} by {name}">'
    if post.gone and not post.html:
        link = f'<a href="/posts/{post.id}">{SAID}Written </span>{post.at}</a>'
        return f'{opening}\n<p class="tombstone">{post.gone} · {link}</p>\n</article>'
    return (
        f'{opening}\n{_head(post, reader, name)}<div class="post-body">{post.html}</div>\n{_edited(post, reader)}'
        f'<ul class="post-acts">\n{"".join(_acts(post, reader, name))}</ul>\n</article>'
    )


def _head(post: Shown, reader: Reader, name: str) -> str:
    badges = BADGES["Started this" if reader.thing == "post" else "Author"] if post.is_starter else ""
    if post.is_facilitator:
        badges += BADGES["Facilitator"]
    if post.is_new:
        badges += BADGES["New"]
    about = f"{escape(post.about)} · " if post.about else ""
    return (
        f'<header class="post-head">\n<span class="initials" aria-hidden="true">{escape(post.initials)}</span>\n<div>\n'
        f'<p class="post-name"><b>{name}</b>{badges}</p>\n'
        f'<p class="post-about">{about}<a href="/posts/{post.id}">{SAID}Link to what {name} wrote on </span>{post.at}</a></p>\n'
        f"</div>\n</header>\n{_above(post)}{_why(post)}"
    )


def _above(post: Shown) -> str:
    if post.answers is None:
        return ""
    name, link = post.answers
    return f'<p class="post-answers">In answer to <a href="{escape(link)}">{escape(name)}</a></p>\n'


def _why(post: Shown) -> str:
    if not (post.gone or post.is_held):
        return ""
    if post.gone:
        readers = "Only you and facilitators can" if post.is_mine else "Only its author and facilitators can"
        said = f"{post.gone}. {readers} still read it."
    elif post.is_mine:
        said = "Waiting for a facilitator. Until then only you and facilitators can see it."
    else:
        said = "Waiting for a facilitator. Only its author and facilitators can see it."
    return f'<p class="tombstone">{said}</p>\n'


def _edited(post: Shown, reader: Reader) -> str:
    if not post.edited:
        return ""
    said = f"Edited on {post.edited}"
    if post.is_mine or reader.looks_after:
        said = f'<a href="/posts/{post.id}/history">{said}</a>'
    return f'<p class="post-edited">{said}</p>\n'


def _acts(post: Shown, reader: Reader, name: str) -> Iterator[str]:
    if post.is_open:
        if reader.is_known and not post.is_mine:
            yield _thank(post, reader, name)
        elif post.thanks:
            yield f'<li><span class="count">{plural(post.thanks, "thank")}</span></li>\n'
        if reader.can_write:
            link = f"/topics/{reader.topic_id}/write?to={post.id}"
            yield f'<li><a href="{link}" data-module="reply">Reply{SAID} to {name}</span></a></li>\n'
        if not post.is_mine:
            yield f'<li><a href="/report/post/{post.id}">Report{SAID} what {name} wrote</span></a></li>\n'
    if reader.looks_after and not post.is_mine:
        button = f'<button class="link-button" type="submit">Look after it{SAID}: what {name} wrote on {post.at}</span></button>'
        yield f'<li><form method="post" action="/moderation/about/post/{post.id}">{reader.token}{button}</form></li>\n'
    if post.can_change:
        for act, word in (("edit", "Edit"), ("remove", "Remove")):
            yield f'<li><a href="/posts/{post.id}/{act}">{word}{SAID} what you wrote on {post.at}</span></a></li>\n'


def _thank(post: Shown, reader: Reader, name: str) -> str:
    wish, verb, to = "", "Thank", ""
    if post.thanked:
        wish, verb, to = '<input type="hidden" name="wish" value="take_back">', "Take back thanks", "to"
    count = f' <span class="count">{post.thanks}{SAID} thanked</span></span>' if post.thanks else ""
    return (
        f'<li><form method="post" action="/posts/{post.id}/thank">{reader.token}{wish}'
        f'<button class="link-button" type="submit">{verb}{SAID} {to} {name}</span></button>{count}</form></li>\n'
    )
