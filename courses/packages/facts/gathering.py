"""What an author should know of a package, read from its text files: one look at each, with a limit on bytes and on time."""

import time
from collections import Counter
from dataclasses import dataclass, field

from courses.packages.archive import Files
from courses.packages.facts import captions, links
from courses.packages.report import Report

PAGES = (".html", ".htm", ".xhtml")
STYLES = (".css",)
SCRIPTS = (".js", ".mjs", ".json")
EACH = 4 * 1024**2
"Bytes of one file that are looked at."
ALL = 96 * 1024**2
"Bytes of all files together."
SHOWN = 30
"Hosts that one sentence names."
SECONDS = 15
"A package made to be slow is looked at for no longer."


@dataclass
class Seen:
    """What was found so far."""

    known: set[str]
    "Files and folders of the package, without regard to case."
    loaded: dict[str, str] = field(default_factory=dict)
    "Hosts that pages load from, each with the first file that does."
    followed: dict[str, str] = field(default_factory=dict)
    named: dict[str, str] = field(default_factory=dict)
    times: Counter[str] = field(default_factory=Counter)
    with_track: set[str] = field(default_factory=set)


def gather(files: Files, report: Report) -> None:
    """Facts and problems of a package that is played as it is; the report's ``facts`` and problems grow.

    An H5P's pages and scripts are its libraries', which its author cannot mend: only its films are looked at.
    """
    names = files.names()
    seen = Seen({name.casefold() for name in names})
    seen.known |= {folder for name in seen.known for folder in _folders(name)}
    if report.format != "h5p":
        _look_at_all(files, seen, report)
    has_tracks = any(name.lower().endswith(captions.TRACKS) for name in names)
    if not (report.format == "h5p" and has_tracks):
        _tell_films(names, seen, report)
    _tell_hosts(seen, report)
    report.facts |= {"files": len(names), "unpacked": sum(files.size(name) for name in names)}
    report.facts["hosts"] = sorted({*report.facts.get("hosts", []), *seen.loaded})
    report.facts |= {"hosts_linked": sorted(seen.followed), "hosts_named": sorted(seen.named)}


def _look_at_all(files: Files, seen: Seen, report: Report) -> None:
    left, until = ALL, time.monotonic() + SECONDS
    for name in files.names():
        kind = name.lower()
        if not kind.endswith(PAGES + STYLES + SCRIPTS):
            continue
        if left <= 0 or time.monotonic() > until:
            report.note("not_all_seen", "The package has so much text that not all of it was looked at.", name)
            break
        with files.open(name) as stream:
            content = stream.read(EACH)
        left -= len(content)
        _look(name, content.decode("utf-8", "replace"), seen, report)


def _look(name: str, text: str, seen: Seen, report: Report) -> None:
    kind = name.lower()
    if kind.endswith(PAGES):
        found = list(links.of_page(text))
        _track(name, text, found, seen)
    else:
        found = list(links.of_style(text)) if kind.endswith(STYLES) else []
    for link in found:
        _check(link, name, seen, report)
    if kind.endswith(SCRIPTS):
        for host in links.hosts_named(text):
            seen.named.setdefault(host, name)


def _check(link: links.Link, name: str, seen: Seen, report: Report) -> None:
    host = links.host_of(link.address)
    if host:
        (seen.loaded if link.is_loaded else seen.followed).setdefault(host, name)
        seen.times[host] += 1
    elif links.is_from_root(link.address):
        words = f"An address begins with / and leads out of the package: {link.address[:200]}. Write it without the /."
        report.warn("absolute_link", words, name)
    else:
        target = links.target_of(link.address, name)
        if target and target != "." and target.rstrip("/").casefold() not in seen.known:
            words = f"A file is named that is not in the package: {target[:200]}."
            if name.lower().endswith(STYLES):
                report.note("missing_in_style", words, name)
            else:
                report.warn("missing_file", words, name)


def _folders(name: str) -> list[str]:
    parts = name.split("/")[:-1]
    return ["/".join(parts[:depth]) for depth in range(1, len(parts) + 1)]


def _track(name: str, text: str, found: list[links.Link], seen: Seen) -> None:
    if "<track" not in text.lower():
        return
    targets = (links.target_of(link.address, name) for link in found)
    seen.with_track |= {target.casefold() for target in targets if target and target.lower().endswith(captions.FILMS)}


def _tell_hosts(seen: Seen, report: Report) -> None:
    for host, name in sorted(seen.loaded.items()):
        times = seen.times[host]
        many = "once" if times == 1 else f"{times} times"
        words = f"The package loads from {host} ({many}), which is stopped when it is played: put those files into the package."
        report.warn("outside_host", words, name)
    followed = {host: name for host, name in seen.followed.items() if host not in seen.loaded}
    if followed:
        words = "Links lead to other sites, which open in a new tab at most"
        report.note("outside_link", f"{words}: {_listed(followed)}.", next(iter(followed.values())))
    others = {host: name for host, name in seen.named.items() if host not in seen.loaded | seen.followed}
    if others:
        words = "Scripts name other sites. What they would load from there is stopped"
        report.note("named_host", f"{words}: {_listed(others)}.", next(iter(others.values())))


def _listed(hosts: dict[str, str]) -> str:
    more = f" and {len(hosts) - SHOWN} more" if len(hosts) > SHOWN else ""
    return ", ".join(sorted(hosts)[:SHOWN]) + more


def _tell_films(names: list[str], seen: Seen, report: Report) -> None:
    for name in captions.without(names, seen.with_track):
        words = (
            "No captions were found for this video, neither a WebVTT file of the same name nor a <track> in its page."
        )
        report.warn("no_captions", words, name)
