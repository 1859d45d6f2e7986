"""Whatever bytes an upload has, reading it ends: with a module or with words, never with a crash or anything left behind."""

import io
import tempfile
import zipfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from courses.packages import reading, xml
from courses.packages.report import Report
from courses.storage import Storage
from tests.packages import hostile

BOUNDED = settings(
    max_examples=120, derandomize=True, deadline=5_000, database=None, suppress_health_check=list(HealthCheck)
)
OLD = "http://www.adlnet.org/xsd/adlcp_rootv1p2"
SEEDS = [
    {"a.md": "# A\n\nText.", "b/c.html": "<p>x</p>"},
    {
        "imsmanifest.xml": f'<manifest xmlns:adlcp="{OLD}"><organizations><organization><item identifier="i" identifierref="r">'
        '<title>T</title></item></organization></organizations><resources><resource identifier="r" adlcp:scormtype="sco" '
        'href="a.html"><file href="a.html"/></resource></resources></manifest>',
        "a.html": "<script>LMSSetValue('cmi.core.lesson_status','passed')</script>",
    },
    {"h5p.json": '{"mainLibrary": "H5P.X", "title": "T", "preloadedDependencies": []}', "content/content.json": "{}"},
    {"index.html": "<title>A</title><script src=a.js></script>", "a.js": "1"},
]


def zipped(files):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in files.items():
            file.writestr(name, content)
    return stream.getvalue()


ZIPS = [zipped(files) for files in SEEDS]


def ends_well(content):
    """Read bytes as an upload; the report and the content agree, and a refused file leaves nothing."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.zip"
        path.write_bytes(content)
        storage = Storage(Path(folder) / "storage")
        report, read = reading.read(path, storage)
        assert (read is None) == report.has_errors
        if read is None:
            assert storage.names() == []
        assert all(problem.message for problem in report.problems)
        return report


@BOUNDED
@given(st.sampled_from(ZIPS), st.lists(st.tuples(st.integers(0, 5_000), st.integers(0, 255)), min_size=1, max_size=8))
def test_a_zip_with_any_bytes_changed(content, changes):
    changed = bytearray(content)
    for place, value in changes:
        changed[place % len(changed)] = value
    ends_well(bytes(changed))


@BOUNDED
@given(st.sampled_from(ZIPS), st.integers(0, 5_000), st.integers(0, 5_000), st.binary(max_size=40))
def test_a_zip_with_a_part_cut_out_or_put_in(content, start, length, put_in):
    start %= len(content)
    ends_well(content[:start] + put_in + content[start + length % 200 :])


NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20) | st.sampled_from(
    [
        "imsmanifest.xml",
        "../a",
        "a//b",
        "C:\\a",
        "h5p.json",
        "a.md",
        "a/b.html",
        "module.toml",
        ".",
        "..",
        "a/",
        "\\",
        "__MACOSX/a",
    ]
)


@BOUNDED
@given(st.lists(NAMES, min_size=1, max_size=5))
def test_a_zip_of_any_names(names):
    with tempfile.TemporaryDirectory() as folder:
        ends_well(hostile.with_names(Path(folder) / "made.zip", *names).read_bytes())


TEXTS = st.text(max_size=300) | st.lists(
    st.sampled_from(["<manifest", ">", "</manifest>", "<a>", "<!--", "-->", "&x;", "<![CDATA[", " xmlns='u'", "<!DOCTYPE a [", "{", "}", "\0"]),
    max_size=30,
).map("".join)  # fmt: skip


@BOUNDED
@given(
    st.sampled_from(["imsmanifest.xml", "h5p.json", "a.md", "index.html", "module.toml"]),
    TEXTS | st.binary(max_size=300),
)
def test_a_package_of_any_text(name, text):
    ends_well(
        zipped({name: text if isinstance(text, bytes) else text.encode("utf-8", "replace"), "other.html": "<p>x</p>"})
    )


HEADS = [
    b"", b"%PDF-1.7\n", b"\0\0\0\x18ftypisom", b"\x1a\x45\xdf\xa3webm", b"<quiz>", b"::Q:: x {=", b"ANSWER: A\n", b"PK\3\4",
    b"PK\5\6", b"\xff\xfe",
]  # fmt: skip


@BOUNDED
@given(st.sampled_from(HEADS), st.binary(max_size=400))
def test_a_single_file_of_any_bytes(head, content):
    ends_well(head + content)


@BOUNDED
@given(st.binary(max_size=400) | TEXTS.map(lambda text: text.encode("utf-8", "replace")))
def test_any_bytes_as_xml(content):
    report = Report()
    assert (xml.parse(content, report, "a.xml") is None) == report.has_errors
