"""Settings: one annotated table, read once from the environment.

Only names that begin with ``FRONTLINE_`` are ours; an unknown one, or one that cannot be read, stops the start with one line.
"""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from click import ClickException
from flask import current_app
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

PREFIX = "FRONTLINE_"


class SettingsError(ClickException):
    """The environment does not make a working site; the message is one line for whoever starts it."""


def _setting(meaning: str, default: str = "", *, is_secret: bool = False) -> Any:
    return field(default=default, metadata={"meaning": meaning, "is_secret": is_secret})


@dataclass(frozen=True)
class Settings:
    """Every setting with its meaning; text as given. The properties below are what the code reads."""

    env: str = _setting("development or production", "development")
    secret_key: str = _setting("Signs cookies and encrypts keys at rest; at least 32 characters", is_secret=True)
    base_url: str = _setting(
        "The site's own address, as people and platforms see it", "http://frontline.localhost:5000"
    )
    content_url: str = _setting(
        "Address of uploaded content; {label} marks the per-version part", "http://{label}.content.localhost:5000"
    )
    data_dir: str = _setting("Folder for the database, uploads and the development key", "var")
    database_url: str = _setting(
        "SQLAlchemy address of the database; SQLite in the data folder when empty", is_secret=True
    )
    redis_url: str = _setting("Redis for rate limits shared by several hosts; optional", is_secret=True)
    storage_url: str = _setting("Where uploads lie: file:FOLDER or s3://BUCKET/PREFIX; the data folder when empty")
    smtp_url: str = _setting("Mail server, smtp:// or smtps://; empty writes mail into the data folder", is_secret=True)
    mail_from: str = _setting("Sender of mail", "frontline@localhost")
    lrs_url: str = _setting("Learning record store to relay statements to; not used yet", is_secret=True)
    trusted_proxies: str = _setting("How many proxies in front of the site set X-Forwarded-* headers", "0")
    metrics_token: str = _setting("Bearer token that may read /metrics from elsewhere", is_secret=True)
    private_platforms: str = _setting("Hosts of on-premises platforms that may have private addresses, by comma")
    h5p: str = _setting("on or off: whether H5P packages are played", "on")
    site_name: str = _setting("Name in the header and in titles", "Frontline")
    operator: str = _setting("Who runs the site, in the footer pages", "The team that runs this site")
    contact: str = _setting("Email address for help, in the footer pages")
    logo: str = _setting("Address path of a logo image instead of the built-in mark")
    time_zone: str = _setting("Zone in which times are shown", "Europe/London")
    idle_minutes: str = _setting("Minutes without use after which a session ends", "30")

    @property
    def is_production(self) -> bool:
        return self.env == "production"

    @property
    def folder(self) -> Path:
        return Path(self.data_dir).absolute()

    @property
    def database(self) -> str:
        return self.database_url or f"sqlite:///{self.folder / 'frontline.sqlite3'}"

    @property
    def storage(self) -> str:
        return self.storage_url or f"file:{self.folder / 'storage'}"

    @property
    def host(self) -> str:
        """Host and port under which the site answers, in lower case."""
        return urlsplit(self.base_url).netloc.lower()

    @property
    def origin(self) -> str:
        """The site's origin, as browsers write it."""
        return f"{urlsplit(self.base_url).scheme.lower()}://{self.host}"

    @property
    def plays_h5p(self) -> bool:
        return self.h5p == "on"

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def idle_seconds(self) -> int:
        return int(self.idle_minutes) * 60

    @property
    def proxies(self) -> int:
        return int(self.trusted_proxies)


def read(environ: Mapping[str, str]) -> Settings:
    """Read the settings; SettingsError names the first that is unknown, missing or unreadable."""
    known = {f.name for f in fields(Settings)}
    given = {name.removeprefix(PREFIX).lower(): value for name, value in environ.items() if name.startswith(PREFIX)}
    for name in given:
        if name not in known:
            raise SettingsError(
                f"{PREFIX}{name.upper()} is not a setting of Frontline; take it out or correct its name."
            )
    settings = Settings(**given)
    _check(settings)
    return settings if settings.secret_key else Settings(**{**given, "secret_key": _development_key(settings)})


def _check(settings: Settings) -> None:
    if settings.env not in ("development", "production"):
        raise SettingsError("FRONTLINE_ENV is either development or production.")
    if settings.is_production and len(settings.secret_key) < 32:
        raise SettingsError(
            "FRONTLINE_SECRET_KEY is missing or shorter than 32 characters; production does not start without it."
        )
    if settings.is_production and not settings.base_url.startswith("https://"):
        raise SettingsError("FRONTLINE_BASE_URL begins with https:// in production: cookies in frames need it.")
    if not urlsplit(settings.base_url).netloc:
        raise SettingsError("FRONTLINE_BASE_URL is an address such as https://frontline.example.")
    _check_content_url(settings)
    for name in ("idle_minutes", "trusted_proxies"):
        if not str(getattr(settings, name)).isdigit():
            raise SettingsError(f"{PREFIX}{name.upper()} is a whole number.")
    if settings.idle_seconds < 180:
        raise SettingsError("FRONTLINE_IDLE_MINUTES is at least 3: a warning comes 2 minutes before the end.")
    try:
        make_url(settings.database)
    except ArgumentError:
        raise SettingsError(
            "FRONTLINE_DATABASE_URL is not a database address such as postgresql+psycopg://user@host/name."
        ) from None
    if not re.match(r"file:.|s3://[^/]", settings.storage):
        raise SettingsError("FRONTLINE_STORAGE_URL is file:FOLDER or s3://BUCKET/PREFIX.")
    if settings.smtp_url and not _is_mail_server(settings.smtp_url):
        raise SettingsError("FRONTLINE_SMTP_URL is an address such as smtp://user:password@mail.example:587.")
    if settings.h5p not in ("on", "off"):
        raise SettingsError("FRONTLINE_H5P is either on or off.")
    try:
        settings.zone  # noqa: B018
    except (ZoneInfoNotFoundError, ValueError):
        raise SettingsError("FRONTLINE_TIME_ZONE is a zone name such as Europe/London.") from None


def _check_content_url(settings: Settings) -> None:
    content = urlsplit(settings.content_url)
    if content.scheme not in ("http", "https") or not content.netloc or content.path.strip("/"):
        raise SettingsError("FRONTLINE_CONTENT_URL is an address such as https://{label}.content.example.")
    if content.netloc.lower() == settings.host:
        raise SettingsError(
            "FRONTLINE_CONTENT_URL is another host than FRONTLINE_BASE_URL: uploads must not run there."
        )
    if settings.is_production and content.scheme != "https":
        raise SettingsError(
            "FRONTLINE_CONTENT_URL begins with https:// in production: a secure page frames nothing else."
        )


def _is_mail_server(url: str) -> bool:
    parts = urlsplit(url)
    try:
        return parts.scheme in ("smtp", "smtps") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _development_key(settings: Settings) -> str:
    """A key made once and kept in the data folder, so that a restart in development signs nobody out."""
    kept = settings.folder / "secret-key"
    if not kept.is_file():
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.touch(mode=0o600)
        kept.write_text(secrets.token_urlsafe(48))
    return kept.read_text().strip()


def settings() -> Settings:
    """The settings of the running application."""
    chosen: Settings = current_app.config["FRONTLINE"]
    return chosen
