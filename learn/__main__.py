"""``frontline``, or ``python -m learn``: the same command tree as ``flask --app learn.app``."""

from flask.cli import FlaskGroup

from learn.app import create_app


def main() -> None:
    """The ``frontline`` console script."""
    FlaskGroup(
        name="frontline", create_app=create_app, help="Frontline: learning for people who deliver health research."
    ).main()


if __name__ == "__main__":
    main()
