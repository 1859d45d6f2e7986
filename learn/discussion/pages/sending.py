"""What happens to a text that somebody sends, wherever it is to stand: drafted, shown, masked, asked about, or posted."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import flash, redirect, url_for
from flask_login import current_user

from courses.db import now
from learn import audit, identifiers
from learn.accounts.by_email.limits import wait_words
from learn.components import clock
from learn.discussion import checking, posting, rendering, rules
from learn.discussion.acts import drafts
from learn.discussion.acts.drafts import Place
from learn.discussion.pages.typed import Typed
from learn.extensions import db
from learn.web import writing

Page = Callable[..., Any]
"""``page(typed, status, **more)``: the form again, with all that was typed."""


def look(typed: Typed, *, names: tuple[str, ...] = ("body",)) -> None:
    """Let the detector look at what was typed."""
    typed.found = checking.find(db.session(), current_user.id, {name: getattr(typed, name) for name in names})


def before_posting(typed: Typed, place: Place, here: str, page: Page, names: tuple[str, ...] = ("body",)) -> Any | None:
    """Whatever keeps a text from being posted now, as an answer; None when it may go.

    ``here`` is where the form is shown again, with what was typed as the draft.
    """
    at = now()
    if typed.act == "draft":
        return _kept(typed, place, here, at)
    answer = before_saving(typed, page, names)
    if answer is not None:
        if typed.found:
            _keep(typed, place, at)
        return answer
    if not rules.has_accepted(db.session(), current_user.id):
        _keep(typed, place, at)
        return redirect(url_for("discussion.accept_rules", next=here), 303)
    return _limited(typed, place, page, at)


def before_saving(typed: Typed, page: Page, names: tuple[str, ...] = ("body",)) -> Any | None:
    """Whatever keeps a text from being saved where it stands already, as an answer; None when it may be."""
    look(typed, names=names)
    if typed.act == "mask":
        for name in names:
            setattr(typed, name, identifiers.masked(getattr(typed, name), typed.found.get(name, [])))
        look(typed, names=names)
    if typed.errors:
        return page(typed, 422)
    if typed.act == "preview":
        return page(typed, 200, preview=rendering.html(typed.body))
    return page(typed, 422) if _is_asked(typed) else None


def note_sure(session: Any, typed: Typed, post_id: int) -> None:
    """Keep, as kinds alone, what somebody was asked about and posted all the same."""
    if typed.is_sure and typed.found:
        kinds = sorted({each.kind for findings in typed.found.values() for each in findings})
        audit.note(session, "post.confirmed", actor_id=current_user.id, post=post_id, kinds=kinds)


def _is_asked(typed: Typed) -> bool:
    """Whether the writer has to say something about what was found before it goes on."""
    if not typed.found:
        return False
    if checking.holds(typed.found):
        return _holds_back(typed)
    if typed.is_sure:
        return False
    typed.refuse("found", f"Look again at what could point to one person: {_listed(typed)}")
    return True


def _holds_back(typed: Typed) -> bool:
    """What may be a patient's number goes on with its writer's word that it is none, and to a facilitator alone."""
    if typed.act == "hold" and typed.because:
        return False
    if typed.act == "hold":
        typed.refuse("because", "Say what it is, so that a facilitator can decide")
    else:
        typed.refuse("found", f"Take out what could identify a patient: {_listed(typed)}")
    return True


def _listed(typed: Typed) -> str:
    return ", ".join(checking.kinds(typed.found))


def _keep(typed: Typed, place: Place, at: datetime) -> None:
    with writing() as session:
        drafts.save(session, place, at, body=typed.body, title=typed.title, because=typed.because)


def _kept(typed: Typed, place: Place, here: str, at: datetime) -> Any:
    _keep(typed, place, at)
    flash(f"Draft saved at {clock(at)}. Only you can see it.", "success")
    return redirect(here, 303)


def _limited(typed: Typed, place: Place, page: Page, at: datetime) -> Any | None:
    with writing() as session:
        wait = posting.too_often(session, current_user.id, at)
    if wait is None:
        return None
    _keep(typed, place, at)
    typed.refuse("body", f"You have posted a lot in a short time. Wait {wait_words(wait)}, then send it again")
    return page(typed, 429, retry_after=wait)
