"""What a person is on the platform: context, institution and system roles kept apart (LTI Core 1.3, appendix A).

Only context roles say what somebody does in this course: an institution's instructor may be a learner here.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

CONTEXT = "http://purl.imsglobal.org/vocab/lis/v2/membership"
INSTITUTION = "http://purl.imsglobal.org/vocab/lis/v2/institution/person"
SYSTEM = "http://purl.imsglobal.org/vocab/lis/v2/system/person"
TEST_USER = "http://purl.imsglobal.org/vocab/lti/system/person#TestUser"
MENTOR_SCOPE = "https://purl.imsglobal.org/spec/lti/claim/role_scope_mentor"

PRINCIPAL = frozenset(
    {"Administrator", "ContentDeveloper", "Instructor", "Learner", "Mentor", "Manager", "Member", "Officer"}
)
"The context roles; the short name alone is the deprecated form that platforms still send."
STAFF = frozenset({"Administrator", "ContentDeveloper", "Instructor", "Manager"})
"Whoever is one of these is not given scores."

_ADMINISTRATORS = {"Administrator", "SysAdmin", "AccountAdmin"}
_URN = re.compile(r"^urn:lti:role:ims/lis/(\w+)(?:/\w+)?$")


@dataclass(frozen=True)
class Roles:
    """One person's roles by scope, as short names in order of the alphabet."""

    context: tuple[str, ...] = ()
    institution: tuple[str, ...] = ()
    system: tuple[str, ...] = ()
    is_test_user: bool = False

    @property
    def is_learner(self) -> bool:
        """May be given scores in this context: a learner there, and not staff."""
        return "Learner" in self.context and STAFF.isdisjoint(self.context)

    @property
    def is_instructor(self) -> bool:
        """Teaches in this context."""
        return "Instructor" in self.context

    @property
    def is_staff(self) -> bool:
        """Runs this context; where no context role is said, an administrator of the institution or platform."""
        if self.context:
            return not STAFF.isdisjoint(self.context)
        return bool(_ADMINISTRATORS & {*self.institution, *self.system})


def read(claimed: Iterable[str]) -> Roles:
    """Sort the roles of the claim; what is not known is left out, as the specification asks."""
    context: set[str] = set()
    institution: set[str] = set()
    system: set[str] = set()
    is_test_user = False
    for role in claimed:
        scope, _, name = role.rpartition("#")
        if scope == CONTEXT and name in PRINCIPAL:
            context.add(name)
        elif scope.startswith(CONTEXT + "/"):
            # A sub-role, for example Instructor#TeachingAssistant, is its principal role too.
            context |= {scope.removeprefix(CONTEXT + "/")} & PRINCIPAL
        elif scope == INSTITUTION:
            institution.add(name)
        elif scope == SYSTEM:
            system.add(name)
        elif role == TEST_USER:
            is_test_user = True
        elif role in PRINCIPAL:
            context.add(role)
        elif found := _URN.match(role):
            context |= {found[1]} & PRINCIPAL
    return Roles(tuple(sorted(context)), tuple(sorted(institution)), tuple(sorted(system)), is_test_user)
