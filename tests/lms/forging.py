"""Ways to break a launch, and ways to vary it, by name.

Tests are parametrised over ``BREAKAGES`` (each must be refused) and ``VARIANTS`` (each must be let in).
"""

import base64
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import jwt

from tests.lms import keys
from tests.lms.claims import AGS, LTI, NRPS, VOCABULARY

if TYPE_CHECKING:
    from tests.lms.platform import Lms

Claims = dict[str, Any]
HOUR = 3600
_PERSONAL = ("name", "given_name", "family_name", "email", f"{LTI}/lis", f"{LTI}/ext")


def without(*names: str) -> Callable[[Claims], Claims]:
    return lambda claims: {name: value for name, value in claims.items() if name not in names}


def having(**changes: Any) -> Callable[[Claims], Claims]:
    """Claims with others in their place; a callable receives the claim as it was; ``lti_x``: the LTI claim x."""

    def change(claims: Claims) -> Claims:
        named = {f"{LTI}/{name[4:]}" if name.startswith("lti_") else name: value for name, value in changes.items()}
        return {
            **claims,
            **{name: value(claims.get(name)) if callable(value) else value for name, value in named.items()},
        }

    return change


BROKEN_CLAIMS: dict[str, Callable[[Claims], Any]] = {
    "wrong_iss": having(iss="https://other.example"),
    "no_iss": without("iss"),
    "wrong_aud": having(aud="somebody-else"),
    "no_aud": without("aud"),
    "empty_aud_list": having(aud=[]),
    "aud_list_without_azp": having(aud=lambda aud: [aud, "somebody-else"]),
    "aud_list_with_foreign_azp": having(aud=lambda aud: [aud, "somebody-else"], azp="somebody-else"),
    "foreign_azp": having(azp="somebody-else"),
    "no_exp": without("exp"),
    "past_exp": having(iat=lambda at: at - HOUR, exp=lambda at: at - HOUR),
    "exp_is_text": having(exp="tomorrow"),
    "exp_is_null": having(exp=None),
    "no_iat": without("iat"),
    "future_iat": having(iat=lambda at: at + HOUR, exp=lambda at: at + HOUR),
    "old_iat": having(iat=lambda at: at - 24 * HOUR, exp=lambda at: at + 24 * HOUR),
    "iat_is_text": having(iat="now"),
    "future_nbf": having(nbf=lambda _: 4_000_000_000),
    "no_nonce": without("nonce"),
    "wrong_nonce": having(nonce="a-nonce-of-somebody-else"),
    "nonce_is_a_list": having(nonce=lambda nonce: [nonce]),
    "no_version": without(f"{LTI}/version"),
    "wrong_version": having(lti_version="1.1"),
    "no_message_type": without(f"{LTI}/message_type"),
    "unknown_message_type": having(lti_message_type="LtiSomethingElse"),
    "no_deployment": without(f"{LTI}/deployment_id"),
    "unknown_deployment": having(lti_deployment_id="999"),
    "deployment_is_a_number": having(lti_deployment_id=1),
    "long_deployment": having(lti_deployment_id="d" * 256),
    "no_target": without(f"{LTI}/target_link_uri"),
    "foreign_target": having(lti_target_link_uri="https://other.example/modules/x"),
    "target_is_a_list": having(lti_target_link_uri=lambda uri: [uri]),
    "no_resource_link": without(f"{LTI}/resource_link"),
    "resource_link_not_object": having(lti_resource_link="1"),
    "resource_link_without_id": having(lti_resource_link={"title": "No id"}),
    "long_resource_link_id": having(lti_resource_link={"id": "r" * 256}),
    "no_roles": without(f"{LTI}/roles"),
    "roles_string": having(lti_roles=f"{VOCABULARY}/membership#Learner"),
    "roles_holds_a_number": having(lti_roles=[1]),
    "long_sub": having(sub="s" * 300),
    "sub_is_a_number": having(sub=5),
    "sub_is_empty": having(sub=""),
    "sub_is_not_ascii": having(sub="søren"),
    "context_is_text": having(lti_context="2"),
    "json_array_body": lambda claims: [claims],
}
"Signed as they should be, and wrong in what they say."


def _bad_signature(lms: "Lms", claims: Claims) -> str:
    head, body, signature = lms.keys.current.sign(claims).split(".")
    return f"{head}.{body}.{signature[::-1]}"


def _changed_after_signing(lms: "Lms", claims: Claims) -> str:
    head, _, signature = lms.keys.current.sign(claims).split(".")
    return f"{head}.{_segment({**claims, 'sub': '2'})}.{signature}"


def _headed(**header: Any) -> Callable[["Lms", Claims], str]:
    """Signed by the right key under another header; None takes a field away."""

    def sign(lms: "Lms", claims: Claims) -> str:
        key = lms.keys.current
        wanted = {"kid": key.kid, **header}
        return key.sign(claims, {name: value for name, value in wanted.items() if value is not None})

    return sign


def _hs256(lms: "Lms", claims: Claims) -> str:
    """The public key taken for a shared secret: the oldest trick. Put together by hand, since PyJWT refuses to."""
    key = lms.keys.current
    head = f"{_segment({'typ': 'JWT', 'alg': 'HS256', 'kid': key.kid})}.{_segment(claims)}"
    algorithm = jwt.get_algorithm_by_name("HS256")
    return f"{head}.{_encode(algorithm.sign(head.encode(), key.public_pem))}"


def _unsigned(lms: "Lms", claims: Claims) -> str:
    return f"{_segment({'typ': 'JWT', 'alg': 'none', 'kid': lms.keys.current.kid})}.{_segment(claims)}."


def _none_with_signature(lms: "Lms", claims: Claims) -> str:
    return _unsigned(lms, claims) + lms.keys.current.sign(claims).split(".")[2]


BROKEN_TOKENS: dict[str, Callable[["Lms", Claims], str]] = {
    "bad_signature": _bad_signature,
    "changed_after_signing": _changed_after_signing,
    "no_signature": lambda lms, claims: lms.keys.current.sign(claims).rpartition(".")[0] + ".",
    "other_key": lambda lms, claims: keys.stranger().sign(claims, {"kid": lms.keys.current.kid}),
    "own_key_in_header": lambda lms, claims: keys.stranger().sign(claims, {"jwk": keys.stranger().published()}),
    "no_kid": _headed(kid=None),
    "unknown_kid": lambda lms, claims: keys.stranger().sign(claims),
    "alg_none": _unsigned,
    "alg_none_with_signature": _none_with_signature,
    "hs256_with_public_key": _hs256,
    "rs512": lambda lms, claims: jwt.encode(
        claims, lms.keys.current.private, "RS512", headers={"kid": lms.keys.current.kid}
    ),
    "crit_header": _headed(crit=["exp"]),
    "two_parts": lambda lms, claims: lms.keys.current.sign(claims).rpartition(".")[0],
    "four_parts": lambda lms, claims: lms.keys.current.sign(claims) + ".more",
    "not_base64": lambda lms, claims: "not.a.token!",
    "not_json": lambda lms, claims: f"{_encode(b'not json')}.{_encode(b'not json')}.{_encode(b'x')}",
    "header_is_a_list": lambda lms, claims: f"{_segment(['RS256'])}.{_segment(claims)}.{_encode(b'x')}",
    "not_utf8": lambda lms, claims: (
        f"{_segment({'alg': 'RS256', 'kid': lms.keys.current.kid})}.{_encode(bytes([255, 254]))}.eA"
    ),
    "empty_token": lambda lms, claims: "",
}
"Wrong before anything is read out of them, or wrong in how they are signed."

VARIANTS: dict[str, Callable[[Claims], Claims]] = {
    "iat_5s_ahead": having(iat=lambda at: at + 5, exp=lambda at: at + 5),
    "aud_list": having(aud=lambda aud: [aud]),
    "aud_list_with_azp": lambda claims: {**claims, "aud": ["somebody-else", claims["aud"]], "azp": claims["aud"]},
    "empty_roles": having(lti_roles=[]),
    "several_roles": having(lti_roles=lambda roles: [*roles, f"{VOCABULARY}/institution/person#Student"]),
    "unknown_role": having(lti_roles=lambda roles: [*roles, "https://other.example/roles#Visitor"]),
    "short_role": having(lti_roles=["Learner"]),
    "institution_instructor_who_learns": having(
        lti_roles=lambda roles: [*roles, f"{VOCABULARY}/institution/person#Instructor"]
    ),
    "no_sub": without("sub"),
    "anonymous": without("sub", *_PERSONAL),
    "no_names": without(*_PERSONAL),
    "name_only": without("given_name", "family_name", "email"),
    "email_only": without("name", "given_name", "family_name"),
    "no_context": without(f"{LTI}/context", NRPS, AGS),
    "only_resource_link": without(
        f"{LTI}/context", f"{LTI}/custom", f"{LTI}/launch_presentation", f"{LTI}/tool_platform", NRPS, AGS, *_PERSONAL
    ),
    "no_line_item": having(
        **{AGS: lambda endpoint: {name: value for name, value in endpoint.items() if name != "lineitem"}}
    ),
    "extra_claims": having(**{"https://other.example/claim": {"a": [1, {"b": None}]}, "lti_more": "x"}),
    "unsubstituted_custom": having(lti_custom=lambda custom: {**custom, "history": "$Context.id.history"}),
    "sub_is_255_long": having(sub="s" * 255),
    "names_beyond_ascii": having(name="Zoë Ó Briain", given_name="Zoë", family_name="Ó Briain"),
}
"Launches that are right and unusual."


def _signed(change: Callable[[Claims], Any]) -> Callable[["Lms", Claims], str]:
    return lambda lms, claims: sign(lms, change(claims))


BROKEN: dict[str, Callable[["Lms", Claims], str]] = {
    **{name: _signed(change) for name, change in BROKEN_CLAIMS.items()},
    **BROKEN_TOKENS,
}
"Name -> the token of a launch that must be refused."

ACCEPTED: dict[str, Callable[["Lms", Claims], str]] = {name: _signed(change) for name, change in VARIANTS.items()}
"Name -> the token of a launch that must be let in."


def forge(lms: "Lms", claims: Claims, name: str | None = None) -> str:
    """The id_token of these claims: right, varied, or broken by name."""
    if name is None:
        return lms.keys.current.sign(claims)
    return {**BROKEN, **ACCEPTED}[name](lms, claims)


def sign(lms: "Lms", body: Any) -> str:
    """PyJWT will not sign a list or a wrong type; this does."""
    key = lms.keys.current
    head = f"{_segment({'typ': 'JWT', 'alg': 'RS256', 'kid': key.kid})}.{_segment(body)}"
    return f"{head}.{_encode(jwt.get_algorithm_by_name('RS256').sign(head.encode(), key.private))}"


def _segment(value: Any) -> str:
    return _encode(json.dumps(value).encode())


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
