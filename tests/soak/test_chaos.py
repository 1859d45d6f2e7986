"""Nothing is lost and nothing is wrong, however often the workers die and whatever the platform does."""

import pytest

from tests.lms import serving
from tests.soak import chaos


@pytest.mark.timeout(600)
def test_every_score_arrives_though_workers_are_killed_and_the_platform_fails(app, request, capsys):
    plan = chaos.LONG if request.config.getoption("--soak") else chaos.SMALL
    with serving.running(app.config["FRONTLINE"].base_url) as lms:
        result = chaos.run(app, lms, plan)
    with capsys.disabled():
        print(f"\n{result}")
    assert (result.wrong, result.untold, result.waiting, result.kills) == ([], [], 0, plan.kills), str(result)
    assert result.posts > result.accepted, "nothing went wrong, so nothing was proved"
