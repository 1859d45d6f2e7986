"""Example question banks, written here: about delivering research, in each of the formats that are read."""

import base64
import io
from xml.sax.saxutils import escape

from PIL import Image

GIFT = r"""// A bank with one question of each kind.
$CATEGORY: $course$/top/Consent/Basics

::Who may ask:: Who may tell a patient about a study? {
  =Any trained member of the team #Yes, all of us.
  ~Only the chief investigator #The team is bigger than that.
  ~%50%A research nurse #True, and not the nurse alone.
}

::Withdrawal:: Consent can be withdrawn at any time. {TRUE#It can, without a reason.#Right.####The right to withdraw is in every information sheet.}

::Both:: What goes into the site file? {
  ~%50%The delegation log
  ~%50%The protocol
  ~%-100%The patient's diary #It belongs to the patient.
}

::Short:: GCP means good clinical {=practice =%50%practise #Nearly: the noun has a c. } here.

$CATEGORY: $course$/top/Consent/Numbers

::Sample:: How many of 20 people are a quarter? {#5}

::Range:: Which share of people said yes, in per cent? {#
  =61:1 #Close enough.
  =%50%55..70 #Roughly.
  ~#Look at the table once more.
}

::Match:: Match each paper with what it is for. {
  =Protocol -> how the study is done
  =Information sheet -> what a person is told
  =Consent form -> what a person signs
  = -> what a person is paid
}

::Essay:: [markdown]What will **you** change? {}

::Read first:: The next questions are about a trial of a vaccine.
"""

AIKEN = """Who may withdraw from a study?
A. Nobody after signing
B. Anybody at any time
C. Only people under 18
ANSWER: B

What is kept in the site file?
Think of an inspector.
A) The delegation log
B) The lunch menu
ANSWER: A
"""


def picture(colour: str = "navy") -> bytes:
    """A small PNG."""
    out = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(out, "PNG")
    return out.getvalue()


def moodle(*questions: str) -> bytes:
    """A Moodle XML file of these questions."""
    return ('<?xml version="1.0" encoding="UTF-8"?>\n<quiz>\n' + "\n".join(questions) + "\n</quiz>\n").encode()


def category(path: str) -> str:
    return f'<question type="category"><category><text>{escape(path)}</text></category></question>'


def question(kind: str, name: str, text: str, inside: str = "", *, why: str = "", files: str = "") -> str:
    """One question; ``inside`` are its answers and settings as XML."""
    return (
        f'<question type="{kind}"><name><text>{escape(name)}</text></name>'
        f'<questiontext format="html"><text><![CDATA[{text}]]></text>{files}</questiontext>'
        f'<generalfeedback format="html"><text>{escape(why)}</text></generalfeedback>'
        f"<defaultgrade>1.0</defaultgrade><penalty>0.3333333</penalty><hidden>0</hidden>{inside}</question>"
    )


def answer(text: str, fraction: float = 0, feedback: str = "", more: str = "") -> str:
    return (
        f'<answer fraction="{fraction}" format="html"><text>{escape(text)}</text>'
        f'<feedback format="html"><text>{escape(feedback)}</text></feedback>{more}</answer>'
    )


def file(name: str, content: bytes) -> str:
    return f'<file name="{name}" path="/" encoding="base64">{base64.b64encode(content).decode()}</file>'


def pair(left: str, right: str) -> str:
    return f'<subquestion format="html"><text>{escape(left)}</text><answer><text>{escape(right)}</text></answer></subquestion>'


SINGLE = question(
    "multichoice", "Who signs first", "<p>Who signs the consent form first?</p>",
    "<single>true</single>" + answer("<p>The person</p>", 100, "<p>Yes.</p>") + answer("<p>The nurse</p>", 0, "<p>Second.</p>"),
    why="<p>The person signs, then whoever took consent.</p>",
)  # fmt: skip
MULTIPLE = question(
    "multichoice", "Site file", "<p>What is in the site file?</p>",
    "<single>false</single>" + answer("Protocol", 33.33333) + answer("Delegation log", 33.33333) + answer("Approvals", 33.33333)
    + answer("Lunch menu", -33.33333),
)  # fmt: skip
TRUE_FALSE = question(
    "truefalse", "Verbal", "<p>Consent is always written.</p>",
    answer("true", 0, "Not for every study.") + answer("false", 100, "Right."),
)  # fmt: skip
SHORT = question(
    "shortanswer", "GCP", "<p>What does GCP mean?</p>",
    "<usecase>0</usecase>" + answer("good clinical pra*tice", 100) + answer("*clinical*", 25, "And the other words?"),
)  # fmt: skip
NUMERICAL = question(
    "numerical", "Dose", "<p>How many milligrams?</p>",
    answer("2.5", 100, "", "<tolerance>0.1</tolerance>") + answer("*", 0, "Look at the label.", "<tolerance>0</tolerance>")
    + "<units><unit><multiplier>1</multiplier><unit_name>mg</unit_name></unit></units>",
)  # fmt: skip
MATCHING = question(
    "matching", "Papers", "<p>Match the papers.</p>",
    pair("<p>Protocol</p>", "How") + pair("<p>Consent form</p>", "Signature") + pair("", "Payment"),
)  # fmt: skip
ESSAY = question(
    "essay", "Your ward", "<p>What will you change?</p>", "<graderinfo><text>Only for teachers.</text></graderinfo>"
)
DESCRIPTION = question("description", "Before you begin", "<p>Think of <b>your</b> ward.</p>")
CLOZE = question(
    "cloze", "Gaps",
    "<p>GCP means good {1:SHORTANSWER:=clinical#Yes~%50%clinic#Nearly} practice; of 20 people, a quarter are {2:NUMERICAL:=5:0.1#Yes}.</p>"
    "<p>The person signs {1:MULTICHOICE:=first#Right~last#No}.</p>",
)  # fmt: skip
DRAG = question(
    "ddwtos", "Words", "<p>First [[2]], then [[1]], said by [[3]].</p>",
    "".join(
        f"<dragbox><text>{text}</text><group>{group}</group></dragbox>"
        for text, group in (("sign", 1), ("read", 1), ("you", 2), ("them", 2))
    ),
)  # fmt: skip
SELECT = question(
    "gapselect", "Selected", "<p>A study needs [[1]].</p>",
    "".join(f"<selectoption><text>{text}</text><group>1</group></selectoption>" for text in ("approval", "luck")),
)  # fmt: skip
ALL = (SINGLE, MULTIPLE, TRUE_FALSE, SHORT, NUMERICAL, MATCHING, ESSAY, DESCRIPTION, CLOZE, DRAG, SELECT)


def pictured(content: bytes | None = None) -> str:
    """A question with a picture beside it."""
    return question(
        "multichoice", "Label", '<p>What is it?</p><p><img src="@@PLUGINFILE@@/box%20one.png" alt="A box with a label"></p>',
        "<single>true</single>" + answer("A kit", 100) + answer("A bag", 0),
        files=file("box one.png", picture() if content is None else content),
    )  # fmt: skip
