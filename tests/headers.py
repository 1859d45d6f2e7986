"""The headers of the content origin, and the tests that hold each: ``python -m tests.headers`` writes docs/content.md."""

from pathlib import Path

from tests.formats import APART, BROWSER, HEADERS, POSTS, SERVED, Tests, linked
from tests.learn.content.test_headers import ALWAYS, ANSWERS, OPAQUE, SANDBOX, SOURCES

PAGE = Path(__file__).parents[1] / "docs/content.md"
SHUT = "every_way_out_of_a_package_is_shut"
EVERY = "every_answer_of_a_play_has_its_headers"

POLICY: dict[str, Tests] = {
    SANDBOX: {HEADERS: EVERY, BROWSER: SHUT},
    OPAQUE: {HEADERS: "pages_with_scripts_of_their_own_have_an_opaque_origin", BROWSER: SHUT},
    **{line: {HEADERS: EVERY, BROWSER: SHUT} for line in SOURCES.split("; ")},
    "frame-ancestors 'self', the site, the platform of the play": {
        HEADERS: EVERY,
        BROWSER: "only_the_site_and_the_platform_of_the_play_may_frame_it",
    },
    "report-uri of the play": {POSTS: "the_browser_s_reports_are_noted_by_host_alone"},
}
OTHERS: dict[str, tuple[str, Tests]] = {
    "Cross-Origin-Resource-Policy": ("same-origin; cross-origin where the origin is opaque", {HEADERS: EVERY}),
    "Access-Control-Allow-Origin": (
        "only where the origin is opaque",
        {HEADERS: "pages_with_scripts_of_their_own_have_an_opaque_origin"},
    ),
    "Set-Cookie": ("never", {APART: "a_cookie_is_neither_read_nor_given", BROWSER: SHUT}),
    "X-Frame-Options": ("never: it knows one origin only", {HEADERS: EVERY}),
    "Service-Worker: script": (
        "403, whatever the script",
        {HEADERS: "a_service_worker_is_refused_whatever_its_script_is", BROWSER: SHUT},
    ),
    "Content-Type": (
        "from our own table, by the ending; else a download",
        {SERVED: "the_type_comes_from_our_table an_unknown_type_is_a_download"},
    ),
}


def tests() -> list[Tests]:
    """Every group of tests that the page names."""
    return [*POLICY.values(), *(named for _, named in OTHERS.values()), {HEADERS: EVERY, BROWSER: SHUT}]


def page() -> str:
    """The page as it should be."""
    always = {HEADERS: f"{EVERY} parts_of_a_file_have_them_too there_is_nothing_else_on_a_content_host", BROWSER: SHUT}
    lines = [
        "# The headers of the content origin, line by line", "",
        "Each sentence is the name of a test and leads to its file; the tests in `journeys/` try each line from inside a package.",
        "`python -m tests.headers` writes this page from the values that the tests ask for; a guard keeps it right.", "",
        "## On every answer, errors too", "", "| header | value | tests |", "| --- | --- | --- |",
        *(f"| `{name}` | `{value}` | {linked(always)} |" for name, value in ALWAYS.items()), "",
        "## Content-Security-Policy", "", "| line | tests |", "| --- | --- |",
        *(f"| `{line}` | {linked(named)} |" for line, named in POLICY.items()), "",
        "## Others", "", "| header | value | tests |", "| --- | --- | --- |",
        *(f"| `{name}` | {value} | {linked(named)} |" for name, (value, named) in OTHERS.items()), "",
        "## Caching", "", "| answer | `Cache-Control` |", "| --- | --- |",
        *(f"| {name} ({method}, {status}) | `{caching}` |" for name, (method, _, status, caching) in ANSWERS.items()), "",
    ]  # fmt: skip
    return "\n".join(lines)


if __name__ == "__main__":
    PAGE.write_text(page())
