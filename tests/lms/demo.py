"""Serve the demo LMS: ``python -m tests.lms.demo --port 5001 --data var/demo-lms``.

It keeps its key and what its gradebook holds in the data folder, so that it goes on where it stopped.
"""

import argparse
import signal
import sys
from pathlib import Path
from typing import Any

from tests.lms.platform import Lms
from tests.lms.serving import Server
from tests.lms.state import INSTRUCTOR, LEARNER

COURSE = ("Research Delivery Foundations", "RDF")
ACTIVITIES: list[dict[str, Any]] = [
    {"title": "Frontline community", "target": "/", "has_line_item": False},
    {"title": "Frontline research engagement", "target": "/courses/frontline-research-engagement"},
    {"title": "Why research-active care is better care", "target": "/modules/research-active-care"},
    {"title": "Where UK clinical research delivery is going", "target": "/modules/future-of-delivery"},
    {"title": "What the NHS wants from research", "target": "/modules/what-the-nhs-wants"},
    {"title": "Starting a research culture where you work", "target": "/modules/starting-a-research-culture"},
    {"title": "Patients at the centre", "target": "/modules/patients-at-the-centre"},
    {"title": "Making research part of everyday care", "target": "/modules/everyday-care"},
    {"title": "Your route into research", "target": "/modules/your-route-into-research"},
    {"title": "Keeping the momentum", "target": "/modules/keeping-the-momentum"},
]
"What the course links to, in order; a target opens once."
PEOPLE: list[tuple[str, str, str, dict[str, str]]] = [
    ("Amina", "Learner", LEARNER, {}),
    ("Ben", "Learner", LEARNER, {}),
    ("Farah", "Facilitator", INSTRUCTOR, {}),
    ("Nadia", "Nurse", LEARNER, {"email": "nadia.nurse@example.nhs.uk"}),
]
"Who is in the course; the last with an address by which she can sign in to the site, too, and link the two."
STAFF: dict[str, tuple[str, str, str, str]] = {
    "author": ("901", "Arthur", "Author", "author@demo.example"),
    "administrator": ("902", "Ada", "Administrator", "administrator@demo.example"),
}
"""Who does more on the site, by role: number, names, address. Nothing that a launch says makes an author here or an
administrator, so the site is told of them before they first come (tests.lms.staff), as an administrator would tell it."""


def furnish(lms: Lms) -> None:
    """Put in the course, its people and its activities, as far as they are not there from last time."""
    course = next(iter(lms.state.courses.values()), None) or lms.add_course(*COURSE)
    known = {person.name for person in lms.state.people.values()}
    for given_name, family_name, role, more in PEOPLE:
        if f"{given_name} {family_name}" not in known:
            lms.enrol(course, lms.add_person(given_name, family_name, **more), role)
    for role, (number, given_name, family_name, email) in STAFF.items():
        if number not in lms.state.people:
            lms.add_person(given_name, family_name, id=number, email=email, site_role=role)
    linked = {activity.custom.get("frontline_target") for activity in lms.state.activities.values()}
    for activity in ACTIVITIES:
        if activity["target"] not in linked:
            lms.add_link(course, **activity)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=5001)
    parser.add_argument("--base-url", help="default http://lms.localhost:<port>")
    parser.add_argument("--tool-url", default="http://frontline.localhost:5000")
    parser.add_argument("--client-id", default="frontline-demo")
    parser.add_argument("--deployment-id", default="1")
    parser.add_argument("--data", type=Path, required=True, help="folder for its key and its gradebook")
    parser.add_argument("--keys", type=Path, help="file of its key, if not in the data folder")
    parser.add_argument("--testing", action="store_true", help="with the hostile switches at /switches")
    asked = parser.parse_args()
    url = asked.base_url or f"http://lms.localhost:{asked.port}"
    lms = Lms(
        url, asked.tool_url, client_id=asked.client_id, deployment_id=asked.deployment_id,
        folder=asked.data, key_file=asked.keys, testing=asked.testing,
    )  # fmt: skip
    furnish(lms)
    server = Server(asked.port, lms.app)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    print(
        f"{lms.name}: a demo learning platform at {url}, for the tool at {lms.tool_url} (client id {lms.client_id})",
        flush=True,
    )
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass
    finally:
        server.server_close()


if __name__ == "__main__":
    main()
