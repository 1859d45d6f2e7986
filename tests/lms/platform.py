"""One LMS: its memory, keys, switches and record, with direct control for tests, and the Flask app that serves it."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from flask import Flask

from tests.lms import claims, connecting, forging, launching, switches, web
from tests.lms.keys import Keys
from tests.lms.recorder import Recorder
from tests.lms.services import answers
from tests.lms.state import INSTRUCTOR, LEARNER, Activity, Course, Grade, LineItem, Person, State

NAME = "NIHR Learn (demo)"


@dataclass(frozen=True)
class Token:
    """An access token given out."""

    scopes: frozenset[str]
    expires_at: float


class Lms:
    """A platform with one tool registered. ``now`` is its clock in epoch seconds; replace it to move time."""

    def __init__(
        self,
        base_url: str = "http://lms.localhost:5001",
        tool_url: str = "http://frontline.localhost:5000",
        *,
        client_id: str = "frontline-demo",
        deployment_id: str = "1",
        folder: Path | None = None,
        key_file: Path | None = None,
        testing: bool = False,
    ) -> None:
        """``folder``: where state.json and key.pem are kept, none for memory only; ``testing``: with POST /switches."""
        self.url, self.tool_url, self.name = base_url.rstrip("/"), tool_url.rstrip("/"), NAME
        self.client_id, self.deployment_id = client_id, deployment_id
        self.redirect_uris = [f"{self.tool_url}/lti/launch"]
        self.state = State(folder / "state.json" if folder else None)
        self.keys = Keys(key_file or (folder / "key.pem" if folder else None))
        self.switches, self.recorder = switches.Switches(), Recorder()
        self.launches: dict[str, launching.Launch] = {}
        self.now: Callable[[], float] = time.time
        self.key_set_of_tool: dict[str, Any] | None = None
        "The tool's key set as last fetched; a test without a served tool puts one here."
        self.registration_tokens: dict[str, int] = {}
        "Tokens that allow a tool to register itself -> how often yet."
        self.tells_link_history = False
        "Whether $ResourceLink.id.history is filled in; the recorded platform does not know it."
        self.refused_scopes: set[str] = set()
        "Scopes that are not granted to a tool that registers itself."
        self._tokens: dict[str, Token] = {}
        self.app = web.make_app(self, testing=testing)

    # People, courses, links

    def add_person(
        self,
        given_name: str,
        family_name: str,
        *,
        id: str | None = None,
        username: str = "",
        role: str = "",
        **more: Any,
    ) -> Person:
        """An account, enrolled in the one course where a role is named (learner or instructor); else a manager, or with
        ``is_administrator`` the site's administrator."""
        with self.state.changing():
            number = self.state.number("person", id)
            name = username or f"{given_name}.{family_name}".lower().replace(" ", "-")
            host = urlsplit(self.url).hostname
            given = {"email": f"{name}@{host}", "sourced_id": f"NIHR-{number}", **more}
            person = self.state.people[number] = Person(number, name, given_name, family_name, **given)
        return self.enrol(self.course, person, role.capitalize()) if role else person

    def add_course(
        self, title: str = "Research Delivery Foundations", label: str = "RDF", *, id: str | None = None
    ) -> Course:
        with self.state.changing():
            number = self.state.number("course", id)
            self.state.courses[number] = Course(number, label, title)
        return self.state.courses[number]

    def add_learner(
        self, course: Course, given_name: str = "Lee", family_name: str | None = None, **more: Any
    ) -> Person:
        """A new person, enrolled as a learner."""
        person = self.add_person(given_name, family_name or f"Learner{self.state.last['person']}", **more)
        return self.enrol(course, person, LEARNER)

    def add_instructor(
        self, course: Course, given_name: str = "Tess", family_name: str | None = None, **more: Any
    ) -> Person:
        person = self.add_person(given_name, family_name or f"Teacher{self.state.last['person']}", **more)
        return self.enrol(course, person, INSTRUCTOR)

    def enrol(
        self, course: Course, person: Person, role: str | None = LEARNER, *, is_suspended: bool = False
    ) -> Person:
        """Give a person a role in a course, change it, or (None) take it away."""
        with self.state.changing():
            course.roles.pop(person.id, None)
            if role:
                course.roles[person.id] = role
            course.suspended = [other for other in course.suspended if other != person.id] + (
                [person.id] if is_suspended else []
            )
        return person

    def add_link(
        self,
        course: Course,
        title: str,
        target: str = "/",
        *,
        has_line_item: bool = True,
        custom: dict[str, Any] | None = None,
        target_link_uri: str | None = None,
        maximum: float = 100,
        resource_id: str = "",
        tag: str = "",
        id: str | None = None,
        line_item_id: str | None = None,
        description: str = "",
        **more: Any,
    ) -> Activity:
        """An activity that opens ``target`` of the tool: said in the custom parameter ``frontline_target`` and in the
        target link, unless ``custom`` or ``target_link_uri`` say otherwise. ``more``: opens, pass_grade,
        resource_key."""
        with self.state.changing():
            number, cmid = self.state.number("activity", id), int(self.state.number("cmid"))
            uri = self.tool_url + target if target_link_uri is None else target_link_uri
            wanted = {"frontline_target": target} if custom is None else custom
            activity = Activity(number, cmid, course.id, title, description, uri, wanted, **more)
            self.state.activities[number] = activity
            if has_line_item:
                item_id = self.state.number("line_item", line_item_id)
                item = LineItem(item_id, course.id, title, maximum, resource_id, tag, number, is_coupled=True)
                self.state.line_items[item.id] = item
                activity.line_item_id = item.id
        return activity

    def line_item_url(self, item: LineItem) -> str:
        return f"{self.url}{answers.ROOT}/{item.course_id}/lineitems/{item.id}/lineitem?type_id=1"

    def basic_outcome(self, person: Person, activity: Activity) -> dict[str, Any]:
        return claims.basic_outcome(self, person, activity)

    @property
    def course(self) -> Course:
        """The course where there is only one; made when it is first asked for."""
        return next(iter(self.state.courses.values()), None) or self.add_course()

    def add_activity(self, title: str, target: str = "/", **more: Any) -> Activity:
        """A link in the one course; see ``add_link``."""
        return self.add_link(self.course, title, target, **more)

    def grade(self, person: Person, activity: Activity) -> Grade | None:
        """What the gradebook holds for a person in an activity's own column."""
        return self.state.grades.get((activity.line_item_id or "", person.id))

    # Launches

    def login_form(self, person: Person, activity: Activity, opens: str | None = None) -> dict[str, str]:
        """The fields of a login initiation; post them to the tool's /lti/login."""
        return launching.begin(self, person, activity, opens)

    def choice_form(self, person: Person, course: Course) -> dict[str, str]:
        """The fields of a login initiation that leads to the tool's picker."""
        return launching.begin_choice(self, person, course)

    def answer(self, location: str, *, breakage: str | None = None) -> dict[str, str]:
        """Answer the authentication request to which the tool redirected: {id_token, state}, or {error, state}."""
        return launching.answer(self, dict(parse_qsl(urlsplit(location).query)), breakage=breakage).fields

    def answer_auth(self, query: str | dict[str, str]) -> tuple[str, str]:
        """The id_token and the state for an authentication request (its query or address); an error is raised."""
        asked = query if isinstance(query, dict) else dict(parse_qsl(query.rpartition("?")[2]))
        fields = launching.answer(self, asked).fields
        if "error" in fields:
            raise launching.NoAnswer(f"{fields['error']}: {fields['error_description']}")
        return fields["id_token"], fields["state"]

    def id_token(self, person: Person, activity: Activity, nonce: str, **changes: Any) -> str:
        """A token of one's own making. A change names a claim, LTI's own without their prefix; None leaves it out."""
        made = claims.make(self, person, activity, nonce)
        own = {name: f"{claims.LTI}/{name}" for name in changes if f"{claims.LTI}/{name}" in made}
        made |= {own.get(name, name): value for name, value in changes.items()}
        return forging.sign(self, {name: value for name, value in made.items() if value is not None})

    def rotate_key(self, *, keep_old: bool = True) -> str:
        """Sign with a new key from now on; returns its kid."""
        return self.keys.rotate(keep_old=keep_old).kid

    def launch(
        self, browser: Any, person: Person, activity: Activity, *, breakage: str | None = None, opens: str | None = None
    ) -> Any:
        """The whole launch by a Flask test client of the tool (``browser``), up to the answer of its /lti/launch."""
        login = browser.post("/lti/login", base_url=self.tool_url, data=self.login_form(person, activity, opens))
        if login.status_code not in (302, 303):
            return login
        fields = self.answer(login.headers["Location"], breakage=breakage)
        return browser.post("/lti/launch", base_url=self.tool_url, data=fields, headers={"Origin": self.url})

    # The tool's keys and our tokens

    def tool_keys(self, *, is_fresh: bool = False) -> dict[str, Any]:
        """The tool's key set; fetched once, and again on demand."""
        if self.key_set_of_tool is None or is_fresh:
            try:
                self.key_set_of_tool = connecting.fetch_key_set(f"{self.tool_url}/lti/jwks.json")
            except OSError:
                if self.key_set_of_tool is None:
                    raise
        return self.key_set_of_tool

    def keep_token(self, token: str, scopes: frozenset[str], seconds: int) -> None:
        self._tokens[token] = Token(scopes, self.now() + seconds)

    def is_granted(self, token: str, scopes: set[str]) -> bool:
        """Whether a live token holds one of the scopes."""
        held = self._tokens.get(token)
        return held is not None and held.expires_at > self.now() and bool(held.scopes & scopes)

    def grant(self, *names: str) -> str:
        """A token without asking, for tests that call the services themselves. Names of answers.SCOPES; none: all."""
        token = f"{len(self._tokens):032x}"
        self.keep_token(
            token, frozenset(answers.SCOPES[name] for name in names or answers.SCOPES), self.switches.token_life
        )
        return token

    def revoke_tokens(self) -> None:
        """Every token given so far is refused from now on."""
        self._tokens.clear()

    def registration(self) -> dict[str, str]:
        """What the tool must know of this platform: the options of ``frontline platform add``, underscored."""
        return {
            "name": self.name,
            "issuer": self.url,
            "client_id": self.client_id,
            "deployment_id": self.deployment_id,
            "auth_url": f"{self.url}/mod/lti/auth.php",
            "token_url": f"{self.url}/mod/lti/token.php",
            "jwks_url": f"{self.url}/mod/lti/certs.php",
        }


def create_lms(lms: Lms) -> Flask:
    """The Flask app that serves an LMS."""
    return lms.app
