"""Pictures and files of stories, served to whoever may read the story; others of it to its author, and to facilitators of its
theme once it was sent."""

from typing import Any

from flask import Response, request, send_file
from flask_login import current_user
from sqlalchemy import bindparam, exists, select

from courses.db import table_of
from courses.storage import open_storage
from learn.config import settings
from learn.errors import NotFound, SignInNeeded
from learn.extensions import db
from learn.moderation import facilitators
from learn.policy import Permission, allows, permits
from learn.stories.models import FileKind, Story, StoryFile, StoryRound, StoryState
from learn.stories.room import bp

_F: Any = table_of(StoryFile)
_S: Any = table_of(Story)
_SENT: Any = table_of(StoryRound)
_ONE = (
    select(
        _F.c.sha256, _F.c.name, _F.c.media_type, _F.c.size, _F.c.kind, _F.c.published_n, _S.c.author_id, _S.c.state, _S.c.theme_id,
        _S.c.is_out, _S.c.is_public,
        _S.c.published_n.label("shown_n"),
        exists().where(_SENT.c.story_id == _F.c.story_id, _SENT.c.at >= _F.c.added_at).correlate(_F).label("was_sent"),
    )
    .join(_S, _S.c.id == _F.c.story_id)
    .where(_F.c.id == bindparam("number"))
)  # fmt: skip
GONE = "There is no such picture or file."
FOR_ALL, FOR_ONE = "public, no-cache", "private, no-store"
"Kept by browsers and proxies, but asked for anew each time: a picture that could identify a patient is hidden at once."


@bp.get("/s/files/<int:number>/<name>")
@permits(Permission.ANYONE)
def story_file(number: int, name: str) -> Response:
    """Serve a picture, or a file as a download; the name in the address is for people, the number counts."""
    one = db.session().execute(_ONE, {"number": number}).first()
    is_out = one is not None and one.is_out and one.published_n is not None and one.published_n == one.shown_n
    if one is None or not _may_see(one, is_out):
        raise NotFound(GONE)
    storage = open_storage(settings().storage)
    answer = send_file(
        storage.open(one.sha256, one.size), mimetype=one.media_type, as_attachment=one.kind is FileKind.FILE,
        download_name=one.name, etag=one.sha256, conditional=False,
    )  # fmt: skip
    answer.content_length = one.size
    answer.make_conditional(request, accept_ranges=True, complete_length=one.size)
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    answer.headers["Cache-Control"] = FOR_ALL if is_out and one.is_public else FOR_ONE
    return answer


def _may_see(one: Any, is_out: bool) -> bool:
    if is_out and one.is_public:
        return True
    if not current_user.is_authenticated:
        raise SignInNeeded()
    if is_out and allows(current_user, Permission.READ):
        return True
    if current_user.id is not None and one.author_id == current_user.id:
        return True
    if not one.was_sent and one.published_n is None:
        return False
    return one.state is not StoryState.DRAFT and facilitators.may(db.session(), current_user, one.theme_id)
