"""Which authoring tool made a package, told by the files that it always writes or by what its first page says of itself."""

import re

from courses.packages.archive import Files

BY_FILE = (
    ("Articulate Rise", r"(^|/)scormcontent/(lib/rise/|index\.html$)"),
    ("Articulate Storyline", r"(^|/)(story_html5\.html|story\.html|story_content/)"),
    ("Adobe Captivate", r"(^|/)(cpm\.js|assets/js/cpm\.js|assets/js/cpxhrloader\.js|captivate\.css)$"),
    ("iSpring", r"(^|/)(ispring[^/]*\.(js|css|html)|res/data/player\.js)$"),
    ("Lectora", r"(^|/)trivantis(-[a-z]+)?\.(js|css)$"),
    ("Xerte", r"(^|/)(xenith\.js|xttracking_[a-z0-9_.]+\.js|template\.xwd)$"),
    ("eXeLearning", r"(^|/)(contentv\d\.xml|exe_jquery\.js|exe_export\.js|libs/exe_[a-z]+/)"),
    ("Adapt", r"(^|/)adapt/js/adapt\.min\.js$"),
    ("H5P export", r"(^|/)(h5p-standalone|h5p/h5p-standalone|lumi)[^/]*(/|\.js$)|(^|/)h5p\.json$"),
    ("Camtasia", r"(^|/)(techsmith-smart-player[^/]*\.js|tscplayer[^/]*\.js)$"),
    ("dominKnow", r"(^|/)(dkiloader|dominknow)[^/]*\.js$"),
    ("Elucidat", r"(^|/)elucidat[^/]*\.(js|css)$"),
    ("Easygenerator", r"(^|/)easygenerator[^/]*\.(js|css)$"),
    ("Evolve", r"(^|/)evolve[^/]*\.min\.js$"),
    ("Gomo", r"(^|/)gomo[^/]*\.(js|css)$"),
    ("LiaScript", r"(^|/)liascript[^/]*\.(js|md)$"),
    ("Rustici SCORM driver", r"(^|/)scormdriver(/|\.js$)"),
)
"Tool and a pattern over names in small letters, the telling ones first: Rise brings the Rustici driver along."

BY_WORDS = (
    ("Articulate Rise", rb"articulate rise|rise\.articulate\.com"),
    ("Articulate Storyline", rb"articulate storyline|storyline 360|published by.{0,20}storyline"),
    ("Adobe Captivate", rb"adobe captivate"),
    ("iSpring", rb"ispring"),
    ("Lectora", rb"lectora|trivantis"),
    ("eXeLearning", rb"exelearning"),
    ("Xerte", rb"xerte"),
    ("Adapt", rb"adapt framework|adapt_framework|adaptlearning"),
    ("H5P export", rb"h5pstandalone|h5p-standalone|lumi education"),
    ("Camtasia", rb"camtasia"),
    ("Elucidat", rb"elucidat"),
    ("Easygenerator", rb"easygenerator"),
    ("Genially", rb"genially"),
    ("Moodle", rb"moodle"),
)
"Tool and a pattern over what a launch page and the manifest say, in small letters."

GENERATOR = re.compile(rb"<meta[^>]{1,300}name=[\"']generator[\"'][^>]{0,300}>", re.IGNORECASE)
READ = 64 * 1024
"Bytes of a page that are looked at."


def tool_of(files: Files, pages: list[str]) -> str | None:
    """The tool's name, with what its meta.xml says of the version; None when nothing tells. ``pages``: manifest and launch pages."""
    folded = [name.lower() for name in files.names()]
    for tool, pattern in BY_FILE:
        searched = re.compile(pattern)
        if any(searched.search(name) for name in folded):
            return _with_version(tool, files)
    for page in pages[:5]:
        head = _head(files, page).lower()
        for tool, words in BY_WORDS:
            if re.search(words, head):
                return tool
        if found := GENERATOR.search(_head(files, page)):
            named = re.search(rb"content=[\"']([^\"']{1,60})", found.group())
            return named.group(1).decode("utf-8", "replace").strip() if named else None
    return None


def _with_version(tool: str, files: Files) -> str:
    """Storyline writes its version into meta.xml beside the first page."""
    meta = next((name for name in files.names() if name.lower().rsplit("/", 1)[-1] == "meta.xml"), None)
    if meta is None or tool != "Articulate Storyline":
        return tool
    found = re.search(rb"<application[^>]{0,200}version=\"([0-9.]{1,20})\"", _head(files, meta))
    return f"{tool} {found.group(1).decode()}" if found else tool


def _head(files: Files, name: str) -> bytes:
    with files.open(name) as file:
        return file.read(READ)
