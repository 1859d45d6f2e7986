"""The token endpoint's recorded answers."""

from typing import Any

import jwt
import pytest

from tests.lms.keys import stranger
from tests.lms.services.answers import SCOPES
from tests.lms.services.tokens import ASSERTION

SCORE, ALL = SCOPES["score"], " ".join(SCOPES.values())


@pytest.fixture
def ask(lms, clock, caller, tool_key):
    """Ask for a token; ``form`` changes fields of the request, ``claims`` those of the assertion."""
    lms.key_set_of_tool = {"keys": [tool_key.published()]}

    def post(scope: str = SCORE, key: Any = tool_key, form: dict | None = None, **claims: Any) -> Any:
        at = int(clock())
        said = {"iss": lms.client_id, "sub": lms.client_id, "aud": f"{lms.url}/mod/lti/token.php", "iat": at,
                "exp": at + 60, "jti": "once", **claims}  # fmt: skip
        assertion = jwt.encode(said, key.private, "RS256", headers={"kid": tool_key.kid})
        fields = {"grant_type": "client_credentials", "client_assertion_type": ASSERTION,
                  "client_assertion": assertion, "scope": scope, **(form or {})}  # fmt: skip
        return caller.http.post("/mod/lti/token.php", base_url=lms.url, data=fields)

    return post


@pytest.mark.parametrize("asked, granted", [(ALL, ALL), (SCORE, SCORE), (f"{SCORE} https://x.example/nonsense", SCORE)])
def test_a_token_is_granted_for_the_scopes_that_are_known(ask, lms, asked, granted):
    answer = ask(asked)
    assert (answer.status, answer.content_type) == ("200 OK", "text/html; charset=utf-8")
    told = answer.get_json(force=True)
    token = told.pop("access_token")
    assert told == {"token_type": "Bearer", "expires_in": 3600, "scope": granted}
    assert len(token) == 32
    assert int(token, 16)
    assert lms.is_granted(token, {SCORE})


def test_neither_jti_nor_aud_is_looked_at(ask):
    assert [ask().status_code, ask().status_code, ask(aud="https://other.example").status_code] == [200, 200, 200]


REFUSED = [
    ({"scope": "https://x.example/nonsense"}, "invalid_scope"),
    ({"exp": 1_700_000_000}, "Expired token"),
    ({"sub": "somebody-else"}, "invalid_client"),
    ({"iat": 1_795_331_656}, "Cannot handle token with iat prior to 2026-11-22T07:14:16+0000"),
    ({"form": {"client_assertion": ""}}, "invalid_request"),
    ({"form": {"grant_type": "password"}}, "unsupported_grant_type"),
    ({"form": {"client_assertion": "x"}}, "Wrong number of segments"),
    ({"key": stranger()}, "Signature verification failed"),
]


@pytest.mark.parametrize("changes, error", REFUSED)
def test_a_refusal_is_a_400_that_calls_itself_html(ask, changes, error):
    answer = ask(**changes)
    assert (answer.status, answer.content_type) == ("400 Bad Request", "text/html; charset=utf-8")
    assert answer.get_json(force=True) == {"error": error}


def test_the_life_of_a_token_can_be_shortened(ask, lms, clock):
    lms.switches.token_life = 60
    told = ask().get_json(force=True)
    assert told["expires_in"] == 60
    clock.move(61)
    assert not lms.is_granted(told["access_token"], {SCORE})
