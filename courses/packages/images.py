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


def fitted(picture: Picture, longest: int) -> Picture:
    """The picture, made smaller where one of its sides has more pixels than ``longest``."""
    if max(picture.width, picture.height) <= longest:
        return picture
    kind = next(kind for kind, (_, media_type) in FORMATS.items() if media_type == picture.media_type)
    opened = Image.open(io.BytesIO(picture.content), formats=[kind])
    has_palette = opened.mode in ("P", "1")
    drawn = opened.convert("RGBA" if "transparency" in opened.info else "RGB") if has_palette else opened
    drawn.thumbnail((longest, longest))
    out = io.BytesIO()
    (drawn.convert("P") if kind == "GIF" and drawn.mode == "RGB" else drawn).save(out, kind)
    return Picture(out.getvalue(), picture.ending, picture.media_type, drawn.width, drawn.height)
