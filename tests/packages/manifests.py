"""Manifests of SCORM 1.2 and SCORM 2004 as text, for the packages that tests make."""

from html import escape
from typing import Any

NAMESPACES12 = (
    'xmlns="http://www.imsproject.org/xsd/imscp_rootv1p1p2" xmlns:adlcp="http://www.adlnet.org/xsd/adlcp_rootv1p2"'
)
NAMESPACES2004 = (
    'xmlns="http://www.imsglobal.org/xsd/imscp_v1p1" xmlns:adlcp="http://www.adlnet.org/xsd/adlcp_v1p3" '
    'xmlns:adlseq="http://www.adlnet.org/xsd/adlseq_v1p3" xmlns:adlnav="http://www.adlnet.org/xsd/adlnav_v1p3" '
    'xmlns:imsss="http://www.imsglobal.org/xsd/imsss"'
)


def manifest12(
    title: str, items: list[Any], names: list[str], *, encoding: str = "utf-8", namespaces: str = NAMESPACES12,
    default: str = ' default="org-1"', version: str = "1.2", base: str = "", scormtype: str = "adlcp:scormtype",
) -> str:  # fmt: skip
    """A SCORM 1.2 manifest; ``base`` is an xml:base on its resources, ``default`` the attribute of organizations."""
    return _manifest(
        title, "".join(_item(each, _extras12) for each in items), _resources(items, names, scormtype, base),
        encoding=encoding, namespaces=namespaces, default=default, schema="ADL SCORM", version=version,
    )  # fmt: skip


def manifest2004(
    title: str, items: list[Any], names: list[str], *, edition: int = 4, encoding: str = "utf-8", base: str = "",
    namespaces: str = NAMESPACES2004, default: str = ' default="org-1"', organization: str = "", collection: str = "",
) -> str:  # fmt: skip
    """A SCORM 2004 manifest; ``organization`` is XML after its items, ``collection`` goes into sequencingCollection."""
    inner = "".join(_item(each, lambda item: _extras2004(item, edition)) for each in items) + organization
    kept = f"<imsss:sequencingCollection>{collection}</imsss:sequencingCollection>" if collection else ""
    return _manifest(
        title, inner, _resources(items, names, "adlcp:scormType", base) + kept, encoding=encoding, namespaces=namespaces,
        default=default, schema="ADL SCORM", version=f"2004 {'3rd' if edition == 3 else '4th'} Edition",
    )  # fmt: skip


def _manifest(
    title: str, items: str, rest: str, *, encoding: str, namespaces: str, default: str, schema: str, version: str
) -> str:
    return f"""<?xml version="1.0" encoding="{encoding}"?>
<!-- A course of this project's own making. -->
<manifest identifier="frontline-course" version="1.0" {namespaces}>
<metadata><schema>{schema}</schema><schemaversion>{version}</schemaversion></metadata>
<organizations{default}><organization identifier="org-1"><title>{escape(title)}</title>{items}</organization></organizations>
{rest}</manifest>
"""


def _item(item: Any, extras: Any) -> str:
    reference = f' identifierref="res-{escape(item.identifier)}"' if item.href else ""
    more = f' parameters="{escape(item.parameters)}"' if item.parameters else ""
    inner = "".join(_item(each, extras) for each in item.children)
    return (
        f'<item identifier="{escape(item.identifier)}"{reference}{more}><title>{escape(item.title)}</title>'
        f"{inner}{extras(item)}</item>"
    )


def _element(name: str, text: str, attributes: str = "") -> str:
    return f"<{name}{attributes}>{escape(text)}</{name}>" if text else ""


def _extras12(item: Any) -> str:
    return (
        _element("adlcp:prerequisites", item.prerequisites, ' type="aicc_script"')
        + _element("adlcp:maxtimeallowed", item.max_time)
        + _element("adlcp:timelimitaction", item.time_limit_action)
        + _element("adlcp:datafromlms", item.launch_data)
        + _element("adlcp:masteryscore", item.mastery)
    )


def _extras2004(item: Any, edition: int) -> str:
    threshold = ""
    if item.threshold and edition == 3:
        threshold = f"<adlcp:completionThreshold>{item.threshold}</adlcp:completionThreshold>"
    elif item.threshold:
        threshold = f'<adlcp:completionThreshold completedByMeasure="true" minProgressMeasure="{item.threshold}"/>'
    sequencing = item.objectives
    if item.mastery:
        measure = f"<imsss:minNormalizedMeasure>{float(item.mastery) / 100}</imsss:minNormalizedMeasure>"
        sequencing += (
            '<imsss:objectives><imsss:primaryObjective objectiveID="primary" satisfiedByMeasure="true">'
            f"{measure}</imsss:primaryObjective></imsss:objectives>"
        )
    if item.max_time:
        sequencing += f'<imsss:limitConditions attemptAbsoluteDurationLimit="{item.max_time}"/>'
    wrapped = f"<imsss:sequencing>{sequencing}</imsss:sequencing>" if sequencing else ""
    return (
        _element("adlcp:timeLimitAction", item.time_limit_action)
        + _element("adlcp:dataFromLMS", item.launch_data)
        + threshold
        + wrapped
    )


def _resources(items: list[Any], names: list[str], scormtype: str, base: str) -> str:
    made = ""
    for item in _launched(items):
        kind = "" if item.is_asset else f' {scormtype}="sco"'
        files = f'<file href="{escape(item.href)}"/>' + "".join(f'<file href="{escape(name)}"/>' for name in names)
        made += f'<resource identifier="res-{escape(item.identifier)}" type="webcontent"{kind} href="{escape(item.href)}">{files}</resource>'
    where = f' xml:base="{escape(base)}"' if base else ""
    return f"<resources{where}>{made}</resources>"


def _launched(items: list[Any]) -> list[Any]:
    return [found for each in items for found in ([each] if each.href else []) + _launched(each.children)]
