"""A story that was published stays without its people; what never was goes; counters stay right."""

from sqlalchemy import func, select

from courses.db import now, table_of
from learn.discussion.models import Thanks
from learn.people import merging
from learn.people.own_data import requests as own_data
from learn.stories.around import Adoption, Outcome
from learn.stories.models import Story, StoryFile, StoryRevision, StoryRound
from learn.web import writing
from tests.discussing import make_writer, say
from tests.pages import PageClient
from tests.people import sign_in
from tests.stories import make_story, told

NAME = "Amina Yusuf"


def erase(user):
    with writing() as session:
        return own_data.erase(session, user.id, now(), by_id=None)


def everything(session):
    tables = (Story, StoryRevision, StoryRound, StoryFile, Adoption)
    return repr([row for each in tables for row in session.execute(select(table_of(each)))])


def one(session, story):
    return session.execute(select(table_of(Story)).where(Story.id == story.id)).one()


def adopt(session, story, user, **more):
    row = {"story_id": story.id, "user_id": user.id, "organisation": "Example Hospital", "region": "wales", "tried_on": now().date(),
           "outcome": Outcome.WORKED, "words": f"Thank you {NAME}", "is_visible": True, "at": now(), **more}  # fmt: skip
    session.execute(table_of(Adoption).insert(), row)
    session.execute(
        table_of(Story).update().where(Story.id == story.id).values(adoption_count=Story.adoption_count + 1)
    )


def test_a_published_story_stays_at_its_link_without_its_authors(app, session):
    author, reader = make_writer(session, NAME), make_writer(session, "Sam Reed")
    story = make_story(session, author_id=author.id, fields={"quote_who": f"{NAME}, research nurse"})
    session.commit()
    assert NAME in everything(session)
    session.rollback()
    kept = erase(author)
    assert NAME not in everything(session)
    assert (one(session, story).author_id, one(session, story).is_out) == (None, True)
    page = sign_in(PageClient(app), reader.id).get(story.path)
    assert NAME not in page.words
    assert "Ask the parish council." in page.words
    assert any("stays under its licence" in sentence for sentence in kept)


def test_a_story_that_was_never_published_goes_with_all_that_belongs_to_it(session):
    author = make_writer(session, NAME)
    number = session.execute(table_of(Story).insert().returning(Story.id), {
        "state": "draft", "author_id": author.id, "setting": "", "region": "", "profession": "", "title": "A draft", "summary": "",
        "slug": "a-draft", "byline": "", "created_at": now(),
    }).scalar_one()  # fmt: skip
    session.execute(
        table_of(StoryRevision).insert(),
        {"story_id": number, "n": 1, "fields": told(), "saved_at": now(), "html": "", "editor_id": author.id},
    )
    session.commit()
    erase(author)
    for model in (Story, StoryRevision):
        assert session.scalar(select(func.count()).select_from(table_of(model))) == 0


def test_what_a_reader_did_is_not_counted_any_more_or_stays_without_them(session):
    author, reader = make_writer(session, NAME), make_writer(session, "Sam Reed")
    story = make_story(session, author_id=author.id)
    say(session, story.topic_id, reader)
    session.execute(
        table_of(Thanks).insert(), {"kind": "story", "target_id": story.id, "user_id": reader.id, "at": now()}
    )
    session.execute(table_of(Story).update().values(thanks_count=1))
    adopt(session, story, reader)
    session.commit()
    assert one(session, story).comment_count == 1
    session.rollback()
    erase(reader)
    left = one(session, story)
    assert (left.comment_count, left.thanks_count, left.adoption_count) == (0, 0, 1)
    tried = session.execute(select(table_of(Adoption))).one()
    assert (tried.user_id, tried.words, tried.organisation) == (None, "", "Example Hospital")


def test_two_accounts_that_become_one_tried_it_once_and_thanked_once(session):
    first, second = make_writer(session, NAME), make_writer(session, NAME)
    story = make_story(session, author_id=first.id)
    for user in (first, second):
        adopt(session, story, user)
        session.execute(
            table_of(Thanks).insert(), {"kind": "story", "target_id": story.id, "user_id": user.id, "at": now()}
        )
    session.execute(table_of(Story).update().values(thanks_count=2))
    session.commit()
    with writing() as writer:
        merging.merge(writer, first.id, second.id, now(), by_id=None)
    left = one(session, story)
    assert (left.author_id, left.adoption_count, left.thanks_count) == (second.id, 1, 1)
    assert session.scalars(select(Adoption.user_id)).all() == [second.id]
