"""Roles and targets: read as the specification writes them."""

import pytest

from learn.lti import roles
from learn.lti.launching import target
from tests.learn.lti.platform import INSTRUCTOR, LEARNER, TOOL

VOCABULARY = "http://purl.imsglobal.org/vocab/lis/v2/"


@pytest.mark.parametrize(
    ("claimed", "context", "is_learner", "is_instructor"),
    [
        ([LEARNER], ("Learner",), True, False),
        ([INSTRUCTOR, VOCABULARY + "membership/Instructor#TeachingAssistant"], ("Instructor",), False, True),
        ([VOCABULARY + "membership/Instructor#TeachingAssistant"], ("Instructor",), False, True),
        ([VOCABULARY + "membership/Learner#GuestLearner"], ("Learner",), True, False),
        ([VOCABULARY + "membership#Mentor", LEARNER], ("Learner", "Mentor"), True, False),
        ([VOCABULARY + "membership#Administrator", LEARNER], ("Administrator", "Learner"), False, False),
        (["Instructor"], ("Instructor",), False, True),
        (["urn:lti:role:ims/lis/Learner"], ("Learner",), True, False),
        (["urn:lti:role:ims/lis/Instructor/Lecturer"], ("Instructor",), False, True),
        (["urn:lti:instrole:ims/lis/Student"], (), False, False),
        ([VOCABULARY + "membership#Wizard", "Wizard", "#", ""], (), False, False),
        ([VOCABULARY + "institution/person#Instructor"], (), False, False),
        ([VOCABULARY + "institution/person#Learner"], (), False, False),
        ([VOCABULARY + "system/person#Administrator"], (), False, False),
    ],
)
def test_b12_b22_only_context_roles_say_what_somebody_is_here(claimed, context, is_learner, is_instructor):
    read = roles.read(claimed)
    assert (read.context, read.is_learner, read.is_instructor) == (context, is_learner, is_instructor)


def test_b22_the_scopes_are_kept_apart():
    read = roles.read(
        [LEARNER, VOCABULARY + "institution/person#Faculty", VOCABULARY + "system/person#SysAdmin", roles.TEST_USER]
    )
    assert (read.context, read.institution, read.system, read.is_test_user) == (
        ("Learner",),
        ("Faculty",),
        ("SysAdmin",),
        True,
    )


@pytest.mark.parametrize(
    ("asked", "kind", "slug"),
    [
        ("/modules/what-research-is", "module", "what-research-is"),
        ("/modules/what-research-is/", "module", "what-research-is"),
        ("/modules/what-research-is/units/3", "module", "what-research-is"),
        ("modules/what-research-is", "module", "what-research-is"),
        (f"{TOOL}/modules/what-research-is?a=1#b", "module", "what-research-is"),
        ("/courses/first-steps", "course", "first-steps"),
        ("/", "home", ""),
        ("", "home", ""),
        (TOOL, "home", ""),
        (f"{TOOL}/?module=1", "home", ""),
        ("/lti/launch", "home", ""),
        ("/stories", "stories", ""),
        ("/stories/", "stories", ""),
        ("/forum", "forum", ""),
        ("/modules", "unknown", ""),
        ("/modules/A", "unknown", ""),
        ("/modules/-a", "unknown", ""),
        ("/admin", "unknown", ""),
        ("https://evil.example/modules/a", "unknown", ""),
        ("//evil.example/modules/a", "unknown", ""),
        ("/modules/" + "a" * 81, "unknown", ""),
        ("/courses/../admin", "unknown", ""),
    ],
)
def test_a_target_is_a_path_of_ours_or_unknown(asked, kind, slug):
    read = target.read(asked, TOOL)
    assert (read.kind, read.slug) == (kind, slug)
