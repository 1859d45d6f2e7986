"""What a browser calls itself, in a few words by which people know their sessions apart: "Chrome on Windows".

Every browser claims to be several others, so the order counts: the most particular name comes first.
"""

import re

UNKNOWN = "Unknown browser"
READ = 500
"Characters of the header that are looked at."

BROWSERS = (
    ("Moodle app", re.compile(r"MoodleMobile")),
    ("Edge", re.compile(r"\bEdg(?:e|A|iOS)?/")),
    ("Opera", re.compile(r"\bOP(?:R|T|iOS)/|\bOpera\b")),
    ("Samsung Internet", re.compile(r"\bSamsungBrowser/")),
    ("Firefox", re.compile(r"\b(?:Firefox|FxiOS)/")),
    ("Chrome", re.compile(r"\b(?:Headless)?(?:Chrome|Chromium|CriOS)/")),
    ("Internet Explorer", re.compile(r"\bTrident/|\bMSIE ")),
    ("Safari", re.compile(r"\bVersion/[\d.]+ .*\bSafari/")),
)
SYSTEMS = (
    ("iPhone", re.compile(r"\biPhone\b")),
    ("iPad", re.compile(r"\biPad\b")),
    ("Android", re.compile(r"\bAndroid\b")),
    ("ChromeOS", re.compile(r"\bCrOS\b")),
    ("Windows", re.compile(r"\bWindows\b")),
    ("Mac", re.compile(r"\bMac(?:intosh| OS X)\b")),
    ("Linux", re.compile(r"\bLinux\b|\bX11\b")),
)


def words(user_agent: str | None) -> str:
    """Browser and system of a User-Agent header, from the lists above and never from the header itself."""
    said = (user_agent or "")[:READ]
    browser = next((name for name, pattern in BROWSERS if pattern.search(said)), UNKNOWN)
    system = next((name for name, pattern in SYSTEMS if pattern.search(said)), None)
    return f"{browser} on {system}" if system else browser
