"""The forms of this room: a platform by hand, and a rule on roles."""

from typing import Any

from flask_wtf import FlaskForm
from wtforms import SelectChoice, SelectField, StringField, TextAreaField, ValidationError
from wtforms.validators import InputRequired, Length, Optional

from learn.components import draw_input, draw_select, draw_textarea
from learn.lti import role_rules
from learn.lti.connect import by_hand
from learn.lti.registration import MOST_FRAME_ORIGINS
from learn.lti.role_rules import Rule

MOST_DEPLOYMENTS = 50
ANY = SelectChoice("", "Any course")
ROLE_WORDS = {"context": "in the course", "institution": "of the institution", "system": "of the whole platform"}


def _is_identifier(form: Any, field: Any) -> None:
    longest = by_hand.LONGEST[field.name]
    if not by_hand.is_identifier(field.data or "", longest):
        raise ValidationError(f"{field.label.text} has 1 to {longest} letters, digits and signs without accents")


def _is_address(form: Any, field: Any) -> None:
    why = by_hand.why_not(field.data or "")
    if why:
        raise ValidationError(f"{field.label.text} cannot be used: {why}")


def _trimmed(value: str | None) -> str:
    return (value or "").strip()


def lines(value: str | None) -> tuple[str, ...]:
    """The lines of a text area, empty ones left out."""
    return tuple(dict.fromkeys(line.strip() for line in (value or "").splitlines() if line.strip()))


def _text(label: str, hint: str, *checks: Any) -> StringField:
    asked = InputRequired(f"Enter the {label[0].lower()}{label[1:]}" if not label.isupper() else f"Enter the {label}")
    return StringField(label, [asked, *checks], description=hint, filters=[_trimmed], widget=draw_input)


class PlatformForm(FlaskForm):
    """What a platform's own page about this tool shows; the labels are Moodle's, with the standard's name beside."""

    name = StringField(
        "Name", [InputRequired("Enter a name"), Length(max=255, message="The name has at most 255 letters")],
        description="What people call the platform, for example NIHR Learn", filters=[_trimmed], widget=draw_input,
    )  # fmt: skip
    issuer = _text("Platform ID", "Also called issuer", _is_identifier)
    client_id = _text("Client ID", "The platform\u2019s name for this site", _is_identifier)
    jwks_url = _text("Public keyset URL", "", _is_address)
    token_url = _text("Access token URL", "", _is_address)
    auth_url = _text("Authentication request URL", "Also called OIDC authentication URL", _is_address)
    deployment_ids = TextAreaField(
        "Deployment IDs", [Optional()], widget=draw_textarea,
        description="One on each line. Leave this empty and the first launch names it",
    )  # fmt: skip

    def validate_deployment_ids(self, field: Any) -> None:
        """Each line is an identifier."""
        given = lines(field.data)
        if len(given) > MOST_DEPLOYMENTS or not all(by_hand.is_identifier(one, 255) for one in given):
            raise ValidationError("Enter each deployment ID on a line of its own, without accents")

    def told(self, **more: Any) -> by_hand.Told:
        """What was said, as the connection takes it."""
        plain = {name: getattr(self, name).data for name in ("name", "issuer", "client_id", *by_hand.ADDRESSES)}
        return by_hand.Told(**plain, deployment_ids=lines(self.deployment_ids.data), **more)


class ChangeForm(PlatformForm):
    """A platform that is there: issuer and client ID stay, since they are who it is."""

    issuer = client_id = None  # type: ignore[assignment]
    token_audience = StringField(
        "Audience of tokens", [Optional(), Length(max=2000, message="The audience has at most 2000 letters")],
        description="Only if the platform asks for another than its access token URL",
        filters=[_trimmed], widget=draw_input,
    )  # fmt: skip
    frame_origins = TextAreaField(
        "Sites that may show this site in a frame", [Optional()], widget=draw_textarea,
        description="One on each line, for example https://learn.example.org or https://*.example.org",
    )  # fmt: skip

    def validate_frame_origins(self, field: Any) -> None:
        """Each line is an origin, with a wildcard for sub-domains at most."""
        given = lines(field.data)
        if len(given) > MOST_FRAME_ORIGINS or not all(by_hand.is_frame_origin(one) for one in given):
            raise ValidationError("Enter each site as https:// and its name, with nothing after it")

    def changed(self, there: Any) -> by_hand.Told:
        """What was said of the platform that is there."""
        plain = {name: getattr(self, name).data for name in ("name", *by_hand.ADDRESSES)}
        return by_hand.Told(
            issuer=there["issuer"], client_id=there["client_id"], **plain, token_audience=self.token_audience.data,
            deployment_ids=lines(self.deployment_ids.data), frame_origins=lines(self.frame_origins.data),
        )  # fmt: skip


class RuleForm(FlaskForm):
    """Which role of a platform stands for which of ours, and where."""

    role = SelectField(
        "Whoever is", [InputRequired("Choose a role")], widget=draw_select,
        choices=[
            SelectChoice(f"{scope}:{name}", f"{name} {ROLE_WORDS[scope]}")
            for scope, names in role_rules.ROLES.items() for name in names
        ],
    )  # fmt: skip
    grants = SelectField(
        "May act here as", [InputRequired("Choose what they may do")], widget=draw_select,
        choices=[SelectChoice("facilitator", "Facilitator: moderates the forum"), SelectChoice("author", "Author: uploads modules")],
    )  # fmt: skip
    where = SelectField("When they come from", [Optional()], widget=draw_select, choices=[ANY])

    def rule(self) -> Rule:
        """The rule that was chosen."""
        scope, _, role = str(self.role.data).partition(":")
        return Rule(int(self.where.data) if self.where.data else None, scope, role, str(self.grants.data))
