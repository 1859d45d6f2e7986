"""Templates: each compiles, each is used, each that is named exists; no script or style without the page's nonce."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEMPLATES = sorted(path.relative_to(ROOT / "templates").as_posix() for path in (ROOT / "templates").rglob("*.*"))


@pytest.mark.parametrize("name", TEMPLATES)
def test_the_template_compiles(app, name):
    app.jinja_env.get_template(name)


def test_every_template_is_used():
    text = "".join(path.read_text() for path in [*ROOT.glob("learn/**/*.py"), *ROOT.glob("templates/**/*.*")])
    unused = [
        name
        for name in TEMPLATES
        if f'"{name}"' not in text
        and f"'{name}'" not in text
        and "/kinds/" not in name
        and not (name.startswith("email/") and f'"{Path(name).stem}"' in text)
    ]
    assert unused == []


def test_every_template_that_is_named_exists():
    for path in [*ROOT.glob("learn/**/*.py"), *ROOT.glob("templates/**/*.*")]:
        for name in re.findall(r'["\']([a-z_]+/[a-z_/]+\.(?:html|txt))["\']', path.read_text()):
            assert name in TEMPLATES, f"{path.name} names {name}"


def test_no_template_has_an_inline_style_or_handler():
    for name in TEMPLATES:
        text = (ROOT / "templates" / name).read_text()
        assert not re.search(r"\sstyle=|\son[a-z]+=|<style", text), name


def test_templates_are_short():
    long = {name: n for name in TEMPLATES if (n := len((ROOT / "templates" / name).read_text().splitlines())) > 120}
    assert set(long) <= {"hub/privacy.html", "hub/accessibility.html", "components/icons.html"}, long
