"""The table of contents of a manifest: what can be launched, in order, with titles that make sense on their own."""

import re
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from courses.packages.report import Report
from courses.packages.scorm.elements import attribute, children, everywhere, text
from courses.packages.scorm.manifest import Manifest, Resource

MOST = 500
"Launchable items that one package may have."
NOTHING_SAID = re.compile(
    r"|untitled.*|sco[ _-]?\d*|item[ _-]?\d*|launch|index|start|content|course|player|default title", re.IGNORECASE
)
"Titles that tools write when nobody gave one."


@dataclass
class Item:
    """Something that can be launched."""

    identifier: str
    title: str
    resource: Resource
    element: Element | None
    "Its element in the table of contents; None for a resource that stands in none."
    groups: list[Element]
    "The items that it lies in, from the top, with the organization first."


def launchable(manifest: Manifest, report: Report) -> list[Item]:
    """Everything that can be launched, in the order of the tree; what is broken is an error that names it."""
    if manifest.organization is None:
        return _without_contents(manifest, report)
    found: list[Item] = []
    _walk(manifest, manifest.organization, [manifest.organization], found, report)
    if not found and not report.has_errors:
        return _without_contents(manifest, report)
    if len(found) > MOST:
        report.error(
            "too_many_items",
            f"The package has {len(found)} parts; {MOST} is the most that a module can have.",
            manifest.path,
        )
        return []
    _name(found, text(manifest.organization, "title"))
    return found


def inside(manifest: Manifest, items: list[Item]) -> dict[str, list[str]]:
    """For each identifier in the manifest, the launchable items in it when it is a group, else none."""
    found: dict[str, list[str]] = {attribute(each, "identifier"): [] for each in everywhere(manifest.root, "item")}
    for item in items:
        for group in item.groups[1:]:
            found[attribute(group, "identifier")].append(item.identifier)
    return found | {item.identifier: [] for item in items}


def _walk(manifest: Manifest, holder: Element, groups: list[Element], found: list[Item], report: Report) -> None:
    for element in children(holder, "item"):
        identifier, reference = attribute(element, "identifier"), attribute(element, "identifierref")
        resource = manifest.resources.get(reference)
        if reference and resource is None:
            report.error(
                "no_resource",
                f"The part “{_said(element)}” points to {reference}, which the manifest does not hold. Export the "
                "package again.",
                manifest.path,
            )
        elif resource is not None and _can_launch(resource, _said(element), manifest, report):
            found.append(Item(identifier, text(element, "title"), resource, element, groups))
        if attribute(element, "isvisible").lower() == "false" and resource is not None:
            report.note(
                "hidden",
                f"The part “{_said(element)}” is hidden in the package's own menu; here it is shown.",
                manifest.path,
            )
        _walk(manifest, element, [*groups, element], found, report)


def _said(element: Element) -> str:
    return (text(element, "title") or attribute(element, "identifier") or "without a name")[:100]


def _can_launch(resource: Resource, title: str, manifest: Manifest, report: Report) -> bool:
    place = resource.place
    if place.host:
        report.error(
            "other_site",
            f"The part “{title}” is kept on another site ({place.host}). Frontline plays only what is in the "
            "package: export it with its content inside.",
            manifest.path,
        )
    elif not place.name:
        report.error("no_launch", f"The part “{title}” has no launch page. Export the package again.", manifest.path)
    elif not place.is_there:
        report.error(
            "missing_launch",
            f"The launch page of “{title}” is not in the package: {place.name}. Export the package again and put "
            "every file in.",
            manifest.path,
        )
    return place.is_there


def _without_contents(manifest: Manifest, report: Report) -> list[Item]:
    """The resources themselves, for a package without a table of contents: its SCOs, or else its only page."""
    there = [each for each in manifest.resources.values() if each.place.is_there]
    chosen = [each for each in there if each.is_sco] or (there if len(there) == 1 else [])
    if not chosen:
        named = [each for each in manifest.resources.values() if each.place.name or each.place.host]
        for each in named[:5]:
            _can_launch(each, each.identifier, manifest, report)
        if not report.has_errors:
            report.error(
                "nothing_to_launch",
                "The manifest names nothing that can be launched. Export the package again as SCORM.",
                manifest.path,
            )
        return []
    report.warn(
        "no_contents",
        "The manifest has no table of contents; what it can launch was taken in its order.",
        manifest.path,
    )
    return [Item(each.identifier, _from_name(each.place.name), each, None, []) for each in chosen[:MOST]]


def _name(items: list[Item], course: str) -> None:
    """Titles: one part is called as the course when its own title says nothing; of several, each names its group."""
    for n, item in enumerate(items, 1):
        says_nothing = NOTHING_SAID.fullmatch(item.title) is not None
        if len(items) == 1:
            item.title = (course if says_nothing and course else item.title) or _from_name(item.resource.place.name)
            continue
        own = item.title or f"Part {n}"
        headings = [text(each, "title") for each in item.groups[1:]]
        parts = [each for each in headings if each and each != own and NOTHING_SAID.fullmatch(each) is None]
        item.title = ": ".join([*dict.fromkeys(parts), own])
    for item in items:
        item.title = item.title if len(item.title) <= 255 else f"{item.title[:254]}…"


def _from_name(name: str) -> str:
    words = re.sub(r"[-_]+", " ", name.rsplit("/", 1)[-1].rsplit(".", 1)[0]).strip()
    return words[:1].upper() + words[1:] or "Part"
