"""Settings: one table; what is unknown, missing or unreadable stops the start with one line."""

from dataclasses import fields
from pathlib import Path

import pytest

from learn import config

ROOT = Path(__file__).parents[2]


def test_the_defaults_make_a_development_site(tmp_path):
    chosen = config.read({"FRONTLINE_DATA_DIR": str(tmp_path)})
    assert chosen.host == "frontline.localhost:5000"
    assert len(chosen.secret_key) >= 32


def test_the_development_key_is_kept(tmp_path):
    first = config.read({"FRONTLINE_DATA_DIR": str(tmp_path)})
    assert config.read({"FRONTLINE_DATA_DIR": str(tmp_path)}).secret_key == first.secret_key


@pytest.mark.parametrize(
    "environ, named",
    [
        ({"FRONTLINE_COLOUR": "blue"}, "FRONTLINE_COLOUR"),
        ({"FRONTLINE_ENV": "staging"}, "FRONTLINE_ENV"),
        ({"FRONTLINE_ENV": "production", "FRONTLINE_BASE_URL": "https://a.example"}, "FRONTLINE_SECRET_KEY"),
        ({"FRONTLINE_ENV": "production", "FRONTLINE_SECRET_KEY": "x" * 40}, "FRONTLINE_BASE_URL"),
        ({"FRONTLINE_IDLE_MINUTES": "soon"}, "FRONTLINE_IDLE_MINUTES"),
        ({"FRONTLINE_IDLE_MINUTES": "1"}, "FRONTLINE_IDLE_MINUTES"),
        ({"FRONTLINE_TIME_ZONE": "Mars/Olympus"}, "FRONTLINE_TIME_ZONE"),
        ({"FRONTLINE_DATABASE_URL": "nonsense"}, "FRONTLINE_DATABASE_URL"),
        ({"FRONTLINE_TRUSTED_PROXIES": "all"}, "FRONTLINE_TRUSTED_PROXIES"),
        ({"FRONTLINE_SMTP_URL": "mail.example:25"}, "FRONTLINE_SMTP_URL"),
        ({"FRONTLINE_SMTP_URL": "smtp://mail.example:many"}, "FRONTLINE_SMTP_URL"),
        ({"FRONTLINE_H5P": "maybe"}, "FRONTLINE_H5P"),
    ],
)
def test_a_setting_that_cannot_be_used_stops_the_start_and_is_named(tmp_path, environ, named):
    with pytest.raises(config.SettingsError) as error:
        config.read({"FRONTLINE_DATA_DIR": str(tmp_path), **environ})
    assert named in str(error.value.message)
    assert "\n" not in str(error.value.message)


def test_names_of_others_are_left_alone(tmp_path):
    config.read({"FRONTLINE_DATA_DIR": str(tmp_path), "PATH": "/bin", "DATABASE_URL": "nonsense"})


def test_every_setting_says_what_it_means():
    assert [f.name for f in fields(config.Settings) if not f.metadata["meaning"]] == []


def test_the_readme_names_every_setting():
    text = (ROOT / "README.md").read_text()
    assert [f.name for f in fields(config.Settings) if f"FRONTLINE_{f.name.upper()}" not in text] == []
