"""Where the templates and migrations lie: beside the packages in a checkout, inside ``learn`` once installed."""

from pathlib import Path

PACKAGE = Path(__file__).parent


def resource_dir(name: str) -> Path:
    """The folder of that name: ``learn/<name>`` in an installed wheel, ``<checkout>/<name>`` otherwise."""
    installed = PACKAGE / name
    return installed if installed.is_dir() else PACKAGE.parent / name
