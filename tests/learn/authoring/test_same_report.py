"""The report of a file is the same on the author's page, from the command line in words, and there as JSON."""

import json

import pytest
from sqlalchemy import select, update

from courses.catalogue import Module, Origin
from courses.packages.report import Report, facts_in_words
from learn.authoring.models import Upload
from learn.authoring.showing import KINDS, format_of
from learn.authoring.uploading import child, handed
from learn.authoring.uploading.checking import Checking
from tests.learn.authoring.conftest import bring
from tests.packages import banks, h5p, hostile, media, scorm

KEYS = {"accepted", "format", "slug", "title", "version", "units", "questions", "problems", "facts"}
"What the JSON says, and nothing else: ``facts`` is what the words say beside the problems."
PROBLEM = {"level", "code", "message", "path"}
LEVELS = ("error", "warning", "note")


def text(content):
    def write(path):
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


def files(**content):
    return lambda path: hostile.made(path, content)


ACCEPTED = {
    "SCORM 1.2 that never says it is complete": (lambda path: scorm.scorm12(path, never_status=True), "scorm12"),
    "SCORM 1.2 with links that lead elsewhere": (lambda path: scorm.scorm12(path, absolute_links=True), "scorm12"),
    "SCORM 1.2 of two parts": (scorm.two_scos, "scorm12"),
    "SCORM 2004": (scorm.scorm2004, "scorm2004"),
    "H5P": (h5p.question, "h5p"),
    "web pages that lack a file": (
        files(**{"index.html": "<title>A</title><script></script><img src='gone.png' alt='Gone'>"}), "web",
    ),
    "Markdown": (files(**{"a.md": "# A\n\nText.", "b.md": "# B\n\nText."}), "markdown"),
    "PDF": (media.pdf, "pdf"),
    "GIFT with a broken question": (text("::First:: What comes first? {=The person ~The form}\n\n::Odd:: What? {=\n"), "gift"),
    "Aiken": (text("What?\nA. One\nB. Two\nANSWER: B\n"), "aiken"),
    "Moodle XML with a kind that is not here": (
        text(banks.moodle(
            banks.question("truefalse", "One", "Is it?", banks.answer("true", 100) + banks.answer("false")),
            banks.question("calculated", "Two", "How much?"),
        )), "moodle_xml",
    ),
}  # fmt: skip
REFUSED = {
    "cmi5": (files(**{"cmi5.xml": "<courseStructure/>", "index.html": "x"}), "cmi5"),
    "EPUB": (files(**{"mimetype": "application/epub+zip", "a.xhtml": "x"}), "epub"),
    "QTI": (text("<questestinterop/>"), "qti"),
    "a video without captions": (media.webm, "video"),
    "SCORM without its launch page": (
        files(**{"imsmanifest.xml": scorm.manifest12("A", [scorm.Item("i", "A", "gone.html")], [])}), "scorm12",
    ),
    "a locked zip": (hostile.locked, "unknown"),
    "two broken pages": (files(**{"a.md": '+++\nkind = "quiz"\n+++\nNothing.\n', "b.md": "+++\nnot toml\n+++\n"}), "markdown"),
    "a letter": (text("Dear colleagues,\n"), "unknown"),
}  # fmt: skip


@pytest.fixture(autouse=True)
def read_here(monkeypatch):
    """Reads in this process, packed and unpacked as ever: that a child does the same is test_checking's, and takes seconds."""
    monkeypatch.setattr(
        Checking, "_read", lambda self, asked: handed.unpacked(child.answer({**asked, "storage": self.storage}))
    )


@pytest.fixture
def command(app, session):
    """``frontline module upload``: what it prints, after which nothing of it is left."""
    runner = app.test_cli_runner()

    def call(path, *more, code):
        result = runner.invoke(args=["module", "upload", str(path), *more])
        assert result.exit_code == code, result.output
        session.rollback()
        return result.output

    return call


def forget(session):
    """As if nothing had been uploaded yet: what meets a module of its own name is its next version."""
    for module in session.scalars(select(Module)):
        module.slug = f"before-{module.id}"
    session.commit()


def on_the_page(page):
    """Problems of an author's page as (level, sentence, file), in the order of the page."""
    return [
        (level, item.text.removesuffix(place.text).strip() if place else item.text.strip(), place.text if place else "")
        for level in LEVELS
        for item in page.select(f".problems.is-{level} li")
        for place in [item.select_one(".mono")]
    ]


def in_words(problem):
    level, message, path = problem
    return f"{level}: {message}" + (f" ({path})" if path else "")


def facts_on_the_page(page):
    names = [" ".join(each.text.split()) for each in page.select(".facts-list dt")]
    return dict(zip(names, [" ".join(each.text.split()) for each in page.select(".facts-list dd")], strict=True))


@pytest.mark.parametrize("name", [*ACCEPTED, *REFUSED])
def test_the_command_and_the_page_say_the_same(author, command, check, session, tmp_path, name):
    make, format = {**ACCEPTED, **REFUSED}[name]
    path, code = make(tmp_path / "upload.bin"), int(name in REFUSED)
    seen = author_page(author, check, path)
    kept = session.scalar(select(Upload.report))
    forget(session)
    told = json.loads(command(path, "--json", code=code))
    forget(session)
    said = command(path, code=code).splitlines()

    assert set(told) == KEYS
    assert all(set(problem) == PROBLEM for problem in told["problems"])
    assert all(set(unit) == {"title", "kind"} for unit in told["units"])
    assert (told["accepted"], told["format"]) == (name in ACCEPTED, format)
    assert told == kept

    problems = on_the_page(seen)
    assert sorted(problems) == sorted((each["level"], each["message"], each["path"]) for each in told["problems"])
    assert [line for line in said if line.split(": ")[0] in LEVELS] == [in_words(each) for each in problems]
    assert problems or name in ACCEPTED

    units = [(unit["title"], KINDS[unit["kind"]]) for unit in told["units"]]
    assert [(item.span.text, item.small.text) for item in seen.select(".in-it li")] == [
        (f"{n}. {title}", kind) for n, (title, kind) in enumerate(units, 1)
    ]
    facts = facts_on_the_page(seen)
    assert facts["Kind of file"] == format_of(format)
    sentences = facts_in_words(Report(facts=told["facts"]))
    assert [line for line in said if line in sentences] == sentences
    for sentence in sentences:
        label, _, value = sentence.removesuffix(".").partition(": ")
        assert facts["Format, as it says" if label == "Format" else label] == value


def author_page(author, check, path):
    """The page of a file that was uploaded and checked."""
    place = bring(author, path.name, path.read_bytes())
    check()
    return author.get(place)


def test_both_say_that_a_file_became_the_next_version_of_what_was_there(author, command, check, session, tmp_path):
    first, second = (tmp_path / f"{name}.zip" for name in ("first", "second"))
    for path, words in ((first, "One."), (second, "Two.")):
        files(**{"a.md": f"# A\n\n{words}\n", "module.toml": 'title = "Consent"\n'})(path)
    author_page(author, check, first)
    author_page(author, check, second)
    kept = session.scalars(select(Upload.report).order_by(Upload.id)).all()[1]
    told = json.loads(command(first, "--json", code=0))
    assert [report["problems"][-1]["code"] for report in (kept, told)] == ["next_version", "next_version"]


def test_both_refuse_to_change_a_module_of_the_starter_content(author, command, check, session, tmp_path):
    path = files(**{"a.md": "# A\n\nOne.\n", "module.toml": 'title = "Consent"\n'})(tmp_path / "a.zip")
    command(path, code=0)
    session.execute(update(Module).values(origin=Origin.STARTER))
    session.commit()
    author_page(author, check, path)
    kept = session.scalar(select(Upload.report))
    told = json.loads(command(path, "--json", code=1))
    assert [report["problems"][-1]["code"] for report in (kept, told)] == ["starter", "starter"]
