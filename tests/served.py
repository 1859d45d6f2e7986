"""The product's real processes on loopback, asked without a browser, and what memory they take."""

import http.client
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FRONTLINE = str(Path(sys.executable).parent / "frontline")
MEGABYTE = 1024 * 1024


@contextmanager
def running(env: dict[str, str], *commands: list[str]) -> Iterator[list[subprocess.Popen[bytes]]]:
    """``frontline`` with each of these commands, stopped afterwards; settings of whoever runs the tests do not count."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("FRONTLINE_")} | env
    quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    processes = [subprocess.Popen([FRONTLINE, *command], env=clean, **quiet) for command in commands]
    try:
        yield processes
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(timeout=30)


def wait_for(is_so: Callable[[], Any], what: str, seconds: float = 60) -> Any:
    """Return what it gives once that is true; AssertionError after so many seconds."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        found = is_so()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError(f"{what}: not within {seconds:g} seconds")


@dataclass
class Asker:
    """A connection to a served site that keeps its cookies and nothing else."""

    port: int
    host: str
    cookies: dict[str, str] = field(default_factory=dict)
    connection: Any = None

    def ask(
        self, method: str, path: str, body: bytes | Iterable[bytes] | None = None, **headers: str
    ) -> tuple[int, bytes, Any]:
        """Status, content and headers; an underscore in a header's name stands for a hyphen."""
        if self.connection is None:
            self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=300)
        kept = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        sent = {"Host": self.host, **{name.replace("_", "-"): value for name, value in headers.items()}}
        self.connection.request(method, path, body, {**sent, **({"Cookie": kept} if kept else {})})
        answer = self.connection.getresponse()
        content = answer.read()
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = cookie.split(";")[0].partition("=")
            self.cookies[name] = value
        return answer.status, content, answer.headers

    def close(self) -> None:
        """Hang up, in the middle of whatever it is."""
        if self.connection is not None:
            self.connection.close()
            self.connection = None

    def is_served(self) -> bool:
        """Whether the site answers."""
        try:
            return self.ask("GET", "/healthz")[0] == 200
        except OSError:
            self.close()
            return False


class Memory(threading.Thread):
    """Samples the resident memory of processes and of all that they start, until it is stopped; ``most`` by process."""

    def __init__(self, roots: dict[int, str]) -> None:
        super().__init__(daemon=True)
        self.roots, self.most, self.names = roots, dict[int, float](), dict[int, str]()
        self.over = threading.Event()

    def __enter__(self) -> "Memory":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self.join()

    def run(self) -> None:
        """Look again and again."""
        while not self.over.wait(0.02):
            self.look()

    def look(self) -> None:
        """Look once at every process."""
        parents = {int(each.name): _parent(each) for each in Path("/proc").iterdir() if each.name.isdigit()}
        for pid in parents:
            above = pid
            while above and above not in self.roots:
                above = parents.get(above, 0)
            if above:
                command = _read(pid, "cmdline")  # empty for one that has ended
                if command:
                    self.names[pid] = "check" if b"uploading.child" in command else self.roots[above]
                self.most[pid] = max(self.most.get(pid, 0.0), resident(pid))

    def of(self, name: str) -> dict[int, float]:
        """The most that each process of that name had, in MB."""
        return {pid: most for pid, most in self.most.items() if self.names.get(pid) == name}


def resident(pid: int) -> float:
    """Megabytes that a process has in memory; 0 for one that is gone."""
    told = dict(line.split(b":", 1) for line in _read(pid, "status").splitlines() if b":" in line)
    return int(told.get(b"VmRSS", b"0 kB").split()[0]) / 1024


def _read(pid: int, name: str) -> bytes:
    try:
        return Path(f"/proc/{pid}/{name}").read_bytes()
    except OSError:
        return b""


def _parent(process: Path) -> int:
    found = _read(int(process.name), "stat").rpartition(b")")[2].split()
    return int(found[1]) if len(found) > 1 else 0
