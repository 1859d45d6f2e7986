"""The wheel: setup.cfg lists every package, and nothing of this machine or of a registry lies in the repository."""

import configparser
import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]


def listed() -> set[str]:
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg")
    return set(config["options"]["packages"].split())


def tracked() -> list[Path]:
    run = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [ROOT / name for name in run.stdout.splitlines() if (ROOT / name).is_file()]


def test_setup_cfg_lists_every_package():
    found = {
        path.parent.relative_to(ROOT).as_posix().replace("/", ".")
        for top in ("learn", "courses")
        for path in (ROOT / top).rglob("__init__.py")
    }
    assert listed() == found | {"learn.migrations", "learn.templates"}


def test_no_copy_of_templates_or_migrations_lies_in_the_package():
    assert not (ROOT / "learn/templates").exists()
    assert not (ROOT / "learn/migrations").exists()


def test_only_the_agreed_names_stand_at_the_top():
    directories = {path.relative_to(ROOT).parts[0] for path in tracked() if len(path.relative_to(ROOT).parts) > 1}
    assert directories <= {"learn", "courses", "migrations", "templates", "tests", "docs", ".ci"}


def test_lock_files_name_no_index():
    for name in ("requirements.txt", "requirements-dev.txt", "requirements-assets.txt", "package-lock.json"):
        text = (ROOT / name).read_text()
        assert not re.search(r"index-url|find-links|\"resolved\":|https?://[^\s\"]*(pypi|registry|npmjs)", text), name
        if name.endswith(".txt"):
            assert "--hash=sha256:" in text, name


def test_no_browser_code_of_others_is_committed():
    assert not [path for path in tracked() if "vendor" in path.relative_to(ROOT).parts or path.name.endswith(".min.js")]


def test_modules_stay_short():
    long = {
        path.relative_to(ROOT).as_posix(): n
        for path in tracked()
        if path.suffix == ".py" and path.parts[len(ROOT.parts)] in ("learn", "courses")
        if (n := len(path.read_text().splitlines())) > 300
    }
    assert long == {}
