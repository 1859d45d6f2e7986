"""Small questions to a manifest's XML: names are compared without namespaces and case, as real manifests mix both."""

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from courses.packages.xml import local


def children(element: Element, name: str) -> Iterator[Element]:
    """The children of that name, in order."""
    return (each for each in element if local(each.tag) == name)


def child(element: Element | None, name: str) -> Element | None:
    """The first child of that name."""
    return next(children(element, name), None) if element is not None else None


def everywhere(element: Element, name: str) -> Iterator[Element]:
    """Elements of that name at any depth, in order."""
    return (each for each in element.iter() if isinstance(each.tag, str) and local(each.tag) == name)


def has(element: Element, name: str) -> bool:
    """Whether there is an element of that name at any depth; an element without children is false, so it is asked so."""
    return next(everywhere(element, name), None) is not None


def text(element: Element | None, name: str = "") -> str:
    """The element's words with single spaces, or those of its first child of that name; empty when there is none."""
    found = child(element, name) if name else element
    return " ".join("".join(found.itertext()).split()) if found is not None else ""


def attribute(element: Element | None, name: str) -> str:
    """An attribute's value, whatever its namespace; empty when it is not there."""
    if element is None:
        return ""
    return next((value.strip() for key, value in element.attrib.items() if local(key) == name), "")


def number(said: str) -> float | None:
    """The number that a text is; None when it is none."""
    try:
        value = float(said.strip().rstrip("%").replace(",", "."))
    except ValueError:
        return None
    return value if abs(value) < 1e9 else None


def is_true(said: str, default: bool) -> bool:
    """What an XML boolean says."""
    return said.lower() in ("true", "1") if said else default
