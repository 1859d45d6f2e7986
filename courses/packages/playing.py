"""What ``Unit.play`` says, by kind: written once by the readers of packages, read by whoever plays."""

from typing import NotRequired, TypedDict


class Objective(TypedDict):
    """An objective that the manifest names (SCORM 2004, CAM 5.1.7)."""

    id: str
    min_measure: NotRequired[float]


class ScormPlay(TypedDict):
    """A SCO or an asset of a SCORM package."""

    version: str
    "1.2 or 2004."
    href: str
    "The launch page as a name in the package, without query and fragment."
    query: NotRequired[str]
    "What is added to it, with its ? or #."
    identifier: str
    "The item's identifier in the manifest."
    is_asset: NotRequired[bool]
    "Whether it is a resource that never speaks: complete by view."
    mastery: NotRequired[float]
    "Per cent (1.2 masteryscore), or 0 to 1 as the manifest's minNormalizedMeasure times 100."
    prerequisites: NotRequired[str]
    "The aicc_script expression over identifiers (SCORM 1.2 CAM 2.3.2.2)."
    launch_data: NotRequired[str]
    "datafromlms / dataFromLMS."
    max_time: NotRequired[str]
    "maxtimeallowed / attemptAbsoluteDurationLimit as written."
    time_limit_action: NotRequired[str]
    completion_threshold: NotRequired[float]
    "2004 completionThreshold's minProgressMeasure, 0 to 1."
    objectives: NotRequired[list[Objective]]


class H5pPlay(TypedDict):
    """An H5P package."""

    library: str
    "Machine name and version of its main library, as in H5P.MultiChoice 1.16."
    scores: bool
    "Whether that library is known to give a score."


class WebPlay(TypedDict):
    """Pages that bring their own scripts."""

    href: str
    "The first page, a name in the package."


class PdfPlay(TypedDict):
    """A PDF."""

    href: str
    "Its name under the package."
    pages: int
