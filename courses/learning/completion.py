"""The arithmetic of completion: bitmaps and percentages. Pure, no database.

Bitmaps are little-endian: bit n-1 of the number is the unit at position n. They only ever gain bits.
"""

from collections.abc import Iterable

BUCKETS = 256
"Parts that a video is divided into, whatever its length."
WATCHED_BYTES = BUCKETS // 8


def has_bit(bitmap: bytes, position: int) -> bool:
    """Whether the bit of a position (from 1) is set; positions beyond the bitmap are not."""
    index = position - 1
    return index >> 3 < len(bitmap) and bool(bitmap[index >> 3] >> (index & 7) & 1)


def set_bit(bitmap: bytes, position: int) -> bytes:
    """The bitmap with the bit of a position (from 1) set, as long as it needs to be."""
    index = position - 1
    grown = bytearray(bitmap.ljust((index >> 3) + 1, b"\0"))
    grown[index >> 3] |= 1 << (index & 7)
    return bytes(grown)


def either(*bitmaps: bytes) -> bytes:
    """The bitmap of every bit that is set in any of them, as long as the longest."""
    bits = 0
    for bitmap in bitmaps:
        bits |= int.from_bytes(bitmap, "little")
    return bits.to_bytes(max(map(len, bitmaps), default=0), "little")


def count_bits(bitmap: bytes) -> int:
    """How many bits are set."""
    return int.from_bytes(bitmap, "little").bit_count()


def covers(done: bytes, mask: bytes) -> bool:
    """Whether every bit of the mask is set in done."""
    wanted = int.from_bytes(mask, "little")
    return int.from_bytes(done, "little") & wanted == wanted


def percent(done_weight: int, total_weight: int) -> int:
    """Whole per cent, rounded down, so that 100 says that all is done; 0 of 0 is 0."""
    return 0 if total_weight <= 0 else min(100, done_weight * 100 // total_weight)


def merge_watched(watched: bytes | None, spans: Iterable[tuple[float, float]]) -> bytes:
    """The 256-bucket bitmap with the spans (fractions of the length, 0 to 1) added.

    A bucket counts when its middle was played, so that two halves next to each other count once and a jump counts nothing.
    """
    bits = int.from_bytes(watched or b"", "little")
    for start, end in spans:
        first = max(0, round(min(start, 1.0) * BUCKETS))
        last = min(BUCKETS, round(min(end, 1.0) * BUCKETS))
        if last > first:
            bits |= ((1 << (last - first)) - 1) << first
    return bits.to_bytes(WATCHED_BYTES, "little")


def watched_percent(watched: bytes | None) -> int:
    """Share of the video that was watched, in whole per cent, rounded down."""
    return count_bits(watched or b"") * 100 // BUCKETS
