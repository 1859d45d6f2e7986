"""Logs: one JSON object a line on standard error, with names and numbers but no personal data."""

import logging
import sys

import structlog


def set_up(*, is_quiet: bool = False) -> None:
    """Send structlog's events to standard error as JSON; quiet shows only warnings and worse."""
    level = logging.WARNING if is_quiet else logging.INFO
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=lambda *_: structlog.WriteLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )
