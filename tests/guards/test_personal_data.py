"""Every table is answered for: by a feature that exports and erases what it holds of a person, or by a reason why it holds none."""

import re

from sqlalchemy import Boolean, Column, ForeignKey, Integer, MetaData, String, Table

from courses.db import Base
from tests.pages import PageClient

AUTHORED = "what authors publish for everybody"
CONNECTED = "how a platform is connected, the same for all of its people"
NOBODY = {
    **dict.fromkeys(
        ("theme", "course", "module", "course_module", "module_prerequisite", "module_version", "unit", "question", "package"), AUTHORED
    ),
    **dict.fromkeys(
        ("registration", "deployment", "context", "resource_link", "line_item", "role_rule", "course_group",
         "platform_keys", "access_token", "notice"), CONNECTED
    ),
    "lti_login": "a launch that was begun: gone after 10 minutes, and before it is proved nobody is known",
    "tool_key": "the site's own keys",
    "domain_rule": "who may come in, by domain",
    "review_scan": "how far a look for patient identifiers has come: numbers alone",
    "search_entry": "the words of modules, stories and topics that members find: changed and removed with them",
    "story_facet": "how many stories there are of each kind",
    "story_number": "the last number that a year gave to a story",
    "outbox": "errands by kind and number, gone when they are done",
}  # fmt: skip
"Tables that hold nobody, and why."

PLAIN = {
    "registration.name": "what people call the platform",
    "course_group.name": "what the platform calls the group",
    "line_item.replaced_by_id": "another line item",
    "domain_rule.changed_by_id": "an administrator by number alone, which points to nobody after they are erased",
}
"Columns of those tables that look as if they held a person, and why they do not."

PEOPLE = {"user", "learner", "platform_user", "login_session"}
NAMED = re.compile(
    r"(^|_)(user|learner|person|actor|author|owner|member|email|address|name|sub|hint|phone|sponsor)(_id|_pk|_key)?$|_by_id$"
)


def about_people(metadata: MetaData) -> set[str]:
    """Tables whose rows belong to a person: they point to one, or to a row that does."""
    found = set(PEOPLE)
    while True:
        more = {
            table.name
            for table in metadata.tables.values()
            if any(key.column.table.name in found for key in table.foreign_keys)
        }
        if more <= found:
            return found
        found |= more


def suspects(metadata: MetaData, names: set[str]) -> set[str]:
    """Columns of these tables that may hold a person, by where they point or what they are called."""
    people = about_people(metadata)
    return {
        f"{name}.{column.name}"
        for name in names
        for column in metadata.tables[name].columns
        if (NAMED.search(column.name) and not isinstance(column.type, Boolean))
        or any(key.column.table.name in people for key in column.foreign_keys)
    }


def test_every_table_is_answered_for_exactly_once(app):
    named = [table for part in app.extensions["frontline_personal"] for table in part.tables]
    assert sorted([*named, *NOBODY]) == sorted(Base.metadata.tables)


def test_a_table_of_nobody_has_no_column_for_a_person():
    assert suspects(Base.metadata, set(NOBODY)) == set(PLAIN)


def test_a_new_table_with_a_person_is_found():
    metadata = MetaData()
    Table("user", metadata, Column("id", Integer, primary_key=True))
    Table("story", metadata, Column("id", Integer, primary_key=True), Column("writer", ForeignKey("user.id")))
    Table("comment", metadata, Column("id", Integer, primary_key=True), Column("on", ForeignKey("story.id")))
    Table("invitation", metadata, Column("id", Integer, primary_key=True), Column("their_email", String))
    Table("badge", metadata, Column("id", Integer, primary_key=True), Column("title", String))
    assert about_people(metadata) == {"user", "learner", "platform_user", "login_session", "story", "comment"}
    found = suspects(metadata, {"story", "comment", "invitation", "badge"})
    assert found == {"story.writer", "comment.on", "invitation.their_email"}


def test_the_words_of_the_export_fit_into_a_list(app):
    words = [name for part in app.extensions["frontline_personal"] for name in part.words]
    assert len(words) == len(set(words))
    assert all(each[0].islower() and not each.endswith(".") for each in _told(app))


def test_what_is_held_is_shown_to_its_person(member: PageClient, app):
    page = member.get("/me/data").words
    assert [words for words in _told(app) if words not in page] == []


def _told(app):
    return [words for part in app.extensions["frontline_personal"] for words in part.words.values()]
