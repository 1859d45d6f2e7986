"""SCORM 2004, 3rd and 4th edition: what is used of a manifest, and each sequencing rule that is not followed, in words."""

import zipfile

import pytest

from courses.catalogue import Rule
from tests.courses.packages.reading import levels, read_zip, said
from tests.packages.scorm import Item, scorm2004

MAPPED = '<imsss:objective objectiveID="o"><imsss:mapInfo targetObjectiveID="g"/></imsss:objective>'
TWO = [Item("a", "First", "a.html"), Item("b", "Second", "b.html")]


def read(tmp_path, **wanted):
    return read_zip(scorm2004(tmp_path / "a.zip", **wanted))


def rules(tmp_path, sequencing, items=None, **wanted):
    """The warnings about sequencing for a package whose first part has these rules."""
    first, *more = items or TWO
    first = Item(first.identifier, first.title, first.href, objectives=sequencing)
    return said(read(tmp_path, items=[first, *more], **wanted)[1], "sequencing")


@pytest.mark.parametrize("edition", [3, 4])
def test_a_single_sco_of_either_edition_becomes_one_unit(tmp_path, edition):
    (unit,), report = read(tmp_path, edition=edition)
    assert unit.play == {"version": "2004", "href": "sco/index.html", "identifier": "item-1"}
    assert (unit.rule, unit.key) == (Rule.STATUS, "package")
    assert report.format == "scorm2004"
    assert report.facts["version"] == f"SCORM 2004 {'3rd' if edition == 3 else '4th'} edition"
    assert {problem.level for problem in report.problems} == {"note"}


@pytest.mark.parametrize("edition", [3, 4])
def test_a_completion_threshold_is_read_in_the_form_of_either_edition(tmp_path, edition):
    (unit,), _ = read(tmp_path, edition=edition, items=[Item("a", "A", "a.html", threshold="0.75")])
    assert unit.play["completion_threshold"] == 0.75


@pytest.mark.parametrize(
    ("element", "threshold"),
    [
        ('<adlcp:completionThreshold completedByMeasure="false" minProgressMeasure="0.5"/>', None),
        ('<adlcp:completionThreshold completedByMeasure="true"/>', 1.0), ('<adlcp:completionThreshold minProgressMeasure="0.5"/>', None),
        ("<adlcp:completionThreshold>much</adlcp:completionThreshold>", None),
        ("<adlcp:completionThreshold>7</adlcp:completionThreshold>", None),
    ],
)  # fmt: skip
def test_a_threshold_counts_only_when_it_is_a_share_that_is_to_be_heeded(tmp_path, element, threshold):
    path = scorm2004(tmp_path / "plain.zip", items=[Item("a", "A", "a.html", launch_data="x")])
    made = path.parent / "a.zip"
    text = _manifest_of(path).replace("<adlcp:dataFromLMS>x</adlcp:dataFromLMS>", element)
    (unit,), _ = read_zip(scorm2004(made, items=[Item("a", "A", "a.html")], manifest=text))
    assert unit.play.get("completion_threshold") == threshold


def _manifest_of(path):
    with zipfile.ZipFile(path) as file:
        return file.read("imsmanifest.xml").decode()


def test_objectives_are_seeded_and_the_primary_one_gives_the_mastery_score(tmp_path):
    objectives = (
        '<imsss:objectives><imsss:primaryObjective objectiveID="all" satisfiedByMeasure="true">'
        "<imsss:minNormalizedMeasure>0.6</imsss:minNormalizedMeasure></imsss:primaryObjective>"
        '<imsss:objective objectiveID="why"><imsss:minNormalizedMeasure>0.9</imsss:minNormalizedMeasure></imsss:objective>'
        '<imsss:objective objectiveID="how" satisfiedByMeasure="true"/></imsss:objectives>'
    )
    (unit,), _ = read(tmp_path, items=[Item("a", "A", "a.html", objectives=objectives)])
    assert unit.play["objectives"] == [
        {"id": "all", "min_measure": 0.6},
        {"id": "why"},
        {"id": "how", "min_measure": 1.0},
    ]
    assert unit.play["mastery"] == 60


def test_launch_data_and_time_limits_reach_the_player(tmp_path):
    item = Item("a", "A", "a.html", launch_data="x=1", time_limit_action="continue,message", max_time="PT30M")
    (unit,), report = read(tmp_path, items=[item])
    assert unit.play["launch_data"] == "x=1"
    assert unit.play["time_limit_action"] == "continue,message"
    assert unit.play["max_time"] == "PT30M"
    assert not said(report, "sequencing")


def test_several_scos_become_units_of_free_choice(tmp_path):
    units, report = read(tmp_path, items=TWO)
    assert [unit.title for unit in units] == ["First", "Second"]
    assert not said(report, "sequencing")


@pytest.mark.parametrize(
    ("sequencing", "words"),
    [
        ('<imsss:controlMode choice="false" flow="true"/>', "wants its parts to be met in their order, without choosing"),
        ('<imsss:controlMode forwardOnly="true"/>', "does not want anybody to go back"),
        ('<imsss:controlMode choiceExit="false"/>', "does not want to be left before its end"),
        ('<imsss:limitConditions attemptLimit="1"/>', "allows 1 try"), ('<imsss:limitConditions attemptLimit="3"/>', "allows 3 tries"),
        ('<imsss:limitConditions endTimeLimit="2026-01-01"/>', "closes at a set time"),
        ('<imsss:rollupRules rollupProgressCompletion="false"/>', "does not count for whether the course is completed"),
        ('<imsss:rollupRules rollupObjectiveSatisfied="false"/>', "does not count for whether the course is passed"),
        ('<imsss:rollupRules objectiveMeasureWeight="0.5"/>', "counts 0.5 of its score for the course"),
        ('<imsss:deliveryControls tracked="false"/>', "does not want to be recorded"),
        ('<imsss:randomizationControls randomizationTiming="onEachNewAttempt"/>', "wants its parts in random order"),
        ('<imsss:randomizationControls selectionTiming="once" selectCount="2"/>', "wants 2 of its parts chosen by chance"),
        ('<adlseq:constrainedChoiceConsiderations preventActivation="true"/>', "does not want its parts to be chosen from outside"),
        ('<adlseq:constrainedChoiceConsiderations constrainChoice="true"/>', "wants only the next or the previous part to be chosen"),
        ('<adlseq:rollupConsiderations requiredForSatisfied="ifAttempted"/>', "has its own rules for when its parts count"),
        (f"<imsss:objectives>{MAPPED}</imsss:objectives>", "shares its result “o” with other parts"),
    ],
)  # fmt: skip
def test_each_rule_that_is_not_followed_is_said_with_its_part(tmp_path, sequencing, words):
    assert rules(tmp_path, sequencing) == [f"Not followed: “First” {words}."]


@pytest.mark.parametrize(
    ("kind", "action", "conditions", "words"),
    [
        ("pre", "skip", '<imsss:ruleCondition condition="satisfied"/>', "is left out if it is passed"),
        ("pre", "disabled", '<imsss:ruleCondition condition="attempted" operator="not"/>', "cannot be opened unless it was tried"),
        ("pre", "hiddenFromChoice", '<imsss:ruleCondition condition="always"/>', "is not offered if always"),
        ("post", "retry", '<imsss:ruleCondition condition="objectiveMeasureLessThan" measureThreshold="0.5"/>',
         "starts again if the score is below 0.5"),
        ("exit", "exit", '<imsss:ruleCondition condition="completed" referencedObjective="o"/>', "is closed if it is completed (objective “o”)"),
    ],
)  # fmt: skip
def test_rules_with_conditions_are_put_into_words(tmp_path, kind, action, conditions, words):
    rule = (
        f"<imsss:sequencingRules><imsss:{kind}ConditionRule><imsss:ruleConditions>{conditions}</imsss:ruleConditions>"
        f'<imsss:ruleAction action="{action}"/></imsss:{kind}ConditionRule></imsss:sequencingRules>'
    )
    assert rules(tmp_path, rule) == [f"Not followed: “First” {words}."]


def test_conditions_are_joined_as_the_rule_says(tmp_path):
    rule = (
        '<imsss:sequencingRules><imsss:preConditionRule><imsss:ruleConditions conditionCombination="any">'
        '<imsss:ruleCondition condition="completed"/><imsss:ruleCondition condition="satisfied"/></imsss:ruleConditions>'
        '<imsss:ruleAction action="skip"/></imsss:preConditionRule></imsss:sequencingRules>'
    )
    assert rules(tmp_path, rule) == ["Not followed: “First” is left out if it is completed or it is passed."]


def test_the_rules_of_the_course_and_of_a_group_are_said_once_each(tmp_path):
    group = Item("g", "Group", children=TWO, objectives='<imsss:controlMode choice="false"/>')
    rollup = (
        '<imsss:sequencing><imsss:rollupRules><imsss:rollupRule childActivitySet="any"><imsss:rollupConditions>'
        '<imsss:rollupCondition condition="completed"/></imsss:rollupConditions><imsss:rollupAction action="completed"/>'
        "</imsss:rollupRule></imsss:rollupRules></imsss:sequencing>"
    )
    report = read(tmp_path, items=[group], organization=rollup)[1]
    assert said(report, "sequencing") == [
        "Not followed: the course is completed by any of its parts if it is completed.",
        "Not followed: “Group” wants its parts to be met in their order, without choosing.",
    ]
    assert levels(report)["sequencing"] == "warning"


def test_the_order_of_a_single_sco_is_nothing_to_report(tmp_path):
    assert rules(tmp_path, '<imsss:controlMode choice="false" flow="true"/>', items=TWO[:1]) == []


def test_rules_are_found_in_the_shared_collection_and_the_parts_own_come_first(tmp_path):
    shared = (
        '<imsss:sequencing ID="s"><imsss:limitConditions attemptLimit="2"/><imsss:deliveryControls tracked="false"/>'
        '<imsss:objectives><imsss:primaryObjective objectiveID="p"/></imsss:objectives></imsss:sequencing>'
    )
    path = scorm2004(tmp_path / "plain.zip", items=TWO, collection=shared)
    own = '<title>First</title><imsss:sequencing IDRef="s"><imsss:limitConditions attemptLimit="5"/></imsss:sequencing>'
    text = _manifest_of(path).replace("<title>First</title>", own)
    units, report = read_zip(scorm2004(tmp_path / "a.zip", items=TWO, manifest=text))
    assert said(report, "sequencing") == [
        "Not followed: “First” allows 5 tries.",
        "Not followed: “First” does not want to be recorded.",
    ]
    assert units[0].play["objectives"] == [{"id": "p"}]


def test_a_reference_to_rules_that_are_not_there_is_reported(tmp_path):
    path = scorm2004(tmp_path / "plain.zip")
    text = _manifest_of(path).replace(
        "<title>Consent in practice</title>", '<title>A</title><imsss:sequencing IDRef="gone"/>'
    )
    report = read_zip(scorm2004(tmp_path / "a.zip", manifest=text))[1]
    assert said(report, "sequencing_reference") == ["“A” names sequencing rules that are not there: gone."]


def test_the_edition_is_told_by_the_namespaces_and_not_by_what_the_manifest_says_of_itself(tmp_path):
    path = scorm2004(tmp_path / "plain.zip")
    text = _manifest_of(path).replace("2004 4th Edition", "1.2")
    units, report = read_zip(scorm2004(tmp_path / "a.zip", manifest=text))
    assert units[0].play["version"] == "2004"
    assert "says version 1.2 but is written as SCORM 2004" in said(report, "edition")[0]
