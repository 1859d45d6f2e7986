"""The process that reads what somebody brought: what a bomb eats is its own, and it knows no database, no key and no person.

Run as ``python -m learn.authoring.uploading.child``: a job as JSON on standard input, the answer on standard output.
"""

import json
import os
import resource
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

TOO_MUCH_MEMORY = 12
"Exit status, beside 0 for an answer; anything else is a fault of ours."


def confine(memory: int, seconds: int) -> None:
    """Let this process have so many bytes of addresses and seconds of processor, and never more."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def answer(job: dict[str, Any]) -> bytes:
    """Read the file and pack what it holds."""
    from courses.packages import reading
    from courses.storage import open_storage
    from learn.authoring.uploading import handed

    captions, transcript = (Path(job[role]) if job.get(role) else None for role in ("captions", "transcript"))
    report, content = reading.read(
        Path(job["path"]), open_storage(job["storage"]), name=job["name"], slug=job.get("slug"), theme=job.get("theme"),
        captions=captions, transcript=transcript, plays_h5p=job["plays_h5p"],
    )  # fmt: skip
    # Our names of the files mean nothing to their author.
    names = {Path(job[role]).name: job[f"{role}_name"] for role in ("captions", "transcript") if job.get(role)}
    report.problems = [replace(each, path=names.get(each.path, each.path)) for each in report.problems]
    return handed.packed(report, content)


def main() -> int:
    """Confine first, then look at the file."""
    out = os.dup(1)
    os.dup2(2, 1)  # whatever a library prints is no part of the answer
    job = json.load(sys.stdin)
    confine(job["memory"], job["seconds"])
    try:
        told = answer(job)
    except MemoryError:
        return TOO_MUCH_MEMORY
    with os.fdopen(out, "wb") as file:
        file.write(told)
    return 0


if __name__ == "__main__":
    sys.exit(main())
