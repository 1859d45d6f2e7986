"""Tabs that are closed at any moment lose ten seconds at most, and nothing for which the package has called commit."""

import pytest

from tests.journeys.framing import served
from tests.soak import closing

pytestmark = pytest.mark.browser
SEED = 20261127
TABS = {False: 10, True: 100}
MOST = 10.0
"Seconds of state that may be lost."


@pytest.mark.timeout(1800)
def test_a_tab_closed_at_a_random_moment_loses_ten_seconds_at_most_and_nothing_that_was_committed(
    browser,
    tmp_path,
    request,
    capsys,
):
    drawn = closing.tabs(TABS[bool(request.config.getoption("--soak"))], SEED)
    with served(tmp_path) as stage:
        closing.run(browser, stage, tmp_path, drawn, SEED)
    losses = sorted(tab.lost for tab in drawn)
    with capsys.disabled():
        print(
            f"\nseed {SEED}: {len(drawn)} tabs closed, {sum(each > 0 for each in losses)} lost something, {losses[-1]:.1f} s at most"
        )
    assert all(tab.last("set") for tab in drawn), "a package that said nothing proves nothing"
    assert any(tab.last("committed") for tab in drawn)
    assert [str(tab) for tab in drawn if tab.lost > MOST] == []
    assert [str(tab) for tab in drawn if tab.kept < max(tab.last("called"), tab.last("committed"))] == []
