"""SCORM 1.2: every way that a manifest can be written, right or wrong, and what its author is told."""

import pytest

from courses.catalogue import Rule, UnitKind
from tests.courses.packages.reading import levels, read_files, read_zip, said
from tests.packages.scorm import TWO, Item, sco, scorm12, two_scos

PAGE = sco("A part", "1.2", {})
SCRIPT = "LMSInitialize(); cmi.core.lesson_status"
ORGANIZATION = '<organization identifier="o"><title>Course</title><item identifier="i" identifierref="r"><title>One</title></item></organization>'
RESOURCE = '<resource identifier="r" adlcp:scormtype="sco" href="a.html"/>'


def manifest(organizations=ORGANIZATION, resources=RESOURCE, *, attributes="", base=""):
    return (
        f'<manifest identifier="m" xmlns:adlcp="http://www.adlnet.org/xsd/adlcp_rootv1p2"{base}><organizations{attributes}>{organizations}</organizations>'
        f"<resources>{resources}</resources></manifest>"
    )


def read(text, names=("a.html",), **more):
    return read_files({"imsmanifest.xml": text, "driver.js": SCRIPT, **dict.fromkeys(names, PAGE), **more})


def test_a_package_becomes_one_unit_that_its_status_completes(tmp_path):
    units, report = read_zip(scorm12(tmp_path / "a.zip"))
    (unit,) = units
    assert (unit.kind, unit.title, unit.rule, unit.key) == (
        UnitKind.SCORM,
        "Consent in practice",
        Rule.STATUS,
        "package",
    )
    assert unit.play == {"version": "1.2", "href": "sco/index.html", "identifier": "item-1"}
    assert (report.title, report.format) == ("Consent course", "scorm12")
    assert report.facts == {"version": "SCORM 1.2", "schema_version": "1.2"}
    assert not report.has_errors
    assert said(report, "rule") == [
        "The status that the package sets completes a part. You can change this in the outline."
    ]


def test_every_launchable_part_becomes_a_unit_in_the_order_of_the_tree(tmp_path):
    tree = [
        Item(
            "a",
            "Basics",
            children=[
                Item("b", "Why", "b.html"),
                Item("c", "How", "c.html", children=[Item("d", "In a hurry", "d.html")]),
            ],
        ),
        Item("e", "Test", "e.html"),
        Item("f", "Item 6", children=[Item("g", "Thanks", "g.html")]),
    ]
    units, report = read_zip(scorm12(tmp_path / "a.zip", items=tree))
    assert [unit.title for unit in units] == ["Basics: Why", "Basics: How", "Basics: How: In a hurry", "Test", "Thanks"]
    assert [unit.key for unit in units] == ["b", "c", "d", "e", "g"]
    assert not report.has_errors


def test_the_second_of_two_parts_waits_for_the_first_and_has_its_mastery_score(tmp_path):
    (first, second), report = read_zip(two_scos(tmp_path / "a.zip"))
    assert (first.release, second.release) == ({}, {"after": "item-1"})
    assert "prerequisites" not in first.play | second.play
    assert second.play["mastery"] == 80
    assert "“Asking” opens when “Before you ask” is completed" in said(report, "release")[0]
    assert second.rule is Rule.STATUS


def test_a_prerequisite_of_several_parts_is_kept_for_the_player_and_is_no_release_rule(tmp_path):
    items = [*TWO[:1], Item("b", "B", "b.html"), Item("c", "C", "c.html", prerequisites="item-1 & ~b")]
    units, _ = read_zip(scorm12(tmp_path / "a.zip", items=items))
    assert units[2].play["prerequisites"] == "item-1 & ~b"
    assert units[2].release == {}


def test_a_prerequisite_that_is_a_group_is_all_that_lies_in_it(tmp_path):
    group = Item("g", "Basics", children=[Item("a", "A", "a.html"), Item("b", "B", "b.html")])
    units, report = read_zip(scorm12(tmp_path / "a.zip", items=[group, Item("c", "C", "c.html", prerequisites="g")]))
    assert units[2].play["prerequisites"] == "(a & b)"
    assert said(report, "release") == ["“C” waits for other parts, as the package says: Basics: A, Basics: B."]
    assert not said(report, "prerequisites")


@pytest.mark.parametrize(
    ("script", "words", "is_kept"),
    [
        ("gone", "waits for parts that are not in the package: gone. It does not wait for those.", True),
        ("item-1 &", "cannot be read, so it is always open: item-1 &", False),
        ("item-2", "waits for itself. It is always open.", False),
    ],
)
def test_a_prerequisite_that_could_never_be_met_is_reported(tmp_path, script, words, is_kept):
    items = [TWO[0], Item("item-2", "Asking", "second/index.html", prerequisites=script)]
    units, report = read_zip(scorm12(tmp_path / "a.zip", items=items))
    assert ("prerequisites" in units[1].play) is is_kept
    assert words in said(report, "prerequisites")[0]
    assert not report.has_errors


def test_launch_data_time_allowed_and_parameters_reach_the_player(tmp_path):
    item = Item(
        "i", "I", "a.html?x=1#top", parameters="?lang=en&mode=full", launch_data="key=1\nother=2", max_time="00:30:00",
        time_limit_action="exit,no message",
    )  # fmt: skip
    (unit,) = read_zip(scorm12(tmp_path / "a.zip", items=[item]))[0]
    assert unit.play["query"] == "?x=1&lang=en&mode=full#top"
    assert unit.play["href"] == "a.html"
    assert unit.play["launch_data"] == "key=1 other=2"
    assert (unit.play["max_time"], unit.play["time_limit_action"]) == ("00:30:00", "exit,no message")


@pytest.mark.parametrize("score", ["eighty", "180", "-1"])
def test_a_mastery_score_that_is_none_is_left_out_with_a_warning(tmp_path, score):
    (unit,), report = read_zip(scorm12(tmp_path / "a.zip", items=[Item("i", "I", "a.html", mastery=score)]))
    assert "mastery" not in unit.play
    assert score in said(report, "mastery")[0]


def test_a_plain_page_is_complete_once_opened():
    units, report = read(manifest(resources='<resource identifier="r" href="a.html"/>'), **{"a.html": "<p>Read me"})
    assert units[0].play["is_asset"] is True
    assert units[0].rule is Rule.VIEWED
    assert said(report, "rule") == ["“One” is a plain page that reports nothing, so opening it completes it."]


def test_a_page_called_an_asset_that_speaks_to_the_player_is_a_sco():
    page = '<script src="../driver.js?v=1"></script>'
    resource = '<resource identifier="r" href="x/a.html"/>'
    units, report = read(manifest(resources=resource), **{"x/a.html": page})
    assert "is_asset" not in units[0].play
    assert units[0].rule is Rule.STATUS
    assert levels(report)["asset_speaks"] == "note"


def test_a_package_that_never_sets_a_status_is_said_to_and_completes_when_opened(tmp_path):
    (unit,), report = read_zip(scorm12(tmp_path / "a.zip", never_status=True))
    assert unit.rule is Rule.VIEWED
    assert levels(report)["never_completes"] == "warning"
    assert "set that in the authoring tool" in said(report, "never_completes")[0]


def test_what_flash_sets_cannot_be_told(tmp_path):
    (unit,), report = read_zip(scorm12(tmp_path / "a.zip", never_status=True, files={"old.swf": b"FWS"}))
    assert unit.rule is Rule.STATUS
    assert "try it in the preview" in said(report, "flash")[0]


@pytest.mark.parametrize(
    "quirk",
    [
        {"bom": True}, {"encoding": "iso-8859-1", "title": "Café"}, {"nested": "My course"}, {"backslashes": True},
        {"nested": "a/b", "backslashes": True}, {"mac": True}, {"without_utf8_flag": True},
        {"namespaces": ""}, {"namespaces": 'xmlns="http://example.org/wrong" xmlns:adlcp="http://www.adlnet.org/xsd/adlcp_rootv1p2"'},
        {"scormtype": "adlcp:scormType"}, {"default": ""}, {"default": ' default="gone"'}, {"base": "content/"},
        {"base": "a%20b/"}, {"version": ""}, {"stored": True},
    ],
    ids=str,
)  # fmt: skip
def test_a_quirk_of_the_file_itself_changes_nothing(tmp_path, quirk):
    if quirk.get("namespaces") == "":
        quirk = {"namespaces": 'xmlns:adlcp="urn:x"'}
    (unit,), report = read_zip(scorm12(tmp_path / "a.zip", **quirk))
    assert not report.has_errors
    assert unit.rule is Rule.STATUS
    assert unit.play["href"].endswith("sco/index.html")
    assert report.title == quirk.get("title", "Consent course")
    assert report.format == "scorm12"


def test_a_manifest_in_a_folder_resolves_from_there(tmp_path):
    (unit,), _ = read_zip(scorm12(tmp_path / "a.zip", nested="My course/scorm"))
    assert unit.play["href"] == "My course/scorm/sco/index.html"


@pytest.mark.parametrize(
    ("href", "name"),
    [
        ("a%20b/caf%C3%A9.html", "a b/café.html"), ("A.HTML", "a.html"), ("pages\\one.html", "pages/one.html"),
        ("./a.html", "a.html"), ("/a.html", "a.html"), (" a.html ", "a.html"), ("x/../a.html", "a.html"), ("a#1.html", "a#1.html"),
        ("50%25.html", "50%.html"), ("50%.html", "50%.html"), ("a b.html", "a b.html"), ("a?b.html", "a?b.html"),
    ],
)  # fmt: skip
def test_an_address_finds_its_file_however_it_is_written(href, name):
    (unit,), report = read(
        manifest(resources=f'<resource identifier="r" adlcp:scormtype="sco" href="{href}"/>'), [name]
    )
    assert unit.play["href"] == name
    assert not report.has_errors


def test_the_chain_of_bases_is_followed_with_or_without_its_slashes():
    text = manifest(
        resources='<resource identifier="r" adlcp:scormtype="sco" xml:base="en" href="a.html"/>', base=' xml:base="content/"'
    )  # fmt: skip
    text = text.replace("<resources>", '<resources xml:base="module one/">')
    (unit,), _ = read(text, ["content/module one/en/a.html"])
    assert unit.play["href"] == "content/module one/en/a.html"


def test_a_missing_launch_page_is_an_error_that_names_it():
    units, report = read(manifest(), ["b.html"])
    assert units == []
    assert said(report, "missing_launch") == [
        "The launch page of “One” is not in the package: a.html. Export the package again and put every file in."
    ]


@pytest.mark.parametrize(
    "href", ["https://example.org/x.html", "//example.org/x", "HTTP://example.org/", "javascript:x()"]
)
def test_a_launch_page_elsewhere_is_refused_in_words(href):
    units, report = read(manifest(resources=f'<resource identifier="r" adlcp:scormtype="sco" href="{href}"/>'))
    assert units == []
    assert "is kept on another site" in said(report, "other_site")[0]


def test_a_base_on_another_site_is_refused_too():
    assert "other_site" in levels(read(manifest(base=' xml:base="https://example.org/x/"'))[1])


def test_an_address_cannot_climb_out_of_the_package():
    units, report = read(
        manifest(resources='<resource identifier="r" adlcp:scormtype="sco" href="../../../etc/passwd"/>')
    )
    assert units == []
    assert levels(report)["missing_launch"] == "error"


def test_a_part_without_its_resource_is_an_error_that_names_both():
    report = read(manifest(resources=""))[1]
    assert said(report, "no_resource") == [
        "The part “One” points to r, which the manifest does not hold. Export the package again."
    ]


def test_a_part_without_a_page_is_an_error():
    assert "has no launch page" in said(read(manifest(resources='<resource identifier="r"/>'))[1], "no_launch")[0]


def test_no_manifest_is_an_error():
    assert said(read_files({"a.html": PAGE})[1], "no_manifest")


@pytest.mark.parametrize("resources", [RESOURCE, RESOURCE + '<resource identifier="x" href="x.png"/>'])
def test_a_package_without_a_table_of_contents_plays_its_scos(resources):
    (unit,), report = read(manifest(organizations="", resources=resources))
    assert (unit.title, unit.play["href"]) == ("A", "a.html")
    assert levels(report)["no_contents"] == "warning"


@pytest.mark.parametrize("resources", ["", '<resource identifier="x" href="x.png"/><resource identifier="y" href="y.png"/>'])  # fmt: skip
def test_a_package_with_nothing_to_launch_is_refused(resources):
    units, report = read(manifest(organizations="", resources=resources), ["x.png", "y.png"])
    assert units == []
    assert levels(report)["nothing_to_launch"] == "error"


def test_the_default_table_of_contents_is_read_and_the_others_are_named():
    other = '<organization identifier="p"><title>Short course</title><item identifier="j" identifierref="r"/></organization>'  # fmt: skip
    units, report = read(manifest(organizations=other + ORGANIZATION, attributes=' default="o"'))
    assert [unit.play["identifier"] for unit in units] == ["i"]
    assert report.title == "Course"
    assert (
        "2 tables of contents. “Course” was read; not read: Short course." in said(report, "several_organizations")[0]
    )


def test_a_title_that_says_nothing_gives_way_to_the_courses():
    text = manifest(organizations=ORGANIZATION.replace("<title>One</title>", "<title>SCO 1</title>"))
    assert read(text)[0][0].title == "Course"


def test_a_title_as_long_as_a_page_is_cut(tmp_path):
    (unit,), report = read_zip(scorm12(tmp_path / "a.zip", title="x" * 999, items=[Item("i", "y" * 999, "a.html")]))
    assert (len(unit.title), len(report.title)) == (255, 255)


def test_parts_with_the_same_identifier_keep_keys_of_their_own():
    items = "".join(f'<item identifier="i" identifierref="r"><title>{n}</title></item>' for n in range(3))
    units, _ = read(manifest(organizations=f'<organization identifier="o">{items}</organization>'))
    assert [unit.key for unit in units] == ["i", "i-2", "i-3"]


def test_too_many_parts_are_refused():
    items = "".join(f'<item identifier="i{n}" identifierref="r"/>' for n in range(501))
    units, report = read(manifest(organizations=f'<organization identifier="o">{items}</organization>'))
    assert units == []
    assert "501 parts; 500 is the most" in said(report, "too_many_items")[0]


def test_files_that_the_manifest_names_and_the_package_lacks_are_listed_once():
    files = "".join(f'<file href="f{n}.png"/>' for n in range(8)) + '<file href="a.html"/>'
    report = read(
        manifest(resources=f'<resource identifier="r" adlcp:scormtype="sco" href="a.html">{files}</resource>')
    )[1]
    assert said(report, "missing_files") == [
        "Files that the manifest names are not in the package: f0.png, f1.png, f2.png, f3.png, f4.png and 3 more."
    ]


def test_time_that_the_metadata_says_is_taken_over():
    time = "<typicallearningtime><datetime>01:30:00</datetime></typicallearningtime>"
    about = f"<metadata><lom><educational>{time}</educational></lom></metadata>"
    text = manifest().replace("<organizations", f"{about}<organizations", 1)
    units, report = read(text)
    assert units[0].minutes == 90
    assert not said(report, "minutes")


def test_time_that_nobody_says_is_put_in_with_a_note():
    units, report = read(manifest())
    assert units[0].minutes == 10
    assert "10 minutes a part were put in" in said(report, "minutes")[0]


def test_a_hidden_part_is_shown_with_a_note():
    text = manifest(organizations=ORGANIZATION.replace('identifierref="r"', 'identifierref="r" isvisible="false"'))
    units, report = read(text)
    assert len(units) == 1
    assert levels(report)["hidden"] == "note"


@pytest.mark.parametrize(
    ("names", "page", "tool"),
    [
        (["story.html", "story_content/user.js"], "", "Articulate Storyline"),
        (["scormcontent/index.html", "scormdriver/indexAPI.html"], "", "Articulate Rise"),
        (["scormdriver/scormdriver.js"], "", "Rustici SCORM driver"), (["assets/js/CPM.js"], "", "Adobe Captivate"),
        (["trivantis-titlemgr.js"], "", "Lectora"), (["libs/exe_effects/x.js"], "", "eXeLearning"),
        (["adapt/js/adapt.min.js"], "", "Adapt"), (["h5p.json"], "", "H5P export"), ([], "<!-- iSpring Suite 11 -->", "iSpring"),
        ([], '<meta name="generator" content="Our Tool 3">', "Our Tool 3"), ([], "", None),
    ],
)  # fmt: skip
def test_the_authoring_tool_is_told_by_its_files_or_its_words(names, page, tool):
    report = read(manifest(), **dict.fromkeys(names, "x"), **{"a.html": page})[1]
    assert report.facts.get("tool") == tool


def test_storyline_says_its_version_too():
    meta = '<meta><project><application name="Articulate Storyline" version="3.86.1"/></project></meta>'
    report = read(manifest(), **{"story.html": "x", "meta.xml": meta})[1]
    assert report.facts["tool"] == "Articulate Storyline 3.86.1"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("<manifest>", "xml"), ("", "xml"), (b"\xff\xfe\x00", "xml"), ('<!DOCTYPE m [<!ENTITY a "b">]><manifest>&a;</manifest>', "xml_entities"),
        ("<manifest>" + "<item>" * 100 + "</item>" * 100 + "</manifest>", "xml_too_deep"),
        (" " * (6 * 1024**2), "xml_too_big"), ("<html/>", "nothing_to_launch"),
    ],
)  # fmt: skip
def test_a_manifest_that_is_none_is_refused_in_words(text, code):
    units, report = read(text)
    assert units == []
    assert levels(report)[code] == "error"
