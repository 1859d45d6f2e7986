"""The content origin as a WSGI application: the host says whether it answers, the capability in the address what."""

import re
import time
from collections.abc import Callable, Iterable
from typing import Any

import structlog
from flask import Flask
from werkzeug.datastructures import Headers
from werkzeug.wrappers import Request, Response
from werkzeug.wsgi import get_host

from courses.catalogue import UnitKind
from courses.db import now
from courses.storage import open_storage
from learn.config import Settings
from learn.content import answers, hosts, lately, members, pages, players, posts
from learn.extensions import db

log = structlog.get_logger("frontline.content")

ADDRESS = re.compile(r"/c/(?P<token>[A-Za-z0-9_-]{16,64})/(?P<rest>.*)", re.DOTALL)
Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class ContentOrigin:
    """Stands in front of the site: answers what is asked of a content host, and hands on everything else."""

    def __init__(self, app: Flask, site: Wsgi, settings: Settings) -> None:
        self.app, self.site, self.settings = app, site, settings
        self.hosts = hosts.read(settings)
        self.storage = open_storage(settings.storage)
        self.app_origin = settings.origin
        self.plain = answers.policy(ancestors=[self.app_origin])
        nothing = answers.refused(404, "There is nothing here.")
        self.files = players.files(nothing, plays_h5p=settings.plays_h5p)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        label = self.hosts.label(get_host(environ).lower())
        if label is None:
            return self.site(environ, start_response)
        began = time.perf_counter()
        request = Request(environ)
        if request.path.startswith("/_p/") and request.headers.get("Service-Worker") is None:
            served: Iterable[bytes] = self.files(environ, self._covered(start_response))
            return served
        rule, answer = self._answer(request, label)
        spent = round((time.perf_counter() - began) * 1000, 1)
        log.info("content", method=request.method, rule=rule, status=answer.status_code, ms=spent)
        return answer(environ, start_response)

    def _covered(self, start_response: Callable[..., Any]) -> Callable[..., Any]:
        def start(status: str, given: list[tuple[str, str]], *rest: Any) -> Any:
            headers = Headers(given)
            answers.put(headers, self.plain, is_open=True)
            return start_response(status, headers.to_wsgi_list(), *rest)

        return start

    def _answer(self, request: Request, label: str) -> tuple[str, Response]:
        found = ADDRESS.fullmatch(request.path)
        if request.headers.get("Service-Worker") is not None:
            return "-", self._bare(answers.refused(403, "A package may not install a service worker."))
        if found is None:
            return "-", self._bare(answers.refused(404, "There is nothing here."))
        with self.app.app_context():
            try:
                return self._of_play(request, label, found["token"], found["rest"])
            except Exception as error:
                if self.app.testing:
                    raise
                _tell(error)
                return "failed", self._bare(
                    answers.refused(500, "Something went wrong here. Try again in a few minutes.")
                )

    def _bare(self, answer: Response) -> Response:
        answers.put(answer.headers, self.plain, is_open=False)
        return answer

    def _of_play(self, request: Request, label: str, token: str, rest: str) -> tuple[str, Response]:
        at = now()
        find = lately.find if rest.startswith("f/") else lately.find_now
        play = find(db.engine, token, at)
        if play is None or not self.hosts.is_of(label, play.origin_label):
            return "ended", self._bare(pages.ended() if rest == "player" else posts.ended())
        rule, answer = self._route(request, play, token, rest)
        self._head(answer, play, token, rule)
        return rule, answer

    def _route(self, request: Request, play: Any, token: str, rest: str) -> tuple[str, Response]:
        is_read = request.method in ("GET", "HEAD")
        if rest.startswith("f/"):
            if not is_read:
                return "file", answers.refused(405, "Files are only read.", Allow="GET, HEAD")
            posts.keep_alive(play)
            return "file", members.answer(db.session(), self.storage, play, rest[2:], request)
        if rest == "player" and is_read:
            return "player", pages.player(db.session(), play, f"/c/{token}", self.app_origin)
        return posts.answer(request, play, token, rest)

    def _head(self, answer: Response, play: Any, token: str, rule: str) -> None:
        is_opaque = play.kind is UnitKind.WEB
        is_file = rule == "file" and answer.status_code < 400
        ancestors = None if is_opaque and rule == "file" else [self.app_origin, *play.frame_origins]
        csp = answers.policy(is_opaque=is_opaque, ancestors=ancestors, report_to=f"/c/{token}/csp")
        answers.put(answer.headers, csp, is_open=is_opaque, caching=answers.FILES if is_file else answers.NO_STORE)


def _tell(error: Exception) -> None:
    """The kind and the place alone: an exception's text may hold the capability or what a learner wrote."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f"{trace.tb_frame.f_globals.get('__name__')}:{trace.tb_lineno}" if trace else ""
    log.error("failed", error=type(error).__name__, place=place)
