"""What browsers call themselves, in words."""

import pytest

from learn.accounts import browsers

WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
IOS = "AppleWebKit/605.1.15 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/131.0.0.0 Safari/537.36", "Chrome on Windows"),
        (f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/131.0.0.0 Safari/537.36 Edg/131.0.0.0", "Edge on Windows"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:133.0) Gecko/20100101 Firefox/133.0", "Firefox on Windows"),
        (f"Mozilla/5.0 (iPhone; CPU iPhone OS 17_6_1 like Mac OS X) {IOS} Version/17.6 Mobile/15E148 Safari/604.1", "Safari on iPhone"),
        (f"Mozilla/5.0 (iPhone; CPU iPhone OS 17_6 like Mac OS X) {IOS} CriOS/131.0.6778.73 Mobile/15E148 Safari/604.1", "Chrome on iPhone"),
        (f"Mozilla/5.0 (iPad; CPU OS 17_6 like Mac OS X) {IOS} FxiOS/133.0 Mobile/15E148 Safari/605.1.15", "Firefox on iPad"),
        (f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {IOS} Version/17.6 Safari/605.1.15", "Safari on Mac"),
        (f"Mozilla/5.0 (Linux; Android 10; K) {WEBKIT} Chrome/131.0.0.0 Mobile Safari/537.36", "Chrome on Android"),
        (f"Mozilla/5.0 (Linux; Android 10; K) {WEBKIT} SamsungBrowser/27.0 Chrome/125.0.0.0 Mobile Safari/537.36", "Samsung Internet on Android"),
        (f"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) {WEBKIT} Chrome/131.0.0.0 Safari/537.36", "Chrome on ChromeOS"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0", "Firefox on Linux"),
        (f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/130.0.0.0 Safari/537.36 OPR/115.0.0.0", "Opera on Windows"),
        ("Mozilla/5.0 (Windows NT 10.0; WOW64; Trident/7.0; rv:11.0) like Gecko", "Internet Explorer on Windows"),
        (f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/64.0.3282.140 Safari/537.36 Edge/18.17763", "Edge on Windows"),
        (f"Mozilla/5.0 (Linux; Android 14; K; wv) {WEBKIT} Version/4.0 Chrome/131.0.0.0 Safari/537.36 MoodleMobile 4.5.0", "Moodle app on Android"),
        (f"Mozilla/5.0 (X11; Linux x86_64) {WEBKIT} HeadlessChrome/131.0.0.0 Safari/537.36", "Chrome on Linux"),
        (f"Mozilla/5.0 (iPhone; CPU iPhone OS 17_6 like Mac OS X) {IOS} Mobile/15E148", "Unknown browser on iPhone"),
        ("curl/8.5.0", "Unknown browser"),
        ("", "Unknown browser"),
        (None, "Unknown browser"),
    ],
)  # fmt: skip
def test_a_browser_is_told_by_its_name_and_system(said, words):
    assert browsers.words(said) == words


@pytest.mark.parametrize(
    "hostile", ["<script>alert(1)</script>", "Mozilla/" * 100_000, "\x00\u202e", "Chrome/" + "x" * 10**6]
)
def test_nothing_of_the_header_itself_is_kept(hostile):
    known = {
        f"{name} on {system}"
        for name, _ in (*browsers.BROWSERS, (browsers.UNKNOWN, None))
        for system, _ in browsers.SYSTEMS
    }
    known |= {name for name, _ in browsers.BROWSERS} | {browsers.UNKNOWN}
    assert browsers.words(hostile) in known
    assert max(map(len, known)) <= 60
