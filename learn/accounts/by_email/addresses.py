"""An email address as somebody typed it, and what makes two of them one.

Stricter than the standards on purpose: no accents, no quotes, no comments, no numbers in brackets, no international
domains. Whatever looks like an address of the NHS then is one, letter by letter.
"""

import re
from dataclasses import dataclass

from email_validator import EmailNotValidError, validate_email

PLAIN = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._'+&=~-]*")
"Before the @. Without % and !, by which some servers pass mail on, and without a hyphen first, which is an option elsewhere."


class NotAnAddress(ValueError):
    """What was typed is no address that anybody here may have."""


@dataclass(frozen=True)
class Address:
    """One address: as mail is sent to it, as it is compared, and its domain."""

    address: str
    "As typed, domain in lower case."
    key: str
    "Lower case and without a +tag."
    domain: str
    "In lower case."


def parse(typed: str) -> Address:
    """Read an address; NotAnAddress when it is none."""
    text = typed.strip(" \t\r\n")
    if not text.isascii() or len(text) > 254:
        raise NotAnAddress("not plain letters")
    try:
        found = validate_email(text, check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError:
        raise NotAnAddress("not an address") from None
    domain, base = found.ascii_domain.lower(), found.local_part.split("+")[0].lower()
    if (
        len(found.local_part) > 64
        or not PLAIN.fullmatch(found.local_part)
        or base.endswith(".")  # no address is left when its tag goes
        or any(label.startswith("xn--") for label in domain.split("."))
    ):
        raise NotAnAddress("not a plain address")
    return Address(f"{found.local_part}@{domain}", f"{base}@{domain}", domain)
