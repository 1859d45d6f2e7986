"""What an author chooses for a unit: its name and weight, what completes it, and when it opens."""

from datetime import UTC, datetime
from typing import Any

from flask_wtf import FlaskForm
from markupsafe import Markup
from wtforms import BooleanField, HiddenField, IntegerField, RadioField, SelectChoice, SelectField, StringField
from wtforms.validators import InputRequired, NumberRange, Optional

from courses.catalogue import Rule, ScorePolicy, UnitKind
from courses.drafting import choices
from courses.drafting.choices import Settings
from learn.authoring.drafts.forms import title_field, trimmed
from learn.components import draw_checkbox, draw_date, draw_input, draw_radios, draw_select, local
from learn.config import settings

RULES = {
    Rule.VIEWED: "It is opened", Rule.MARKED: "The learner marks it as complete", Rule.QUIZ_PASSED: "The quiz is passed",
    Rule.WATCHED: "A share of the video is watched", Rule.WRITTEN: "Something is written",
    Rule.STATUS: "The content says that it is completed or passed", Rule.SCORE: "The content gives a score that is high enough",
    Rule.SEEN: "A share of the pages was seen",
}  # fmt: skip
THRESHOLDS = {
    UnitKind.QUIZ: "Pass mark, in per cent", UnitKind.VIDEO: "Share of the video, in per cent",
    UnitKind.PDF: "Share of the pages, in per cent",
}  # fmt: skip
POLICIES = {ScorePolicy.BEST: "The best try", ScorePolicy.LAST: "The last try", ScorePolicy.FIRST: "The first try"}
WHEN = "Enter a day and a time that there are, for example 24 11 2026 and 09:00"
SHARE = "Enter a whole number from 1 to 100"


class WholeNumber(IntegerField):
    """A whole number; what is none is refused in the field's own words."""

    def __init__(
        self, label: str, words: str, least: int, most: int, *, hint: str = "", needed: bool = True, **more: Any
    ) -> None:
        first = InputRequired(words) if needed else Optional()
        validators = [first, NumberRange(least, most, words)]
        super().__init__(label, validators, widget=draw_input, description=hint, **more)
        self.words = words

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take what was typed."""
        text = valuelist[0].strip() if valuelist else ""
        if text and not (text.lstrip("-").isdigit() and text.isascii() and len(text) < 10):
            self.data = None
            raise ValueError(self.words)
        super().process_formdata([text] if text else [])


class SettingsForm(FlaskForm):
    """One form for all kinds; fields that a kind has no use for are taken out of it."""

    seen = HiddenField()
    title = title_field()
    minutes = WholeNumber("Minutes it takes", "Enter a whole number from 0 to 600", 0, 600)
    is_required = BooleanField("Learners have to complete it", widget=draw_checkbox)
    weight = WholeNumber(
        "How much it counts", "Enter a whole number from 1 to 100", 1, 100,
        hint="1 is usual. A unit that counts 2 is twice as much of the progress bar",
    )  # fmt: skip
    rule = RadioField("It is complete when", [InputRequired("Choose what completes it")], widget=draw_radios)
    threshold = WholeNumber("Per cent", SHARE, 1, 100, needed=False)
    max_attempts = WholeNumber(
        "Tries at most",
        "Enter a whole number from 1 to 100, or leave it empty",
        1,
        100,
        needed=False,
        hint="Leave it empty for no limit",
    )
    score_policy = RadioField(
        "Which of several tries counts", widget=draw_radios, choices=[SelectChoice(each.value, words) for each, words in POLICIES.items()]
    )  # fmt: skip
    day = StringField("Day", filters=[trimmed])
    month = StringField("Month", filters=[trimmed])
    year = StringField("Year", filters=[trimmed])
    time = StringField(
        "Time", filters=[trimmed], widget=draw_input, description="For example 09:00. Leave it empty for midnight"
    )
    after = SelectField("After another unit", widget=draw_select, description="It opens once that unit is complete")
    min_score = WholeNumber(
        "Least score in that unit, in per cent", "Enter a whole number from 1 to 100, or leave it empty", 1, 100, needed=False,
        hint="Only for a quiz or a package with a score. Leave it empty if being complete is enough",
    )  # fmt: skip

    def __init__(self, unit: Any, earlier: list[Any], **more: Any) -> None:
        super().__init__(**more)
        self.scored = {each.stable_key for each in earlier if each.kind in choices.SCORED}
        allowed = choices.rules_of(unit)
        self.rule.choices = [SelectChoice(each.value, RULES[each]) for each in allowed]
        self.threshold.label.text = THRESHOLDS.get(unit.kind, "Score that completes it, in per cent")
        self.after.choices = [
            SelectChoice("", "No other unit"),
            *(SelectChoice(each.stable_key, f"{each.position}. {each.title}") for each in earlier),
        ]
        if not any(each in choices.WITH_THRESHOLD for each in allowed):
            del self.threshold
        if unit.kind is not UnitKind.QUIZ:
            del self.max_attempts
        if unit.kind not in choices.SCORED:
            del self.score_policy

    def chosen(self) -> Settings | None:
        """What was chosen; None where something is not right, which its field then says."""
        is_right, release = self.validate(), self._release()
        rule = Rule(self.rule.data) if self.rule.data in set(Rule) else None
        wants_share = rule in choices.WITH_THRESHOLD
        if wants_share and self.threshold.data is None and not self.threshold.errors:
            self.threshold.errors = [SHARE]
        if not is_right or rule is None or release is None or (wants_share and self.threshold.errors):
            return None
        return Settings(
            self.title.data or "", self.minutes.data or 0, bool(self.is_required.data), self.weight.data or 1, rule,
            self.threshold.data or 0 if wants_share else 0, self.max_attempts.data if "max_attempts" in self else None,
            ScorePolicy(self.score_policy.data) if "score_policy" in self else ScorePolicy.BEST, release,
        )  # fmt: skip

    def _release(self) -> dict[str, Any] | None:
        found: dict[str, Any] = {}
        moment = self._not_before()
        if moment is not None:
            found["not_before"] = moment.astimezone(UTC).isoformat()
        if self.after.data:
            found["after"] = self.after.data
        if self.min_score.data is not None and not self.min_score.errors:
            found["min_score"] = self.min_score.data
            if not self.after.data:
                self.min_score.errors = ["Choose the unit that the score is asked in, or leave the score empty"]
            elif self.after.data not in self.scored:
                self.min_score.errors = ["That unit gives no score. Leave the score empty, or choose another unit"]
        return None if self.day.errors or self.min_score.errors else found

    def _not_before(self) -> datetime | None:
        """The moment in the site's own zone."""
        typed = [str(field.data or "") for field in (self.year, self.month, self.day)]
        if not any(typed) and not self.time.data:
            return None
        try:
            hour, _, minute = (self.time.data or "00:00").replace(".", ":").partition(":")
            numbers = [
                int(text) for text in (*typed, hour, minute) if text.isascii() and text.isdigit() and len(text) <= 4
            ]
            found = datetime(*numbers, tzinfo=settings().zone)  # type: ignore[arg-type,misc]
            # An hour that the clocks leave out in spring is none: a moment that comes back from UTC as another.
            is_real = found.astimezone(UTC).astimezone(found.tzinfo).replace(tzinfo=None) == found.replace(tzinfo=None)
            if len(numbers) != 5 or not 2000 <= found.year <= 2100 or not is_real:
                raise ValueError
        except (TypeError, ValueError):
            self.day.errors = [WHEN]
            return None
        return found

    def drawn_day(self) -> Markup:
        """The day as three numbers."""
        return draw_date(
            self.day, self.month, self.year, id="opens", legend="Not before",
            hint="Leave it empty to open at once. For example 24 11 2026",
        )  # fmt: skip


def typed_of(unit: Any) -> dict[str, Any]:
    """A unit's settings as the form shows them."""
    release = unit.release
    shown = {
        "title": unit.title, "minutes": unit.minutes, "is_required": unit.is_required, "weight": unit.weight,
        "rule": unit.rule.value, "threshold": unit.threshold or None, "max_attempts": unit.max_attempts,
        "score_policy": unit.score_policy.value, "after": release.get("after", ""), "min_score": release.get("min_score"),
    }  # fmt: skip
    if release.get("not_before"):
        at = local(datetime.fromisoformat(release["not_before"]))
        shown |= {"day": str(at.day), "month": str(at.month), "year": str(at.year), "time": f"{at:%H:%M}"}
    return shown
