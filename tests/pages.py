"""A client that inspects every page it opens, so that no test has to remember to."""

import re
from contextvars import Context
from typing import Any
from urllib.parse import urljoin, urlsplit

from bs4 import BeautifulSoup
from flask import Flask
from werkzeug.routing import RequestRedirect
from werkzeug.test import TestResponse

TITLE = re.compile(r"^(Error: )?\S.* - .*\S$")
CONTROLS = "input:not([type=hidden]):not([type=submit]), select, textarea"


class Page(BeautifulSoup):
    """A page that was opened and looked at."""

    response: TestResponse

    @property
    def h1(self) -> str:
        return " ".join(self.select_one("h1").get_text().split())

    @property
    def words(self) -> str:
        return " ".join(self.get_text(" ").split())

    @property
    def csrf_token(self) -> str:
        return str(self.select_one("input[name=csrf_token]")["value"])


class PageClient:
    """One browser. ``get`` and ``post`` want the status you expect, and check each HTML page they get."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.base_url = app.config["FRONTLINE"].base_url
        self.http = app.test_client()
        self.page: Page | None = None

    def get(self, path: str, status: int = 200, **more: Any) -> Page:
        return self._open("GET", path, status, **more)

    def post(self, path: str, data: dict[str, Any] | None = None, status: int = 303, **more: Any) -> Any:
        """Send a form with the token of the page that was opened last; follow nothing."""
        form = dict(data or {})
        if self.page is not None and "csrf_token" not in form:
            token = self.page.select_one("input[name=csrf_token]")
            if token is not None:
                form["csrf_token"] = token["value"]
        return self._open("POST", path, status, data=form, **more)

    def follow(self, path: str, data: dict[str, Any] | None = None, **more: Any) -> Page:
        """Send a form and open the page it leads to."""
        answer = self.post(path, data, 303, **more)
        return self.get(answer.headers["Location"])

    def _open(self, method: str, path: str, status: int, **more: Any) -> Any:
        # In a context of its own: Flask would else share g, and with it the person, between all browsers of a test.
        answer = Context().run(
            lambda: self.http.open(path, method=method, base_url=self.base_url, buffered=True, **more)
        )
        assert answer.status_code == status, f"{method} {path}: {answer.status_code}, not {status}: {answer.text[:500]}"
        if answer.mimetype != "text/html" or not answer.data or 300 <= answer.status_code < 400:
            return answer
        page = Page(answer.text, "html.parser")
        page.response = answer
        self._inspect(page, path)
        self.page = page
        return page

    def _inspect(self, page: Page, path: str) -> None:
        where = f"on {path}"
        assert page.html and page.html.get("lang"), f"no language {where}"
        assert TITLE.match(page.title.get_text(strip=True)), f"title {page.title} {where}"
        assert len(page.select("h1")) == 1, f"{len(page.select('h1'))} h1 {where}"
        assert page.select_one("main"), f"no main {where}"
        assert not page.select("[style], [onclick], style"), f"inline style or handler {where}"
        ids = [tag["id"] for tag in page.select("[id]")]
        assert len(ids) == len(set(ids)), f"an id twice {where}: {sorted(ids)}"
        self._inspect_controls(page, where)
        self._inspect_policy(page, where)
        self._inspect_links(page, path)

    def _inspect_controls(self, page: Page, where: str) -> None:
        for control in page.select(CONTROLS):
            named = control.get("aria-label") or page.select_one(f'label[for="{control.get("id")}"]')
            assert named, f"a control without a label {where}: {control}"
        for form in page.select("form[method=post]"):
            has_token = form.select_one("input[name=csrf_token]") or form.select_one("input[name=ticket]")
            assert has_token or form.get("data-foreign"), f"a form without its token {where}: {form.get('action')}"
        for button in page.select("button"):
            assert button.get_text(strip=True) or button.get("aria-label"), f"a button without a name {where}"

    def _inspect_policy(self, page: Page, where: str) -> None:
        policy = page.response.headers["Content-Security-Policy"]
        assert "unsafe-inline" not in policy, where
        for script in page.select("script"):
            if script.get("type") != "application/json":
                assert f"'nonce-{script.get('nonce')}'" in policy, f"a script without this page's nonce {where}"
        assert page.response.headers["X-Content-Type-Options"] == "nosniff"

    def _inspect_links(self, page: Page, path: str) -> None:
        urls = self.app.url_map.bind(urlsplit(self.base_url).netloc)
        for tag, name in [(tag, "href") for tag in page.select("a[href], link[href]")] + [
            (tag, "src") for tag in page.select("[src]")
        ]:
            target = urlsplit(urljoin(urljoin(self.base_url, path), tag[name]))
            is_here = tag[name].startswith(("#", "?"))
            if is_here or target.netloc != urlsplit(self.base_url).netloc or target.path.startswith("/static/"):
                continue
            try:
                urls.match(target.path, method="GET")
            except RequestRedirect:
                raise AssertionError(f"a link that redirects on {path}: {tag[name]}") from None
            except Exception:
                raise AssertionError(f"a link to nowhere on {path}: {tag[name]}") from None
