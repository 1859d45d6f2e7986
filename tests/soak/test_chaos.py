"""Nothing is lost and nothing is wrong, however often the workers die and whatever the platform does."""

import time

import pytest

from tests.lms import serving
from tests.people import make_user, sign_in
from tests.soak import chaos
from tests.soak.filling import fill


@pytest.mark.timeout(600)
def test_every_score_arrives_though_workers_are_killed_and_platforms_fail_and_hang(app, request, capsys):
    plan = chaos.LONG if request.config.getoption("--soak") else chaos.SMALL
    tool = app.config["FRONTLINE"].base_url
    with serving.running(tool) as lms, serving.running(tool) as hanging:
        result = chaos.run(app, lms, hanging, plan)
    with capsys.disabled():
        print(f"\n{result}")
    assert (result.wrong, result.untold, result.waiting, result.kills) == ([], [], 0, plan.kills), str(result)
    assert result.posts > result.accepted, "nothing went wrong, so nothing was proved"


@pytest.mark.timeout(600)
def test_a_platform_that_hangs_holds_up_nobody_elses_scores_and_no_page(app, client, session, request, capsys):
    """Only the long run measures; the short one shows that the others' scores arrive while the hung ones still wait."""
    is_long = request.config.getoption("--soak")
    tool, arrivals, pages = app.config["FRONTLINE"].base_url, [], []
    with serving.running(tool) as hanging, serving.running(tool) as lms:
        hung, calm = fill(hanging, 500 if is_long else 30), fill(lms, 120 if is_long else 10)
        chaos.hang(hanging)
        user = make_user(session)
        session.commit()
        member = sign_in(client, user.id)
        herd = chaos.Herd(3, app)
        try:
            for each in hung:
                each.given = 50
                chaos.ask(each)
            for n, each in enumerate(calm):
                each.given = 80
                began = time.monotonic()
                chaos.ask(each)
                member.get("/me")
                pages.append(time.monotonic() - began)
                assert lms.recorder.wait_for("score", n + 1, 20)
                arrivals.append(time.monotonic() - began)
            assert chaos.waiting() >= len(hung)
            arrivals.pop(0)  # the workers were still starting
        finally:
            hanging.switches.reset()
            herd.stop()
    with capsys.disabled():
        print(
            f"\nbeside {len(hung)} that hang: {max(arrivals):.2f} s at most to arrive, {max(pages):.2f} s at most for a page"
        )
    assert {post.json["scoreGiven"] for post in lms.recorder.of("score")} == {80}
    assert not is_long or (max(arrivals) < 2.0 and max(pages) < 2.0)
