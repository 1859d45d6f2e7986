"""The one door to a mail server, and its twin that writes into the data folder where no server is set.

A message that the server took is sent; what it did not take is told apart by whether another try can help (RFC 5321
§4.2.1: 4yz is temporary, 5yz is for good). Nothing of a server's own text is kept: it may quote the address.
"""

import enum
import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

PORTS = {"smtp": 25, "smtps": 465}
FOR_GOOD = 500


class Handed(enum.StrEnum):
    """What came of handing a message over."""

    TAKEN = "taken"
    AWAY = "server_away"
    LATER = "server_busy"
    LOGIN = "login_refused"
    TLS = "no_tls"
    REFUSED = "server_refused"
    BOUNCED = "address_refused"


@dataclass(frozen=True)
class Server:
    """A mail server, as FRONTLINE_SMTP_URL names it."""

    host: str
    port: int
    user: str
    password: str
    is_tls: bool
    needs_tls: bool


def server(url: str) -> Server:
    """Read smtp:// or smtps://user:password@host:port; ``?starttls=required`` sends nothing in the clear."""
    parts = urlsplit(url)
    return Server(
        parts.hostname or "", parts.port or PORTS[parts.scheme], unquote(parts.username or ""),
        unquote(parts.password or ""), parts.scheme == "smtps", parse_qs(parts.query).get("starttls") == ["required"],
    )  # fmt: skip


def hand_over(to: Server, message: EmailMessage, timeout: float) -> Handed:
    """Hand a message to the server; ``timeout`` in seconds bounds each step of the talk."""
    try:
        with _connect(to, timeout) as talk:
            if not to.is_tls:
                if talk.has_extn("starttls") or (talk.ehlo() and talk.has_extn("starttls")):
                    talk.starttls(context=ssl.create_default_context())
                elif to.needs_tls:
                    return Handed.TLS
            if to.user:
                talk.login(to.user, to.password)
            talk.send_message(message)
        return Handed.TAKEN
    except smtplib.SMTPRecipientsRefused as refused:
        codes = [code for code, _ in refused.recipients.values()]
        return Handed.BOUNCED if codes and min(codes) >= FOR_GOOD else Handed.LATER
    except smtplib.SMTPAuthenticationError:
        return Handed.LOGIN
    except smtplib.SMTPResponseException as answer:
        return Handed.REFUSED if answer.smtp_code >= FOR_GOOD else Handed.LATER
    except ssl.SSLError:
        return Handed.TLS
    except (smtplib.SMTPException, OSError):
        return Handed.AWAY


def _connect(to: Server, timeout: float) -> smtplib.SMTP:
    if to.is_tls:
        return smtplib.SMTP_SSL(to.host, to.port, timeout=timeout, context=ssl.create_default_context())
    return smtplib.SMTP(to.host, to.port, timeout=timeout)


def put_aside(folder: Path, number: int, message: EmailMessage) -> Handed:
    """Write the message as a file, named by the mail's number; a second time writes the same file."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{number}.eml").write_bytes(bytes(message))
    return Handed.TAKEN
