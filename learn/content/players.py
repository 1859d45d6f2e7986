"""The players' own files under ``/_p/``: those of others as they were fetched, and ours, with their version in the address."""

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from whitenoise import WhiteNoise

ROOT = Path(__file__).parent
OWN = ROOT / "static"
VENDOR = ROOT / "vendor"
PREFIX = "_p/"
H5P = "h5p-standalone"
TYPES = {".mjs": "text/javascript", ".wasm": "application/wasm", ".bcmap": "application/octet-stream"}


@cache
def own_folder() -> str:
    """The folder of our own files in addresses: it changes with what is in them."""
    digest = hashlib.sha256()
    for path in sorted(OWN.iterdir()):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return f"player-{digest.hexdigest()[:12]}"


@cache
def vendor_folder(name: str) -> str:
    """The folder of a fetched player, for example ``scorm-again-3.4.3``; its bare name where none was fetched."""
    found = sorted(path.name for path in VENDOR.glob(f"{name}-*"))
    return found[-1] if found else name


def files(nothing: Any, *, plays_h5p: bool) -> WhiteNoise:
    """A WSGI application that serves them for a year, and hands on what is none of them to ``nothing``."""
    served = WhiteNoise(nothing, mimetypes=TYPES, immutable_file_test=lambda path, url: True)
    served.add_files(str(OWN), prefix=f"{PREFIX}{own_folder()}/")
    for folder in sorted(VENDOR.glob("*")):
        if plays_h5p or not folder.name.startswith(H5P):
            served.add_files(str(folder), prefix=f"{PREFIX}{folder.name}/")
    return served
