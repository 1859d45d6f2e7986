"""H5P files: what they are, whether they are whole, whether they score, and the unit that comes of one."""

from courses.packages.h5p.reading import read

__all__ = ["read"]
