"""Pictures of a package: decoded and written anew, so that nothing but the picture itself comes through."""

import io
import warnings
from dataclasses import dataclass

from PIL import Image, ImageOps, UnidentifiedImageError

FORMATS = {
    "PNG": ("png", "image/png"),
    "JPEG": ("jpg", "image/jpeg"),
    "GIF": ("gif", "image/gif"),
    "WEBP": ("webp", "image/webp"),
}
PIXELS = 50_000_000
"A picture with more is refused: decoding it would take the memory of a small server."


@dataclass(frozen=True)
class Picture:
    """A picture as it will be served."""

    content: bytes
    ending: str
    media_type: str
    width: int
    height: int


def redrawn(content: bytes) -> Picture | None:
    """The picture without metadata and whatever else was in the file; None when it is no PNG, JPEG, GIF or WebP."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            opened = Image.open(io.BytesIO(content), formats=list(FORMATS))
            kind = opened.format or ""
            if opened.width * opened.height > PIXELS:
                return None
            drawn = ImageOps.exif_transpose(opened)
            out = io.BytesIO()
            clean = Image.new(drawn.mode, drawn.size)
            if drawn.mode == "P":
                clean.putpalette(drawn.getpalette() or [])
            clean.paste(drawn)
            more = (
                {"transparency": drawn.info["transparency"]}
                if "transparency" in drawn.info and kind in ("PNG", "GIF")
                else {}
            )
            clean.save(out, kind, **more)
    except (UnidentifiedImageError, OSError, ValueError, Warning, Image.DecompressionBombError, SyntaxError):
        return None
    ending, media_type = FORMATS[kind]
    return Picture(out.getvalue(), ending, media_type, drawn.width, drawn.height)
