"""Once a day the gradebook is compared with what it accepted: what vanished is sent again, once, and then told."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from courses.db import now
from learn.accounts.models import Role
from learn.lti.models import LineItem
from learn.outbox.models import OutboxItem
from learn.passback import reconcile
from learn.passback.models import Delivery, Score
from tests.learn.passback.test_columns import done  # noqa: F401 fixture
from tests.pages import PageClient
from tests.people import make_user, sign_in


@pytest.fixture
def night(session, worker):
    """Let a night pass: all scores are settled, and the comparing is due."""

    def go():
        session.rollback()
        session.execute(update(Score).values(accepted_at=now() - timedelta(hours=2)))
        session.execute(update(LineItem).values(checked_at=None))
        session.execute(update(OutboxItem).where(OutboxItem.kind == reconcile.NIGHTLY).values(not_before=now()))
        session.commit()
        worker()
        session.rollback()

    return go


def test_d11_a_score_that_vanished_is_sent_again_once_and_then_told(done, lms, worker, night, session):  # noqa: F811
    worker()
    assert done.grade == 100
    lms.state.grades.clear()
    night()
    assert done.grade == 100
    assert session.scalar(select(Score.state)) is Delivery.SENT
    lms.state.grades.clear()
    night()
    assert done.grade is None
    assert session.execute(select(Score.state, Score.last_error)).one() == (Delivery.NEEDS_HELP, "cleared")


def test_a_score_that_stands_or_is_higher_is_left_alone(done, lms, worker, night, session):  # noqa: F811
    worker()
    posted = len([each for each in lms.recorder.all() if each.path.endswith("/scores")])
    night()
    assert len([each for each in lms.recorder.all() if each.path.endswith("/scores")]) == posted
    assert session.scalar(select(Score.repaired_at)) is None


@pytest.mark.parametrize("kind", ["500", "html", "drop", "403"])
def test_results_that_cannot_be_read_change_nothing(done, lms, worker, night, session, kind):  # noqa: F811
    worker()
    lms.state.grades.clear()
    lms.switches.fail("results", kind)
    night()
    assert session.execute(select(Score.state, Score.repaired_at)).one() == (Delivery.SENT, None)


def test_what_needs_help_is_counted_for_administrators_and_sent_again(app, done, lms, worker, session):  # noqa: F811
    lms.switches.fail("score", "403")
    worker()
    lms.switches.reset()
    user = make_user(session, "Ada Administrator", roles=(Role.ADMINISTRATOR,))
    session.commit()
    office = sign_in(PageClient(app), user.id)
    page = office.get("/admin/deliveries")
    assert "Deliveries (1 need help )" in page.select_one(".rooms").get_text(" ", strip=True)
    assert "has not allowed Frontline to send grades" in page.words
    assert "1 result is being sent again." in office.follow("/admin/deliveries/resend").words
    worker()
    assert done.grade == 100
    assert "Every result arrived or is on its way." in office.get("/admin/deliveries").words
