"""One video with its captions as a unit. Captions are compulsory; a transcript is made from them when none is given.

Source: Public Sector Bodies Accessibility Regulations 2018, WCAG 2.2 1.2.1 to 1.2.3.
"""

import re
from html import escape
from pathlib import Path

import webvtt
from webvtt.errors import MalformedCaptionError, MalformedFileError

from courses.catalogue import Rule, UnitKind
from courses.packages import films, pages
from courses.packages.content import UnitContent
from courses.packages.report import Report
from courses.storage import Storage

WATCHED = 90
"Per cent of the video that a learner has to watch."
TEXT = 2 * 1024**2
"Bytes that captions or a transcript may have."
SRT_TIME = re.compile(r"(\d{1,2}:\d{2}:\d{2}),(\d{3})")
PAUSE = 2.0
"Seconds without words after which the transcript begins a new paragraph."
PARAGRAPH = 600
"Signs after which it does so at the next full stop."


def read(
    path: Path, name: str, captions: Path | None, transcript: Path | None, storage: Storage, report: Report
) -> list[UnitContent]:
    """One unit; empty with errors in the report when the captions are missing or cannot be read."""
    film = films.look(path)
    _advise(film, report)
    text = _captions(captions, report)
    words = _transcript(transcript, text, report)
    if report.has_errors or text is None:
        return []
    title = (report.title or _title(name))[:255]
    report.title = report.title or title
    ending = "webm" if film.media_type == "video/webm" else "mp4"
    stem = re.sub(r"[^A-Za-z0-9_-]+", "-", name.rsplit("/", 1)[-1].rsplit(".", 1)[0]).strip("-")[:80] or "video"
    with path.open("rb") as stream:
        sha256 = storage.put(stream)
    vtt = text.encode()
    report.facts |= {"seconds": round(film.seconds), "codecs": sorted(film.codecs)}
    unit = UnitContent("video", UnitKind.VIDEO, title, rule=Rule.WATCHED, threshold=WATCHED)
    unit.minutes = max(1, round((film.seconds or _last_second(text)) / 60))
    unit.media = {
        "video": {"sha256": sha256, "media_type": film.media_type, "name": f"{stem}.{ending}", "bytes": path.stat().st_size},
        "captions": {"sha256": storage.put(vtt), "media_type": "text/vtt", "name": f"{stem}.vtt", "bytes": len(vtt)},
        "transcript_html": words,
    }  # fmt: skip
    return [unit]


def _advise(film: films.Film, report: Report) -> None:
    if film.is_damaged:
        report.error(
            "video_damaged", "The video is damaged or cut off. Export it again as MP4 (H.264) and upload that."
        )
    elif not film.has_index:
        report.warn(
            "no_index", "The video has no index (moov), so browsers may not play it. Try it before you publish."
        )
    odd = film.codecs & films.NOT_EVERYWHERE
    if odd:
        names = ", ".join(sorted(odd))
        report.warn(
            "codec", f"The video is made with {names}, which not every browser plays. Export it as MP4 (H.264)."
        )
    if film.is_late:
        words = "The video's index is at its end, so it begins slowly. Export it for the web (“fast start”)."
        report.note("late_index", words)


def _captions(path: Path | None, report: Report) -> str | None:
    """The captions as WebVTT; None with an error when they are missing or hold nothing."""
    if path is None:
        report.error("no_captions", "A video needs captions: a WebVTT file that comes together with it.")
        return None
    text = _text(path, "captions", report)
    if text is None:
        return None
    if not text.startswith("WEBVTT") and SRT_TIME.search(text):
        text = "WEBVTT\n\n" + SRT_TIME.sub(r"\1.\2", text)
        report.note("srt", "The captions were SubRip (SRT) and were turned into WebVTT.", path.name)
    try:
        if any(cue.text.strip() for cue in webvtt.from_string(text).captions):
            return text
    except (MalformedFileError, MalformedCaptionError, ValueError, IndexError):
        pass
    report.error("captions", "The captions are not a WebVTT file with at least one line.", path.name)
    return None


def _transcript(path: Path | None, captions: str | None, report: Report) -> str:
    """The transcript as safe HTML: the author's own, else made from the captions."""
    text = _text(path, "transcript", report) if path else None
    if path is None and captions is not None:
        report.note(
            "transcript_made", "No transcript came with the video, so one was made from the captions. Read it through."
        )
        return _from_captions(captions)
    if text is None:
        return ""
    html = _from_captions(text) if text.startswith("WEBVTT") else pages.block(text)
    if pages.words_in(html) < 3:
        report.error(
            "no_transcript",
            "The transcript has no words. Give a text, Markdown or WebVTT file.",
            path.name if path else "",
        )
    return html


def _from_captions(text: str) -> str:
    paragraphs: list[str] = [""]
    before = 0.0
    try:
        cues = webvtt.from_string(text).captions
    except (MalformedFileError, MalformedCaptionError, ValueError, IndexError):
        return ""
    for cue in cues:
        words = " ".join(re.sub(r"<[^>]{0,200}>", "", cue.text).split())
        so_far = paragraphs[-1]
        is_new = cue.start_in_seconds - before > PAUSE or (len(so_far) > PARAGRAPH and so_far.endswith((".", "?", "!")))
        if is_new and so_far:
            paragraphs.append("")
        if not paragraphs[-1].endswith(words):
            paragraphs[-1] = f"{paragraphs[-1]} {words}".strip()
        before = cue.end_in_seconds
    return "".join(f"<p>{escape(each, quote=False)}</p>" for each in paragraphs if each)


def _last_second(text: str) -> float:
    return max((float(cue.end_in_seconds) for cue in webvtt.from_string(text).captions), default=0.0)


def _text(path: Path, role: str, report: Report) -> str | None:
    """A text file in UTF-8, UTF-16 or Windows-1252; None with an error when it is none."""
    if not path.is_file():
        report.error("missing_file", f"The file of the {role} is not there.", path.name)
        return None
    content = path.read_bytes() if path.stat().st_size <= TEXT else b"\0"
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = content.decode("utf-16", "replace")
    elif b"\0" in content:
        report.error(role, f"The {role} file is not text, or is bigger than 2MB.", path.name)
        return None
    else:
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = content.decode("cp1252", "replace")
    return text.replace("\r\n", "\n").replace("\r", "\n").lstrip("\ufeff")


def _title(name: str) -> str:
    words = re.sub(r"[-_]+", " ", name.rsplit("/", 1)[-1].rsplit(".", 1)[0]).strip()
    return words[:1].upper() + words[1:] or "Video"
