"""Big files through the real server by both roads: whole at the other end, in little memory, and no trace of what was cut."""

import hashlib
import json
import os
import random
import re
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from courses.db import now
from courses.storage import open_storage
from learn.accounts.models import Role
from learn.authoring.models import Upload
from learn.authoring.uploading import receiving, sweeping
from learn.outbox.models import OutboxItem
from tests.journeys.conftest import free_port
from tests.modules import make_theme
from tests.packages.web import COUNT, page
from tests.people import make_user, sign_in
from tests.served import MEGABYTE, Asker, Memory, running, wait_for

pytestmark = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read from /proc")
SIZES = {False: 80, True: 500}
"Megabytes of the file; more than may be grown by, so that a file in memory shows."
WORKERS = {False: 1, True: 2}
MOST_GROWN = 60.0
"Megabytes."
BOUNDARY = "a-line-that-is-in-no-file"


def big(path: Path, megabytes: int) -> tuple[Path, str]:
    """A package of a web page, its script and a film that cannot be packed; and its SHA-256."""
    chance = random.Random(path.name)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as file:
        file.writestr("index.html", page(path.stem, "<p>A film.</p>", "count.js"))
        file.writestr("count.js", COUNT)
        for n in range(0, megabytes, 100):
            with file.open(f"film-{n}.bin", "w") as entry:
                for _ in range(min(100, megabytes - n)):
                    entry.write(chance.randbytes(MEGABYTE))
    with path.open("rb") as file:
        return path, hashlib.file_digest(file, "sha256").hexdigest()


class Author(Asker):
    """An author at a script's or a plain form's end."""

    def token(self) -> str:
        status, content, _ = self.ask("GET", "/authoring/upload")
        assert status == 200
        return re.search(rb'name="csrf_token" value="([^"]+)"', content)[1].decode()

    def by_slices(self, path: Path, share: float = 1.0) -> int:
        """Send it as the page's script does, up to a share of it, and have it checked if that is all; its number."""
        token, size = self.token(), path.stat().st_size
        told = json.dumps({"name": path.name, "size": size}).encode()
        kind = "application/json"
        _, content, _ = self.ask("POST", "/authoring/uploads", told, X_CSRFToken=token, Content_Type=kind)
        begun = json.loads(content)
        with path.open("rb") as file:
            while file.tell() < size * share:
                at = f"{begun['content']}?offset={file.tell()}"
                piece = file.read(begun["slice"])
                status, content, _ = self.ask(
                    "POST", at, piece, X_CSRFToken=token, Content_Type="application/octet-stream"
                )
                assert status == 200, content
        if share == 1.0:
            form = f"csrf_token={token}&number={begun['number']}".encode()
            kind = "application/x-www-form-urlencoded"
            assert self.ask("POST", "/authoring/uploads/check", form, Content_Type=kind)[0] == 303
        return int(begun["number"])

    def by_form(self, path: Path, share: float = 1.0) -> int:
        """Send it as a form without a script does; hang up after a share of it."""
        head = (
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{self.token()}\r\n--{BOUNDARY}\r\n'
            f'Content-Disposition: form-data; name="files"; filename="{path.name}"\r\nContent-Type: application/zip\r\n\r\n'
        ).encode()
        tail, size = f"\r\n--{BOUNDARY}--\r\n".encode(), path.stat().st_size

        def pieces():
            yield head
            with path.open("rb") as file:
                while file.tell() < size * share:
                    yield file.read(64 * 1024)
            if share < 1.0:
                raise ConnectionAbortedError
            yield tail

        kind, length = f"multipart/form-data; boundary={BOUNDARY}", str(len(head) + size + len(tail))
        _, _, headers = self.ask("POST", "/authoring/upload", pieces(), Content_Type=kind, Content_Length=length)
        return int(headers["Location"].rpartition("/")[2])

    def is_checked(self, number: int) -> bool:
        return bool(json.loads(self.ask("GET", f"/authoring/uploads/{number}.json")[1])["is_over"])


@pytest.fixture
def is_long(request):
    return bool(request.config.getoption("--soak"))


@pytest.fixture
def served(app, environment, session, client, is_long):
    """An author at a running site, with the processes that may not grow."""
    make_theme(session)
    user = make_user(session, "Ola Author", roles=(Role.AUTHOR,))
    session.commit()
    sign_in(client, user.id)
    port = free_port()
    name = app.config["SESSION_COOKIE_NAME"]
    cookie = client.http.get_cookie(name, domain="frontline.localhost")
    author = Author(port, "frontline.localhost:5000", {name: cookie.value})
    web = ["web", "--port", str(port), "--workers", str(WORKERS[is_long])]
    with running(environment, web, ["worker"]) as (site, worker):
        wait_for(author.is_served, "the site")
        yield author, {site.pid: "web", worker.pid: "worker"}
        author.close()


def finish(author, number):
    wait_for(lambda: author.is_checked(number), "the check", 180)
    wait_for(lambda: not list(receiving.folder().iterdir()), "an empty folder")


@pytest.mark.timeout(900)
def test_a_big_file_comes_whole_by_both_roads_and_no_process_grows(served, app, tmp_path, is_long, capsys):
    author, roots = served
    roads = {"slices": author.by_slices, "form": author.by_form}
    storage = open_storage(app.config["FRONTLINE"].storage)
    with Memory(roots) as before:
        for turn in range(3):  # each process and thread has then done all of it once
            for road, send in roads.items():
                path, _ = big(tmp_path / f"small-{road}-{turn}.zip", 1)
                finish(author, send(path))
                author.close()
    for road, send in roads.items():
        path, sha256 = big(tmp_path / f"big-{road}.zip", SIZES[is_long])
        with Memory(roots) as during:
            finish(author, send(path))
        author.close()
        path.unlink()
        assert storage.size(sha256) > SIZES[is_long] * MEGABYTE
        grown = {
            f"{name} {n}": during.of(name)[pid] - (before.of(name).get(pid) or min(before.of(name).values()))
            for name in ("web", "worker", "check") for n, pid in enumerate(sorted(during.of(name)))
        }  # fmt: skip
        with capsys.disabled():
            said = ", ".join(f"{name} {more:+.0f}" for name, more in grown.items())
            print(f"\n{SIZES[is_long]} MB by {road}: {said} MB")
        assert any(name.startswith("check") for name in grown)
        assert max(grown.values()) < MOST_GROWN


@pytest.mark.timeout(300)
def test_an_upload_that_is_cut_in_the_middle_leaves_no_trace_after_its_hour(served, session, tmp_path):
    author, _ = served
    path, _ = big(tmp_path / "cut.zip", 20)
    author.by_slices(path, 0.5)
    author.close()
    with pytest.raises(ConnectionAbortedError):
        author.by_form(path, 0.5)
    author.close()
    assert [each.stat().st_size for each in receiving.folder().iterdir()]
    at = now() - receiving.LIVES - timedelta(minutes=1)
    due = select(func.count()).where(OutboxItem.kind == sweeping.KIND)
    wait_for(lambda: session.scalar(due) or session.rollback(), "a sweep that is due")

    def is_clear():
        """The hour is over for what is there; the worker sweeps."""
        for each in receiving.folder().iterdir():
            os.utime(each, (at.timestamp(), at.timestamp()))
        session.execute(update(Upload).values(changed_at=at))
        session.execute(update(OutboxItem).where(OutboxItem.kind == sweeping.KIND).values(not_before=at))
        session.commit()
        return not list(receiving.folder().iterdir()) and not session.scalar(select(func.count()).select_from(Upload))

    wait_for(is_clear, "no trace", 30)
