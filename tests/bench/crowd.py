"""Many learners who commit at the same time, through the real server: two processes, as a site has them."""

import threading
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from tests import databases
from tests.bench.measuring import Row
from tests.bench.site import Site
from tests.journeys.conftest import free_port
from tests.served import Asker, running, wait_for

EVERY, FOR, THREADS = 10.0, 15.0, 8
"Seconds between two commits of one learner, seconds of it all, and connections."
MOST_P99 = 100.0


def row(site: Site, plays: list[Any], counts: list[int], message: Callable[[int], bytes]) -> Row:
    """Open loop: each commit is due at its moment, and a late one is late from then on."""
    port = free_port()
    env = databases.environment(site.app.config["FRONTLINE"].folder)
    with running(env, ["web", "--port", str(port), "--workers", "2"]):
        site_itself = Asker(port, urlsplit(site.app.config["FRONTLINE"].base_url).netloc)
        wait_for(site_itself.is_served, "the site")
        site_itself.close()
        askers = [Asker(port, urlsplit(plays[0].frame_source).netloc) for _ in range(THREADS)]
        waits, statuses = _commit_for_a_while(askers, plays, counts, message)
        for each in askers:
            each.close()
    waits.sort()
    p50, p95, p99 = (waits[int(len(waits) * share)] for share in (0.5, 0.95, 0.99))
    refused = sum(status != 200 for status in statuses)
    bar = f"p99 < {MOST_P99:g} ms, none refused"
    return Row(
        f"{len(plays)} learners commit", site.database, p99, p50, p95, p99, 1.0, bar, p99 < MOST_P99 and not refused,
        note=f"p99 at the real server; {len(waits)} commits, each learner every {EVERY:g} s, {refused} refused",
    )  # fmt: skip


def _commit_for_a_while(
    askers: list[Asker], plays: list[Any], counts: list[int], message: Callable[[int], bytes]
) -> tuple[list[float], list[int]]:
    """Milliseconds from when each was due to its answer, and the answers' statuses."""
    began, waits, statuses = time.perf_counter() + 0.2, list[float](), list[int]()

    def run(asker: Asker, mine: range) -> None:
        turns = range(int(FOR / EVERY) + 1)
        due = sorted((began + EVERY * n / len(plays) + turn * EVERY, n) for n in mine for turn in turns)
        for at, n in due:
            time.sleep(max(0.0, at - time.perf_counter()))
            counts[n] += 1
            path = urlsplit(plays[n].address).path.removesuffix("player") + "commit"
            statuses.append(asker.ask("POST", path, message(counts[n]), Content_Type="text/plain")[0])
            waits.append((time.perf_counter() - at) * 1000)

    threads = [
        threading.Thread(target=run, args=(asker, range(first, len(plays), THREADS)))
        for first, asker in enumerate(askers)
    ]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return waits, statuses
