"""The client that opens pages refuses what no page of ours may have: each fault alone, on a page that has no other."""

import pytest
from werkzeug.test import TestResponse

from tests.pages import Page, PageClient

PAGE = """<!doctype html><html lang="en"><head><title>Things - Frontline</title></head><body><main>
<h1>Things</h1><a href="/help">Help</a>
<form method="post"><input type="hidden" name="csrf_token" value="t"><label for="x">X</label><input id="x" name="x">
<button>Save</button></form><script nonce="n" src="/static/a.js"></script></main></body></html>"""

FAULTS = [
    ("no language", ' lang="en"', ""),
    ("title", "Things - Frontline", "Things"),
    ("0 h1", "<h1>Things</h1>", "<p>Things</p>"),
    ("2 h1", "<h1>", "<h1>All</h1><h1>"),
    ("no main", "main>", "div>"),
    ("inline style", "<h1>", '<h1 style="color: red">'),
    ("inline style or handler", "<h1>", '<h1 onclick="go()">'),
    ("inline style or handler", "<h1>", "<style>p {}</style><h1>"),
    ("an id twice", "<h1>", '<h1 id="x">'),
    ("a control without a label", 'for="x"', 'for="y"'),
    ("a control without a label", '<input id="x" name="x">', '<select name="x"></select>'),
    ("a form without its token", 'name="csrf_token"', 'name="other"'),
    ("a form without its token", "</form>", '</form><form method="post"></form>'),
    ("a button without a name", "Save", "<span> </span>"),
    ("a script without this page's nonce", 'nonce="n"', 'nonce="m"'),
    ("a link to nowhere", '"/help"', '"/no/such/page"'),
    ("a link to nowhere", '"/help"', '"such/page"'),
    ("a link that redirects", '"/help"', '"/sign-in//code"'),
]


@pytest.fixture
def inspect(client: PageClient):
    def look(text: str) -> None:
        policy = {"Content-Security-Policy": "script-src 'nonce-n'", "X-Content-Type-Options": "nosniff"}
        client._inspect(Page(TestResponse([text.encode()], "200 OK", policy, request=None)), "/things")

    return look


def test_a_page_without_a_fault_is_taken_again_and_again(inspect):
    inspect(PAGE)
    inspect(PAGE)


@pytest.mark.parametrize(("told", "given", "wrong"), FAULTS)
def test_each_fault_is_told(inspect, told, given, wrong):
    assert given in PAGE
    with pytest.raises(AssertionError, match=told):
        inspect(PAGE.replace(given, wrong))
