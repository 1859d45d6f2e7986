"""The NHS macros in their own environment, form fields drawn with them, static addresses, and the filters."""

import re
from datetime import UTC, datetime

import pytest
from flask import Flask, render_template_string
from jinja2 import StrictUndefined, UndefinedError
from markupsafe import Markup
from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    FileField,
    Form,
    FormField,
    RadioField,
    SelectChoice,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length

from learn import assets, components
from learn.config import Settings
from learn.paths import resource_dir

NIGHT = datetime(2026, 7, 1, 23, 5, tzinfo=UTC)


class Address(Form):
    town = StringField("Town", validators=[InputRequired("Enter a town")], widget=components.draw_input)


class StoryForm(Form):
    title = StringField("Title", [InputRequired("Enter a title"), Length(max=90)], description="Say what changed",
                        widget=components.draw_input)  # fmt: skip
    text = TextAreaField("Your story", widget=components.draw_textarea)
    theme = RadioField(
        "Theme",
        choices=[SelectChoice("a", "One"), SelectChoice("b", "Two")],
        validators=[InputRequired("Select a theme")],
        widget=components.draw_radios,
    )
    settings = SelectMultipleField(
        "Where", choices=[SelectChoice("w", "Ward"), SelectChoice("c", "Clinic")], widget=components.draw_checkboxes
    )
    region = SelectField(
        "Region", choices=[SelectChoice("n", "North"), SelectChoice("s", "South")], widget=components.draw_select
    )
    is_safe = BooleanField(
        "No patient can be identified", description="Not even together", widget=components.draw_checkbox
    )
    picture = FileField("Photograph", widget=components.draw_file)
    address = FormField(Address)


@pytest.fixture
def app() -> Flask:
    made = Flask("learn", template_folder=str(resource_dir("templates")))
    made.config["FRONTLINE"] = Settings()
    made.jinja_env.undefined = StrictUndefined
    components.init_app(made)
    return made


def posted(**given: str) -> StoryForm:
    form = StoryForm(MultiDict({"region": "n", **given}))
    form.validate()
    return form


def test_macros_are_lenient_while_our_templates_stay_strict(app: Flask) -> None:
    with app.app_context():
        assert "nhsuk-tag" in render_template_string("{{ nhsuk.tag({'text': 'New'}) }}")
        with pytest.raises(UndefinedError):
            render_template_string("{{ nothing_of_this_name }}")


def test_text_given_to_a_macro_is_escaped() -> None:
    assert "<script>" not in components.nhsuk.inset_text({"text": "<script>alert(1)</script>"})


def test_a_macro_takes_a_body_from_its_call(app: Flask) -> None:
    with app.app_context():
        drawn = render_template_string("{% call nhsuk.fieldset({'legend': {'text': 'Who'}}) %}<b>in</b>{% endcall %}")
    assert "<b>in</b>" in drawn and "Who" in drawn


def test_merging_changes_neither_side() -> None:
    first, second = {"a": {"b": 1}, "c": 1}, {"a": {"d": 2}, "c": {"e": 3}}
    assert components.merge(first, second) == {"a": {"b": 1, "d": 2}, "c": {"e": 3}}
    assert first == {"a": {"b": 1}, "c": 1}


def test_a_field_shows_its_label_hint_error_and_what_was_typed() -> None:
    form = posted(title="", text='He said "yes" <now>')
    drawn = form.title()
    assert (
        "Say what changed" in drawn
        and "Enter a title" in drawn
        and 'aria-describedby="title-hint title-error"' in drawn
    )
    assert "required" not in drawn and "maxlength" not in drawn
    assert "He said &#34;yes&#34; &lt;now&gt;" in form.text()


def test_what_the_template_gives_wins_over_the_field() -> None:
    drawn = posted().title(params={"label": {"text": "Another"}}, data_count="3")
    assert "Another" in drawn and 'data-count="3"' in drawn


def test_the_first_radio_has_the_id_that_the_error_links_to() -> None:
    form = posted(title="x")
    assert {"text": "Select a theme", "href": "#theme"} in components.error_list(form)
    assert re.search(r'<input[^>]*id="theme"[^>]*type="radio"', form.theme())


def test_what_is_said_of_a_box_to_tick_stands_below_its_label_and_describes_the_box() -> None:
    drawn = posted().is_safe()
    assert drawn.index("No patient can be identified") < drawn.index("Not even together")
    assert 'aria-describedby="is_safe-item-hint"' in re.search("<input[^>]*>", drawn)[0]


def test_choices_that_were_made_come_back_chosen() -> None:
    form = posted(theme="b", settings="c", region="s", is_safe="y")
    assert re.search(r'value="b" checked', form.theme())
    assert re.search(r'value="c" checked', form.settings())
    assert re.search(r'value="s" selected', form.region())
    assert "checked" in form.is_safe()


def test_a_file_field_keeps_its_visible_label() -> None:
    drawn = posted().picture()
    assert "data-module" not in drawn and 'type="file"' in drawn


def test_errors_are_listed_in_the_order_of_the_fields_and_from_inner_forms() -> None:
    texts = [error["text"] for error in components.error_list(posted())]
    assert texts == ["Enter a title", "Select a theme", "Enter a town"]
    assert "#address-town" in components.error_summary(posted())


def test_a_form_without_errors_has_no_summary() -> None:
    assert components.error_summary(StoryForm()) == ""


def test_times_are_shown_on_the_sites_clock(app: Flask) -> None:
    with app.app_context():
        assert components.date(NIGHT) == "2 July 2026"
        assert components.clock(NIGHT) == "12:05am"
        assert components.clock(NIGHT.replace(hour=11)) == "12:05pm"
        assert components.moment_words(NIGHT.replace(hour=8, minute=12)) == "1 July 2026 at 9:12am"


@pytest.mark.parametrize(
    ("count", "words"),
    [(1, "1 minute"), (5, "5 minutes"), (60, "1 hour"), (125, "2 hours 5 minutes"), (0, "0 minutes")],
)
def test_minutes_are_told_in_words(count: int, words: str) -> None:
    assert components.minutes(count) == words


def test_a_count_takes_the_right_noun() -> None:
    assert [components.plural(1, "unit"), components.plural(4, "unit"), components.plural(2, "try", "tries")] == [
        "1 unit", "4 units", "2 tries",
    ]  # fmt: skip


def test_paragraphs_become_lines_where_html_allows_no_paragraph() -> None:
    assert components.inline(Markup("<p>One <em>a</em></p>\n<p>Two</p>\n")) == "One <em>a</em><br>Two"


def test_a_static_address_carries_a_hash_of_its_content() -> None:
    assert re.fullmatch(r"/static/css/base\.css\?v=[0-9a-f]{12}", components.asset("css/base.css"))
    assert components.asset("js/main.js") is components.asset("js/main.js")


def test_every_static_file_that_a_template_names_exists() -> None:
    for template in resource_dir("templates").rglob("*.html"):
        for name in re.findall(r"asset\('([^']+)'\)", template.read_text()):
            assert (components.STATIC / name).is_file(), f"{template}: {name}"


def test_every_component_that_a_template_uses_is_styled() -> None:
    styled = {name.replace("-", "_") for name in assets.COMPONENTS}
    for template in resource_dir("templates").rglob("*.html"):
        for name in re.findall(r"nhsuk\.([a-z_]+)\(", template.read_text()):
            assert components.MACRO_NAMES.get(name, (name,))[0].replace("-", "_") in styled, f"{template}: {name}"


def test_compressed_copies_follow_their_files(tmp_path) -> None:  # type: ignore[no-untyped-def]
    plain = tmp_path / "a.css"
    plain.write_text("a{}")
    (tmp_path / "left.css.gz").write_bytes(b"x")
    assets.compress(tmp_path)
    packed = tmp_path / "a.css.gz"
    once = packed.read_bytes()
    assets.compress(tmp_path)
    assert packed.read_bytes() == once and not (tmp_path / "left.css.gz").exists()
    plain.write_text("b{}")
    assets.drop_stale(tmp_path)
    assert not packed.exists()


def test_the_built_styles_name_only_files_that_are_there() -> None:
    built = next((assets.VENDOR).glob("nhsuk-frontend-*/nhsuk.css"), None)
    if built is None:
        pytest.fail("run python -m learn.assets first")
    css = built.read_text(encoding="utf-8")
    for name in set(re.findall(r'url\("?([^")]+)', css)):
        assert (built.parent / name).is_file(), name
    assert "assets.nhs.uk" not in css and "Frutiger" not in css
