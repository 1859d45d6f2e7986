"""A client that inspects every page it opens, so that no test has to remember to."""

import re
from contextvars import Context
from functools import cached_property
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin, urlsplit

from bs4 import BeautifulSoup
from flask import Flask
from werkzeug.routing import RequestRedirect
from werkzeug.test import TestResponse

TITLE = re.compile(r"^(Error: )?\S.* - .*\S$")
CONTROLS = ("input", "select", "textarea")

LEADS_SOMEWHERE: set[tuple[Any, ...]] = set()
"Links that were found to lead to a page, each with the addresses of the site it is on."


class Seen(HTMLParser):
    """What there is to inspect on a page, from one reading without a tree: most of a page is on every other page too."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.forms: list[tuple[dict[str, str], list[str]]] = []
        self.texts: list[tuple[str, dict[str, str], list[str]]] = []
        self.inside: list[Any] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.tags.append((tag, given))
        if tag == "form":
            self.forms.append((given, []))
            self.inside.append((tag, self.forms[-1][1]))
        elif tag in ("title", "h1", "button"):
            self.texts.append((tag, given, []))
            self.inside.append((tag, self.texts[-1][2]))
        elif tag == "input":
            self._put(given.get("name", ""), is_word=False)

    def handle_endtag(self, tag: str) -> None:
        opened = [index for index, (name, _) in enumerate(self.inside) if name == tag]
        if opened:
            del self.inside[opened[-1]]

    def handle_data(self, data: str) -> None:
        self._put(data, is_word=True)

    def _put(self, what: str, *, is_word: bool) -> None:
        for tag, into in self.inside:
            if (tag != "form") == is_word:
                into.append(what)

    def all(self, *names: str) -> list[dict[str, str]]:
        """The attributes of each tag of these names."""
        return [given for tag, given in self.tags if tag in names]

    def having(self, attribute: str) -> list[str]:
        """The values of an attribute, of whatever tag."""
        return [given[attribute] for _, given in self.tags if attribute in given]

    def text_of(self, name: str) -> list[str]:
        """What each title, heading or button says."""
        return ["".join(said).strip() for tag, _, said in self.texts if tag == name]


class Page:
    """A page that was opened and looked at; answers whatever Beautiful Soup does, which reads it when it is first asked."""

    def __init__(self, response: TestResponse) -> None:
        self.response = response
        self.seen = Seen(response.text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.soup, name)

    def __str__(self) -> str:
        return str(self.soup)

    @cached_property
    def soup(self) -> BeautifulSoup:
        """All of it, as a tree."""
        return BeautifulSoup(self.response.text, "html.parser")

    @property
    def h1(self) -> str:
        return " ".join(self.seen.text_of("h1")[0].split())

    @cached_property
    def words(self) -> str:
        return " ".join(self.soup.get_text(" ").split())

    @property
    def tokens(self) -> list[str]:
        return [given["value"] for given in self.seen.all("input") if given.get("name") == "csrf_token"]

    @property
    def csrf_token(self) -> str:
        return self.tokens[0]


def alone(ask: Any) -> Any:
    """A test client's method in a context of its own, for answers that are no pages: see ``PageClient._open``."""
    return lambda *given, **more: Context().run(lambda: ask(*given, buffered=True, **more))


class PageClient:
    """One browser. ``get`` and ``post`` want the status you expect, and check each HTML page they get."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.base_url = app.config["FRONTLINE"].base_url
        self.http = app.test_client()
        self.page: Page | None = None
        self.addresses = hash((self.base_url, *(rule.rule for rule in app.url_map.iter_rules())))

    def get(self, path: str, status: int = 200, **more: Any) -> Page:
        return self._open("GET", path, status, **more)

    def post(self, path: str, data: dict[str, Any] | None = None, status: int = 303, **more: Any) -> Any:
        """Send a form with the token of the page that was opened last; follow nothing."""
        form = dict(data or {})
        if self.page is not None and "csrf_token" not in form:
            form.update(("csrf_token", token) for token in self.page.tokens[:1])
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
        page = Page(answer)
        self._inspect(page, path)
        self.page = page
        return page

    def _inspect(self, page: Page, path: str) -> None:
        where, seen = f"on {path}", page.seen
        assert any(given.get("lang") for given in seen.all("html")[:1]), f"no language {where}"
        assert TITLE.match("".join(seen.text_of("title")[:1])), f"title {seen.text_of('title')} {where}"
        assert len(seen.all("h1")) == 1, f"{len(seen.all('h1'))} h1 {where}"
        assert seen.all("main"), f"no main {where}"
        styled = seen.having("style") + seen.having("onclick")
        assert not styled and not seen.all("style"), f"inline style or handler {where}"
        ids = seen.having("id")
        assert len(ids) == len(set(ids)), f"an id twice {where}: {sorted(ids)}"
        self._inspect_controls(seen, where)
        self._inspect_policy(page, where)
        self._inspect_links(seen, path)

    def _inspect_controls(self, seen: Seen, where: str) -> None:
        labelled = {given["for"] for given in seen.all("label") if "for" in given}
        for control in seen.all(*CONTROLS):
            if control.get("type", "").lower() in ("hidden", "submit"):
                continue
            named = control.get("aria-label") or control.get("id") in labelled
            assert named, f"a control without a label {where}: {control}"
        for form, inputs in seen.forms:
            if form.get("method") == "post":
                has_token = "csrf_token" in inputs or "ticket" in inputs
                assert has_token or form.get("data-foreign"), f"a form without its token {where}: {form.get('action')}"
        for tag, button, said in seen.texts:
            named = "".join(said).strip() or button.get("aria-label")
            assert tag != "button" or named, f"a button without a name {where}"

    def _inspect_policy(self, page: Page, where: str) -> None:
        policy = page.response.headers["Content-Security-Policy"]
        assert "unsafe-inline" not in policy, where
        for script in page.seen.all("script"):
            if script.get("type") != "application/json":
                assert f"'nonce-{script.get('nonce')}'" in policy, f"a script without this page's nonce {where}"
        assert page.response.headers["X-Content-Type-Options"] == "nosniff"

    def _inspect_links(self, seen: Seen, path: str) -> None:
        for link in [given["href"] for given in seen.all("a", "link") if "href" in given] + seen.having("src"):
            from_anywhere = link.startswith("/") and "//" not in link
            key = (self.addresses, link) if from_anywhere else (self.addresses, path, link)
            if key not in LEADS_SOMEWHERE:
                self._inspect_link(link, path)
                LEADS_SOMEWHERE.add(key)

    def _inspect_link(self, link: str, path: str) -> None:
        target = urlsplit(urljoin(urljoin(self.base_url, path), link))
        is_here = link.startswith(("#", "?"))
        if is_here or target.netloc != urlsplit(self.base_url).netloc or target.path.startswith("/static/"):
            return
        try:
            self.app.url_map.bind(urlsplit(self.base_url).netloc).match(target.path, method="GET")
        except RequestRedirect:
            raise AssertionError(f"a link that redirects on {path}: {link}") from None
        except Exception:
            raise AssertionError(f"a link to nowhere on {path}: {link}") from None
