"""An imsmanifest.xml as it is: which file, which edition, its resources, and the table of contents that is played."""

from dataclasses import dataclass, field
from urllib.parse import quote
from xml.etree.ElementTree import Element

from courses.packages import detect
from courses.packages.archive import Files
from courses.packages.report import Report
from courses.packages.scorm.elements import attribute, child, children, has, text
from courses.packages.scorm.places import Place, Places
from courses.packages.xml import SIZE, parse

NAME = "imsmanifest.xml"
FORMATS = ("scorm12", "scorm2004")


@dataclass
class Resource:
    """What an item launches."""

    identifier: str
    place: Place
    is_sco: bool
    files: list[Place] = field(default_factory=list)


@dataclass
class Manifest:
    """What the rest of the reader works with."""

    path: str
    root: Element
    is_2004: bool
    schema_version: str
    resources: dict[str, Resource]
    organization: Element | None
    "The table of contents that is played; None when there is none."


def read_manifest(files: Files, report: Report) -> Manifest | None:
    """The shallowest manifest of the package; None with an error when there is none that can be read."""
    found = sorted(
        (name for name in files.names() if name.rsplit("/", 1)[-1].lower() == NAME), key=lambda name: name.count("/")
    )
    if not found:
        report.error("no_manifest", "There is no imsmanifest.xml in the package. Export it as SCORM again.")
        return None
    path = found[0]
    if len(found) > 1 and found[1].count("/") == path.count("/"):
        report.warn("several_manifests", f"There is another package inside: {found[1]} was not read.", path)
    if files.size(path) > SIZE:
        report.error("xml_too_big", f"The manifest is bigger than {SIZE // 1024**2}MB.", path)
        return None
    root = parse(files.read(path), report, path)
    if root is None:
        return None
    said = text(child(root, "metadata"), "schemaversion")
    if report.format not in FORMATS:
        report.format = detect.of_files(files).format
    folder = path.rpartition("/")[0]
    resources = _resources(root, quote(f"{folder}/") if folder else "", Places(files.names()), report)
    return Manifest(path, root, report.format == "scorm2004", said, resources, _organization(root, path, report))


def _resources(root: Element, folder: str, places: Places, report: Report) -> dict[str, Resource]:
    found: dict[str, Resource] = {}
    top = [folder, attribute(root, "base")]
    for group in children(root, "resources"):
        for each in children(group, "resource"):
            bases = [*top, attribute(group, "base"), attribute(each, "base")]
            identifier = attribute(each, "identifier")
            if identifier in found:
                report.warn("same_identifier", f"Two resources are called {identifier}; the first is used.")
                continue
            found[identifier] = Resource(
                identifier, places.find(bases, attribute(each, "href")) if attribute(each, "href") else Place(""),
                attribute(each, "scormtype").lower() == "sco",
                [places.find(bases, attribute(file, "href")) for file in children(each, "file") if attribute(file, "href")],
            )  # fmt: skip
    return found


def _organization(root: Element, path: str, report: Report) -> Element | None:
    """The default table of contents, or the first; every other is reported."""
    group = child(root, "organizations")
    found = list(children(group, "organization")) if group is not None else []
    if not found:
        return None
    default = attribute(group, "default")
    chosen = next((each for each in found if attribute(each, "identifier") == default), None)
    if chosen is None:
        chosen = next((each for each in found if has(each, "item")), found[0])
        if default:
            report.note(
                "no_default",
                f"The manifest names {default} as its table of contents, which is not in it; the first was read.",
                path,
            )
    others = [text(each, "title") or attribute(each, "identifier") for each in found if each is not chosen]
    if others:
        report.warn(
            "several_organizations",
            f"The package has {len(found)} tables of contents. “{text(chosen, 'title')}” was read; not read: {', '.join(others[:5])}.",
            path,
        )
    return chosen
