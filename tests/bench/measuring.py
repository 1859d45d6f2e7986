"""How the benchmark measures: application CPU around the WSGI call, and a floor of the same run."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

ROUNDS = 5
"Rounds of which the median is quoted."


@dataclass(frozen=True)
class Row:
    """One line of the table. ``cpu`` and ``floor`` in the same unit (ms a request, or events a second); ``bar`` in words."""

    name: str
    database: str
    cpu: float
    p50: float
    p95: float
    floor: float
    ratio: float
    bar: str
    is_met: bool
    unit: str = "ms"
    note: str = ""


@dataclass(frozen=True)
class Timing:
    """CPU and wall milliseconds of one call."""

    cpu: float
    p50: float
    p95: float


def timed(call: Callable[[], Any], count: int = 500, warm_up: int = 50) -> Timing:
    """Median over rounds of CPU ms a call; p50 and p95 of wall ms over all calls."""
    for _ in range(warm_up):
        call()
    cpu, wall = [], []
    for _ in range(ROUNDS):
        began = time.process_time()
        for _ in range(count):
            before = time.perf_counter()
            call()
            wall.append((time.perf_counter() - before) * 1000)
        cpu.append((time.process_time() - began) * 1000 / count)
    wall.sort()
    return Timing(statistics.median(cpu), wall[len(wall) // 2], wall[int(len(wall) * 0.95)])


def by_turns(*ways: Callable[[], Callable[[], Any]], count: int = 2_000, warm_up: int = 50) -> list[Timing]:
    """Each way in its turn, so that all meet the machine in the same mood; what a way makes ready first is not counted."""
    cpu: list[list[float]] = [[] for _ in ways]
    wall: list[list[float]] = [[] for _ in ways]
    for n in range(-warm_up, count):
        for number, way in enumerate(ways):
            call = way()
            began, before = time.process_time_ns(), time.perf_counter_ns()
            call()
            spent, waited = time.process_time_ns() - began, time.perf_counter_ns() - before
            if n >= 0:
                cpu[number].append(spent / 1e6)
                wall[number].append(waited / 1e6)
    return [
        Timing(statistics.median(each), statistics.median(waits), sorted(waits)[int(count * 0.95)])
        for each, waits in zip(cpu, wall, strict=True)
    ]


def table(rows: list[Row]) -> str:
    """The table as text."""
    head = f"{'name':<26} {'database':<11} {'measured':>12} {'p50 ms':>8} {'p95 ms':>8} {'floor':>10} {'ratio':>7}  {'bar':<36} result"
    lines = [head, "-" * len(head)]
    for row in rows:
        p50, p95 = (f"{row.p50:.2f}", f"{row.p95:.2f}") if row.p50 else ("-", "-")
        measured = f"{row.cpu:.3f} {row.unit}" if row.unit == "ms" else f"{row.cpu:.0f} {row.unit}"
        floor = f"{row.floor:.3f}" if row.unit == "ms" else f"{row.floor:.0f}"
        result = "pass" if row.is_met else "MISSED"
        figures = f"{measured:>12} {p50:>8} {p95:>8} {floor:>10} {row.ratio:>7.2f}"
        lines.append(f"{row.name:<26} {row.database:<11} {figures}  {row.bar:<36} {result} {row.note}".rstrip())
    return "\n".join(lines)
