"""The form that asks for an email address."""

from typing import Any

from flask_wtf import FlaskForm
from wtforms import StringField, ValidationError
from wtforms.validators import InputRequired

from learn.accounts.by_email import addresses
from learn.accounts.by_email.addresses import Address, NotAnAddress
from learn.components import draw_input

FORMAT = "Enter an email address in the format name@example.nhs.uk, in plain letters"
REFUSED = "Enter an email address of an organisation whose staff may come in"


class AddressForm(FlaskForm):
    """An email address; ``address`` is what was read of it once the form was found right."""

    address: Address
    email = StringField(
        "Email address", [InputRequired("Enter your email address")], widget=draw_input,
        description="Your work address at the NHS or the NIHR",
    )  # fmt: skip

    def validate_email(self, field: Any) -> None:
        """Read the address."""
        try:
            self.address = addresses.parse(field.data)
        except NotAnAddress:
            raise ValidationError(FORMAT) from None

    def refuse(self) -> None:
        """No rule lets this address in."""
        self.email.errors = [*self.email.errors, REFUSED]
