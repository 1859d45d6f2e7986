"""SCORM 1.2 and SCORM 2004 packages: from a manifest to units, with everything that is wrong said at once."""

from courses.packages.scorm.reading import read

__all__ = ["read"]
