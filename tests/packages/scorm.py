"""SCORM packages of this project's own making: they play, and each quirk of real packages is a switch.

``scorm12(path, shouts_status=True)`` and ``scorm2004(path, edition=4)`` write a zip. In the browser each SCO shows what it
read at its start (``data-testid="state"``, JSON), its calls (``calls``), its page (``page``), what went wrong (``said``),
and has the buttons "Next page", "Answer right", "Answer wrong" and "Finish".
"""

import json
import re
from dataclasses import dataclass, field, replace
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

from tests.packages.manifests import manifest12, manifest2004
from tests.packages.zips import Made, content, zipped

BEHAVIOURS = {
    "pages": "how many pages it has (5)",
    "pass_mark": "per cent of right answers that pass (50)",
    "never_finishes": "never calls Finish, neither by its button nor when it is closed",
    "never_commits": "calls SetValue and never Commit",
    "finishes_in_unload": "sets status and finishes in the unload event alone",
    "forgets_suspend": "never sets exit to suspend",
    "never_status": "never sets a status, nor has its name in a script",
    "shouts_status": 'sets "PASSED" and "COMPLETED", which the standard does not know',
    "nan_interaction": "writes cmi.interactions.NaN.id",
    "suspend_length": "characters of suspend data that it writes with each page (64_000 is the most that is taken)",
    "location_length": "characters of its lesson location",
    "throws": "throws an error at its start, after Initialize",
    "loops": 'has a button "Loop for ever"',
    "chatters": 'has a button "Say much": 200 SetValue calls at once',
    "goes_on": "{every, commits}: sets a value every so many milliseconds by itself, and commits after those with these numbers",
    "probes": "{app, other, outside}: origins that it tries to reach; see content/probes.js",
    "popup": "its launch page opens the SCO in a window of its own",
    "absolute_links": "links that begin with / and name http hosts",
}
"What a SCO can be made to do wrong, and what it is called."

PACKED = ("nested", "backslashes", "without_utf8_flag", "mac", "stored")
"How the zip itself is written; see zips.zipped."


@dataclass
class Item:
    """One item of a manifest, as the makers take it."""

    identifier: str
    title: str
    href: str = ""
    parameters: str = ""
    prerequisites: str = ""
    mastery: str = ""
    launch_data: str = ""
    max_time: str = ""
    time_limit_action: str = ""
    threshold: str = ""
    objectives: str = ""
    "Inner XML of imsss:sequencing (2004), as it is."
    is_asset: bool = False
    children: list["Item"] = field(default_factory=list)


ONE = [Item("item-1", "Consent in practice", "sco/index.html")]
TWO = [
    Item("item-1", "Before you ask", "sco/index.html"),
    Item("item-2", "Asking", "second/index.html", prerequisites="item-1", mastery="80"),
]
"Two SCOs, the second after the first and with a mastery score."


def scorm12(path: Path, *, title: str = "Consent course", items: list[Item] | None = None, **wanted: Any) -> Path:
    """Write a SCORM 1.2 package; ``manifest=`` replaces the manifest, ``files=`` adds to the files, ``bom``, ``encoding``
    (iso-8859-1) and ``mastery=80`` change the manifest, the rest is BEHAVIOURS and PACKED."""
    return _written(path, "1.2", title, items or ONE, wanted, lambda *given, **how: manifest12(*given, **how))


def scorm2004(
    path: Path, *, edition: int = 4, title: str = "Consent course", items: list[Item] | None = None, **wanted: Any
) -> Path:
    """Write a SCORM 2004 package of the 3rd or 4th edition; the switches are those of ``scorm12``."""
    return _written(
        path, "2004", title, items or ONE, wanted, lambda *given, **how: manifest2004(*given, edition=edition, **how)
    )


def two_scos(path: Path, **wanted: Any) -> Path:
    """A SCORM 1.2 package of two SCOs, the second waiting for the first."""
    return scorm12(path, items=TWO, **wanted)


def launched(items: list[Item]) -> list[Item]:
    """Items that have something to launch, in the order of the tree."""
    return [found for each in items for found in ([each] if each.href else []) + launched(each.children)]


def sco(title: str, version: str, behaviour: dict[str, Any]) -> str:
    """The page of a SCO."""
    unknown = set(behaviour) - set(BEHAVIOURS)
    assert not unknown, f"no such quirk: {unknown}"
    links = (
        '<p><a href="/handbook.html">Handbook</a> <img src="/images/logo.png" alt="Logo">'
        ' <script src="https://stats.example.org/count.js"></script></p>' if behaviour.get("absolute_links") else ""
    )  # fmt: skip
    said = json.dumps({"version": version, **behaviour}).replace("<", "\\u003c")
    probes = '<pre data-testid="probes"></pre><script src="probes.js"></script>' if behaviour.get("probes") else ""
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title><link rel="stylesheet" href="sco.css"></head>
<body><main><h1>{escape(title)}</h1>
<p data-testid="page"></p><p data-testid="answers"></p><p data-testid="finished" role="status"></p>
<div id="acts"></div>{links}
<p data-testid="said" role="status"></p>
<pre data-testid="state"></pre><pre data-testid="kept"></pre><pre data-testid="calls"></pre>
</main><script type="application/json" id="quirks">{said}</script><script src="sco.js"></script>{probes}</body></html>
"""


def sco_files(href: str, title: str, version: str, behaviour: dict[str, Any]) -> Made:
    """Everything that one SCO needs, beside its page."""
    folder = f"{href.rpartition('/')[0]}/" if "/" in href else ""
    page = sco(title, version, behaviour)
    script = content("sco.js")
    if behaviour.get("never_status"):
        script = re.sub(r"cmi\.(core\.lesson_status|completion_status|success_status)", "", script)
    made: Made = {f"{folder}sco.js": script, f"{folder}sco.css": content("sco.css")}
    if behaviour.get("probes"):
        made |= {f"{folder}{name}": content(name) for name in ("probes.js", "sw.js")}
        made |= {f"{folder}data.txt": "window.read = true;", f"{folder}data.xyz": "?", f"{folder}drawing.svg": DRAWING}
    if behaviour.get("popup"):
        return made | {href: _opener(title), f"{folder}window.html": page}
    return made | {href: page}


DRAWING = '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"><script>parent.drawn = true</script></svg>'


def _opener(title: str) -> str:
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title></head><body>
<button type="button" onclick="window.open('window.html', 'course', 'width=800,height=600')">Open the course</button>
</body></html>
"""


def _written(path: Path, version: str, title: str, items: list[Item], wanted: dict[str, Any], manifest: Any) -> Path:
    behaviour = {name: wanted.pop(name) for name in BEHAVIOURS if name in wanted}
    packed = {name: wanted.pop(name) for name in PACKED if name in wanted}
    extra: Made = wanted.pop("files", {})
    text = wanted.pop("manifest", None)
    bom, encoding = wanted.pop("bom", False), wanted.pop("encoding", "utf-8")
    if "mastery" in wanted:
        items = [replace(each, mastery=str(wanted["mastery"])) for each in items]
        wanted.pop("mastery")
    made: Made = {}
    for item in launched(items):
        if "://" not in item.href:
            name = unquote(wanted.get("base", "") + re.split("[?#]", item.href)[0])
            made |= sco_files(name, item.title, version, behaviour)
    names = [quote(name.removeprefix(unquote(wanted.get("base", "")))) for name in made]
    text = text if text is not None else manifest(title, items, names, encoding=encoding, **wanted)
    content_of = ("\ufeff" if bom else "") + text if isinstance(text, str) else text
    made["imsmanifest.xml"] = content_of.encode(encoding) if isinstance(content_of, str) else content_of
    return zipped(path, made | extra, **packed)
