"""The specifications' checklist and the tests that are named after it: ``python -m tests.checklist`` writes docs/lti.md."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs/lti.md"
_TEST = re.compile(r"^def (test_([a-h]\d{1,2})_\w+)", re.MULTILINE)

LETTERS = {
    "A": "Login (Security Framework 1.0 §5.1.1)", "B": "Launch (LTI Core 1.3, Security Framework 1.0 §5.1.3)",
    "C": "Deep Linking 2.0", "D": "Assignment and Grade Services 2.0", "E": "Names and Role Provisioning Services 2.0",
    "F": "Dynamic Registration 1.0", "G": "Platform storage (Client Side postMessages 0.1)", "H": "Others",
}  # fmt: skip
ITEMS = {
    "A1": "GET and POST", "A2": "what a login has to say", "A3": "hints go back unchanged", "A4": "what is asked of the platform",
    "A5": "which of several registrations is meant", "A6": "state and nonce", "A7": "the target is on our site",
    "A8": "a query in the authentication address", "A9": "https only",
    "B1": "signature and algorithm", "B2": "issuer", "B3": "audience and authorised party", "B4": "times", "B5": "nonce, used once",
    "B6": "state, bound to the browser", "B7": "version", "B8": "kind of message", "B9": "deployment", "B10": "target link",
    "B11": "resource link", "B12": "roles", "B13": "subject, anonymous too", "B14": "little or no personal data",
    "B15": "unknown claims", "B16": "variables that were not filled in", "B17": "presentation and return address",
    "B18": "mentors", "B19": "the platform's own refusal", "B20": "LTI 1.1 migration", "B21": "who a person is",
    "B22": "context, institution and system roles",
    "C1": "the request's settings", "C2": "only what is taken", "C3": "who answers whom", "C4": "data is echoed", "C5": "signed and posted",
    "C6": "content items", "C7": "cancel and failure", "C8": "staff only", "C9": "what was chosen opens", "C10": "safe from other browsers",
    "D1": "client credentials by a signed assertion", "D2": "least scopes, tokens kept", "D3": "media types", "D4": "addresses keep their query",
    "D5": "what a score says, zero too", "D6": "later timestamps", "D7": "nothing is cleared", "D8": "columns are found before they are made",
    "D9": "pages are followed", "D10": "no line item, no score", "D11": "results", "D12": "submission times", "D13": "submission review",
    "E1": "scope and media type", "E2": "pages and differences", "E3": "status", "E4": "little personal data", "E5": "nobody is removed",
    "E6": "per-link messages", "E7": "the right course",
    "F1": "the start address", "F2": "the configuration is believed only from its own host", "F3": "what is registered", "F4": "deployment",
    "F5": "closing", "F6": "what is refused", "F7": "pending unless invited", "F8": "update",
    "G1": "when it is used", "G2": "which frame", "G3": "which origin", "G4": "what is kept", "G5": "the proof", "G6": "what proves nothing",
    "G7": "a window of its own",
    "H1": "our key set and its rotation", "H2": "notices of copied courses", "H3": "history of courses and links", "H4": "course groups",
    "H5": "data privacy launch", "H6": "the frame's height",
}  # fmt: skip


def found() -> dict[str, list[str]]:
    """Names of tests by the id that they begin with."""
    names: dict[str, list[str]] = {}
    for path in sorted(ROOT.glob("tests/**/test_*.py")):
        for name, mark in _TEST.findall(path.read_text()):
            names.setdefault(mark.upper(), []).append(f"{path.relative_to(ROOT / 'tests')}::{name}")
    return names


def page() -> str:
    """The page as it should be."""
    names, lines = found(), [
        "# What of LTI Advantage is implemented, and the tests that hold it", "",
        "Each line of the specifications that concerns a tool has a number here, and at least one test that begins with it.",
        "`python -m tests.checklist` writes this page; a guard keeps it right.", "",
    ]  # fmt: skip
    for letter, title in LETTERS.items():
        lines += [f"## {letter}. {title}", "", "| | what | tests |", "| --- | --- | --- |"]
        for mark, what in ITEMS.items():
            if mark[0] == letter:
                lines.append(f"| {mark} | {what} | {'<br>'.join(f'`{name}`' for name in names.get(mark, []))} |")
        lines.append("")
    return "\n".join(lines)


if __name__ == "__main__":
    PAGE.write_text(page())
