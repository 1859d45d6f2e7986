"""What a file is, told by its content: its name may say anything."""

import io
import struct
import tarfile
import zipfile

import pytest

from courses.packages import detect
from courses.storage import Storage
from tests.modules import Memory
from tests.packages import hostile
from tests.packages import media as made

OLD = "http://www.adlnet.org/xsd/adlcp_rootv1p2"
NEW = "http://www.adlnet.org/xsd/adlcp_v1p3"


def manifest(spaces="", schema="", version="", inside=""):
    about = f"<metadata><schema>{schema}</schema><schemaversion>{version}</schemaversion></metadata>"
    return f"<manifest {spaces}>{about}{inside}</manifest>"


MANIFESTS = {
    "the old namespace": (manifest(f'xmlns:adlcp="{OLD}"'), "scorm12"),
    "the new namespace": (manifest(f'xmlns:adlcp="{NEW}"'), "scorm2004"),
    "the new namespace beats an old version": (manifest(f'xmlns:adlcp="{NEW}"', "ADL SCORM", "1.2"), "scorm2004"),
    "the old namespace beats a new version": (manifest(f'xmlns:adlcp="{OLD}"', "ADL SCORM", "2004 3rd Edition"), "scorm12"),
    "another prefix": (manifest(f'xmlns:x="{NEW}"'), "scorm2004"),
    "a namespace that is declared deep inside": (
        manifest(inside=f'<resources><resource xmlns:a="{NEW}" a:scormType="sco"/></resources>'), "scorm2004",
    ),
    "both namespaces and an old version": (manifest(f'xmlns:a="{OLD}" xmlns:b="{NEW}"', "ADL SCORM", "1.2"), "scorm12"),
    "both namespaces and a new version": (
        manifest(f'xmlns:a="{OLD}" xmlns:b="{NEW}"', "ADL SCORM", "2004 4th Edition"), "scorm2004",
    ),
    "the version alone, 1.2": (manifest("", "ADL SCORM", "1.2"), "scorm12"),
    "the version alone, CAM 1.3": (manifest("", "ADL SCORM", "CAM 1.3"), "scorm2004"),
    "the version alone, 2004": (manifest("", "ADL SCORM", "2004 3rd Edition"), "scorm2004"),
    "nothing at all": ("<manifest/>", "scorm12"),
    "a comment that names the other": (f"<!-- xmlns:adlcp='{NEW}' 2004 --><manifest xmlns:a='{OLD}'/>", "scorm12"),
    "a byte-order mark and a comment": (f"\ufeff<!-- made by a tool --><manifest xmlns:a='{NEW}'/>", "scorm2004"),
    "space before the declaration": (f"\n <?xml version='1.0'?><manifest xmlns:a='{NEW}'/>", "scorm2004"),
    "UTF-16": (f"<?xml version='1.0' encoding='utf-16'?><manifest xmlns:a='{NEW}'/>".encode("utf-16"), "scorm2004"),
    "Windows-1252 under another name": (
        b"<?xml version='1.0' encoding='utf-8'?><manifest xmlns:a='" + NEW.encode() + b"'>\x93caf\xe9\x94</manifest>", "scorm2004",
    ),
    "a cartridge": (manifest('xmlns="http://www.imsglobal.org/xsd/imsccv1p1/imscp_v1p1"'), "common_cartridge"),
    "a thin cartridge by its schema": (manifest("", "IMS Thin Common Cartridge", "1.2.0"), "common_cartridge"),
    "questions": (manifest('xmlns:q="http://www.imsglobal.org/xsd/imsqti_v2p1"'), "qti"),
    "questions by their type": (
        manifest(inside='<resources><resource type="imsqti_item_xmlv2p1"/></resources>'), "qti",
    ),
    "a manifest that is broken": (f"<manifest xmlns:a='{NEW}'><organizations>", "scorm2004"),
}  # fmt: skip


@pytest.mark.parametrize("name", MANIFESTS)
def test_a_manifest_is_told_by_its_namespaces_and_then_by_its_version(name):
    content, expected = MANIFESTS[name]
    assert detect.of_files(Memory({"imsmanifest.xml": content, "index.html": "x"})).format == expected


SCORM = manifest(f'xmlns:adlcp="{OLD}"')
PACKAGES = {
    "in a folder beside a stray file": ({"course/IMSManifest.XML": SCORM, "read me.txt": "x"}, "scorm12", ""),
    "the shallower manifest wins": ({"imsmanifest.xml": SCORM, "a/imsmanifest.xml": "<x"}, "scorm12", ""),
    "a package of pages in a SCORM package": ({"imsmanifest.xml": SCORM, "a/h5p.json": '{"mainLibrary": "H5P.X"}'}, "scorm12", ""),
    "Tin Can and SCORM at once": ({"tincan.xml": "<tincan/>", "imsmanifest.xml": SCORM}, "scorm12", ""),
    "cmi5": ({"cmi5.xml": "<courseStructure/>", "index.html": "x"}, "cmi5", "SCORM"),
    "Tin Can": ({"tincan.xml": "<tincan/>", "index.html": "x"}, "tincan", "SCORM"),
    "H5P": ({"h5p.json": '{"mainLibrary": "H5P.X"}', "content/content.json": "{}"}, "h5p", ""),
    "H5P with a byte-order mark": ({"h5p.json": '\ufeff{"mainLibrary": "H5P.X"}'}, "h5p", ""),
    "a broken H5P": ({"h5p.json": "{", "content/content.json": "{}"}, "h5p", ""),
    "an h5p.json that is something else": ({"h5p.json": "[1]", "index.html": "x"}, "web", ""),
    "EPUB": ({"mimetype": "application/epub+zip", "a.xhtml": "x"}, "epub", "PDF"),
    "EPUB without its mimetype": ({"META-INF/container.xml": "<container/>", "a.xhtml": "x"}, "epub", "PDF"),
    "Word": ({"[Content_Types].xml": "x", "word/document.xml": "x"}, "unknown", "Word"),
    "PowerPoint": ({"[Content_Types].xml": "x", "ppt/presentation.xml": "x"}, "unknown", "PowerPoint"),
    "Excel": ({"[Content_Types].xml": "x", "xl/workbook.xml": "x"}, "unknown", "Excel"),
    "OpenDocument": ({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "x"}, "unknown", "OpenDocument"),
    "a Moodle backup": ({"moodle_backup.xml": "x", "files.xml": "x"}, "unknown", "Moodle"),
    "AICC": ({"a.crs": "x", "a.au": "x", "a.des": "x", "a.cst": "x", "index.html": "x"}, "unknown", "AICC"),
    "a zip in a zip": ({"a.zip": "x", "b.zip": "x"}, "unknown", "by itself"),
    "one file in a zip": ({"course.pdf": "x"}, "unknown", "course.pdf"),
    "a video without a page": ({"a.mp4": "x", "a.vtt": "x"}, "unknown", "captions"),
    "a project of a tool": ({"story/story.xml": "x", "media/a.png": "x"}, "unknown", "Publish"),
    "PDFs": ({"a.pdf": "x", "b.pdf": "x"}, "unknown", "PDF"),
    "pictures": ({"a.png": "x", "b.png": "x"}, "unknown", "SCORM"),
    "Markdown": ({"a.md": "x", "b.html": "x"}, "markdown", ""),
    "web pages": ({"index.html": "x", "a.css": "x"}, "web", ""),
    "web pages with a README": ({"index.html": "x", "README.md": "x", "LICENSE.md": "x"}, "web", ""),
    "a README alone": ({"README.md": "x"}, "markdown", ""),
}  # fmt: skip


@pytest.mark.parametrize("name", PACKAGES)
def test_a_package_is_told_by_its_files_and_refused_with_a_way_out(name):
    files, expected, words = PACKAGES[name]
    found = detect.of_files(Memory(files))
    assert found.format == expected
    assert words in found.refusal
    assert bool(words) == bool(found.refusal)


def ftyp(brand):
    return struct.pack(">I4s4sI", 16, b"ftyp", brand, 0) + b"\0" * 16


def targz():
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz"):
        pass
    return stream.getvalue()


SINGLE = {
    "PDF": (b"%PDF-1.7\n", "pdf", ""),
    "PDF behind a few bytes": (b"\0\0junk\n%PDF-1.4\n", "pdf", ""),
    "MP4": (ftyp(b"isom"), "video", ""),
    "WebM": (b"\x1a\x45\xdf\xa3\x42\x82\x84webm", "video", ""),
    "Matroska": (b"\x1a\x45\xdf\xa3\x42\x82\x88matroska", "unknown", "MP4"),
    "QuickTime": (ftyp(b"qt  "), "unknown", "MP4"),
    "AVI": (b"RIFF\0\0\0\0AVI LIST", "unknown", "MP4"),
    "MP3": (b"ID3\x04\0\0", "unknown", "sound"),
    "sound in MP4": (ftyp(b"M4A "), "unknown", "sound"),
    "PNG": (b"\x89PNG\r\n\x1a\n\0", "unknown", "picture"),
    "JPEG": (b"\xff\xd8\xff\xe0\0", "unknown", "picture"),
    "SVG": (b"<?xml version='1.0'?><svg xmlns='x'/>", "unknown", "picture"),
    "a Windows program": (b"MZ\x90\0\3\0", "unknown", "program"),
    "a Linux program": (b"\x7fELF\2\1\0", "unknown", "program"),
    "a Moodle backup or tarball": (targz(), "unknown", "not a zip"),
    "7z": (b"7z\xbc\xaf\x27\x1c\0", "unknown", "not a zip"),
    "RAR": (b"Rar!\x1a\7\1\0", "unknown", "not a zip"),
    "old Word": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0", "unknown", "PDF"),
    "RTF": (b"{\\rtf1 Hello {=x}", "unknown", "PDF"),
    "Flash": (b"FWS\x09\0\0", "unknown", "Flash"),
    "nothing": (b"", "unknown", "empty"),
    "spaces": (b" \n\n ", "unknown", "empty"),
    "bytes": (bytes(range(256)), "unknown", "SCORM"),
    "a letter": (b"Dear colleagues,\n\nplease read this.\n", "unknown", "GIFT"),
    "a Markdown page": (b"# Consent\n\n- a list\n", "unknown", "zip"),
    "a web page": (b"<!DOCTYPE html>\n<!-- <quiz> --><html><body>{=x}</body></html>", "web", "zip"),
    "a manifest alone": (b"<manifest/>", "unknown", "whole package"),
    "cmi5 alone": (b"<?xml version='1.0'?><courseStructure xmlns='x'/>", "cmi5", "SCORM"),
    "QTI": (b"<questestinterop/>", "qti", "Moodle XML"),
    "QTI 2": (b"<assessmentItem xmlns='x'/>", "qti", "Moodle XML"),
    "QTI 3": (b"<qti-assessment-item/>", "qti", "Moodle XML"),
    "Moodle XML": (b"\xef\xbb\xbf<?xml version='1.0'?>\n<!-- <html> -->\n<quiz><question/></quiz>", "moodle_xml", ""),
    "Moodle XML in UTF-16": ("<?xml version='1.0' encoding='utf-16'?><quiz/>".encode("utf-16"), "moodle_xml", ""),
    "Aiken": (b"What?\nA. One\nB. Two\nANSWER: B\n", "aiken", ""),
    "Aiken from Windows": (b"\xef\xbb\xbfWhat?\r\nA) One\r\nB) Two\r\nANSWER: B", "aiken", ""),
    "Aiken in small letters": (b"What?\nA. One\nB. Two\nAnswer : b\n", "aiken", ""),
    "Aiken with two right answers": (b"What?\nA. One\nB. Two\nANSWER: A, B.\n", "aiken", ""),
    "Aiken indented": (b"What?\n  A. One\n  B. Two\n  ANSWER: B\n", "aiken", ""),
    "GIFT true or false in small letters": (b"Consent can be withdrawn.{true}", "gift", ""),
    "GIFT": (b"::Q1:: What? {=One ~Two}", "gift", ""),
    "GIFT true or false": (b"Consent can be withdrawn.{T}", "gift", ""),
    "GIFT true or false with feedback": (b"Consent can be withdrawn.{FALSE#It can}", "gift", ""),
    "GIFT number": (b"How many hours? {#24:1}", "gift", ""),
    "GIFT essay": (b"Write about your ward in your own words. {}", "gift", ""),
    "GIFT over lines": (b"// a comment\nWhat?{\r\n =One\r\n ~Two\r\n}", "gift", ""),
    "GIFT in UTF-16": ("::Q:: What? {=One ~Two}".encode("utf-16"), "gift", ""),
    "GIFT in Windows-1252": (b"Who\x92s first? {=Caf\xe9 ~Two}", "gift", ""),
    "JSON": (b'{"a": 1}', "unknown", "GIFT"),
    "a style sheet": (b"body { color: red }\n", "unknown", "GIFT"),
}


@pytest.mark.parametrize("name", SINGLE)
def test_a_single_file_is_told_by_its_content_and_refused_with_a_way_out(tmp_path, name):
    content, expected, words = SINGLE[name]
    path = tmp_path / "a.zip"
    path.write_bytes(content)
    found = detect.of_single_file(path)
    assert found.format == expected
    assert words in found.refusal
    assert bool(words) == bool(found.refusal)


def test_every_refusal_that_exists_says_what_to_do(tmp_path):
    from courses.packages import reading, refusals

    for files, _, words in PACKAGES.values():
        if words:
            path = hostile.made(tmp_path / "a.scorm.mp4", files)
            report, content = reading.read(path, Storage(tmp_path / "storage"))
            assert content is None
            assert [problem.code for problem in report.problems] == ["not_readable"]
    assert len(refusals.UNKNOWN) < 300


def test_names_do_not_matter(tmp_path):
    film = made.webm(tmp_path / "a.pdf")
    assert detect.of_single_file(film).format == "video"
    paper = made.pdf(tmp_path / "a.mp4")
    assert detect.of_single_file(paper).format == "pdf"


def test_files_that_a_mac_adds_are_not_looked_at(tmp_path):
    from courses.packages import reading

    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as file:
        for name in (
            "__MACOSX/imsmanifest.xml",
            "__MACOSX/._a.md",
            "._imsmanifest.xml",
            ".DS_Store",
            "course/.DS_Store",
        ):
            file.writestr(name, b"\0\5\x16\7")
        file.writestr("course/a.md", "# A\n\nText.")
    report, content = reading.read(path, Storage(tmp_path / "storage"))
    assert content is not None
    assert (report.format, [unit["title"] for unit in report.units]) == ("markdown", ["A"])
