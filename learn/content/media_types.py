"""What a member of a package is served as: by our own table, never by its content and never by what the zip says."""

import codecs
import re

TYPES = {
    "htm": "text/html", "html": "text/html", "xhtml": "application/xhtml+xml", "css": "text/css",
    "js": "text/javascript", "mjs": "text/javascript", "json": "application/json", "webmanifest": "application/manifest+json",
    "map": "application/json", "txt": "text/plain", "md": "text/plain", "csv": "text/csv", "xml": "application/xml",
    "xsd": "application/xml", "dtd": "application/xml-dtd", "vtt": "text/vtt; charset=utf-8", "srt": "text/plain",
    "png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "jpe": "image/jpeg", "gif": "image/gif",
    "webp": "image/webp", "avif": "image/avif", "bmp": "image/bmp", "ico": "image/x-icon", "cur": "image/x-icon",
    "svg": "image/svg+xml", "mp3": "audio/mpeg", "m4a": "audio/mp4", "aac": "audio/aac", "ogg": "audio/ogg",
    "oga": "audio/ogg", "opus": "audio/ogg", "wav": "audio/wav", "weba": "audio/webm", "mp4": "video/mp4",
    "m4v": "video/mp4", "webm": "video/webm", "ogv": "video/ogg", "mov": "video/quicktime", "woff": "font/woff",
    "woff2": "font/woff2", "ttf": "font/ttf", "otf": "font/otf", "eot": "application/vnd.ms-fontobject",
    "pdf": "application/pdf", "wasm": "application/wasm",
}  # fmt: skip
"Everything else is a download without a type that a browser would open."

PEEKED = {"text/html", "text/plain", "text/csv"}
"Types that a browser reads in an old Windows encoding unless it is told; scripts and styles follow their page."
BYTE_ORDER_MARKS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
DECLARED = re.compile(rb"<meta[^>]{0,200}charset", re.IGNORECASE)
LOOKED_AT = 1024
"Bytes in which a browser looks for a declaration (HTML, 13.2.3.2)."


def of(name: str) -> str | None:
    """The media type of a member by its ending; None for one that is only downloaded."""
    return TYPES.get(name.rsplit(".", 1)[-1].lower()) if "." in name else None


def with_charset(media_type: str, head: bytes) -> str:
    """The type with the encoding of a text that says nothing of it itself: UTF-8 if its beginning is that."""
    if media_type not in PEEKED or head.startswith(BYTE_ORDER_MARKS):
        return media_type
    if media_type == "text/html" and DECLARED.search(head[:LOOKED_AT]):
        return media_type
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return f"{media_type}; charset=windows-1252"
    return f"{media_type}; charset=utf-8"
