"""Whatever stands in a manifest or an h5p.json, reading it ends, with units or with an error in words."""

import json

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from courses.packages import h5p, scorm
from courses.packages.report import Report
from courses.packages.scorm.places import Places, with_parameters
from courses.runtime import prerequisites
from tests.modules import Memory
from tests.packages.h5p import package_files

BOUNDED = settings(max_examples=150, derandomize=True, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])  # fmt: skip
NAMES = [
    "manifest", "metadata", "schemaversion", "organizations", "organization", "item", "title", "resources", "resource", "file",
    "adlcp:prerequisites", "adlcp:masteryscore", "adlcp:datafromlms", "adlcp:completionThreshold", "imsss:sequencing",
    "imsss:sequencingCollection", "imsss:objectives", "imsss:primaryObjective", "imsss:minNormalizedMeasure", "imsss:limitConditions",
    "imsss:sequencingRules", "imsss:preConditionRule", "imsss:ruleConditions", "imsss:ruleCondition", "imsss:ruleAction",
    "imsss:rollupRules", "imsss:rollupRule", "typicallearningtime",
]  # fmt: skip
ATTRIBUTES = [
    "identifier", "identifierref", "href", "xml:base", "default", "parameters", "adlcp:scormtype", "isvisible", "ID", "IDRef",
    "attemptLimit", "condition", "action", "objectiveID", "satisfiedByMeasure", "minProgressMeasure", "completedByMeasure",
    "objectiveMeasureWeight", "attemptAbsoluteDurationLimit", "choice",
]  # fmt: skip
SAID = [
    "a", "r", "a.html", "../a.html", "%", "%zz", "//[x", "http://[", "http:", "true", "0.5", "1e999", "nan", "PT1H", "{}", "a&a", "\u0130",
]  # fmt: skip
WORDS = st.sampled_from(SAID) | st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=12)
HEAD = 'xmlns:adlcp="http://www.adlnet.org/xsd/adlcp_v1p3" xmlns:imsss="http://www.imsglobal.org/xsd/imsss"'


def escaped(text):
    return text.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")


def written(each):
    name, attributes, words, inner = each
    shown = "".join(f' {key}="{escaped(value)}"' for key, value in attributes.items())
    return f"<{name}{shown}>{escaped(words)}{''.join(inner)}</{name}>"


def element(children):
    attributes = st.dictionaries(st.sampled_from(ATTRIBUTES), WORDS, max_size=4)
    return st.tuples(st.sampled_from(NAMES), attributes, WORDS, st.lists(children, max_size=4)).map(written)


TREES = st.recursive(element(WORDS.map(escaped)), element, max_leaves=25)
JSONS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["title", "mainLibrary", "preloadedDependencies", "machineName", "majorVersion", "path", "library", "preloadedJs"]) | WORDS,
        inner, max_size=4,
    ),
    max_leaves=20,
)  # fmt: skip


def is_told(units, report):
    """Units, or an error that says why not; everything in the report can be shown."""
    json.dumps(report.as_dict())
    assert units or report.has_errors
    for problem in report.problems:
        assert problem.message.strip()
    for unit in units:
        assert unit.title.strip()
        assert len(unit.title) <= 255
        assert 0 < len(unit.key) <= 80
        json.dumps(unit.play)
    assert len({unit.key for unit in units}) == len(units)


@BOUNDED
@given(st.lists(TREES, max_size=5), st.lists(TREES, max_size=5), st.lists(TREES, max_size=2), st.booleans())
def test_any_tree_of_known_elements_is_read_or_refused_in_words(items, resources, others, has_own):
    report = Report()
    own = '<item identifier="a" identifierref="r"/>' if has_own else ""
    text = (
        f"<manifest {HEAD}>{''.join(others)}<organizations><organization>{own}{''.join(items)}</organization></organizations>"
        f'<resources>{"".join(resources)}<resource identifier="r" adlcp:scormType="sco" href="a.html"/></resources></manifest>'
    )
    is_told(scorm.read(Memory({"imsmanifest.xml": text, "a.html": "LMSInitialize cmi.core.lesson_status"}), report), report)  # fmt: skip


@BOUNDED
@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused_in_words(content):
    report = Report()
    is_told(scorm.read(Memory({"imsmanifest.xml": content}), report), report)


@BOUNDED
@given(st.text(max_size=60))
def test_any_text_is_a_script_or_none(script):
    assert prerequisites.is_met(script, {"a": "passed"}) in (True, False)
    assert all(prerequisites.asked(script) or [])


@BOUNDED
@given(st.lists(st.text(max_size=20), max_size=3), st.text(max_size=40), st.text(max_size=20))
def test_any_address_leads_into_the_package_or_nowhere(bases, href, parameters):
    place = Places(["a.html", "b/c.html"]).find(bases, href)
    assert place.is_there == (place.name in ("a.html", "b/c.html"))
    assert ".." not in place.name.split("/") or not place.is_there
    assert with_parameters(place.query, parameters)[:1] in ("", "?", "#")


@BOUNDED
@given(JSONS, JSONS, JSONS)
def test_any_json_is_an_h5p_or_refused_in_words(about, content, described):
    report = Report()
    made = package_files("H5P.MultiChoice", "A", {}, {})
    whole = json.loads(made["h5p.json"])
    made["h5p.json"] = json.dumps({**whole, **about} if isinstance(about, dict) else about)
    made |= {"content/content.json": json.dumps(content), "H5P.MultiChoice-1.0/library.json": json.dumps(described)}
    is_told(h5p.read(Memory(made), report), report)
