"""aicc_script: what a SCORM 1.2 item waits for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.runtime.prerequisites import asked, expanded, is_met

DONE = {"A": "completed", "B": "passed", "C": "incomplete", "D": "failed", "item-1.2_x": "passed"}


@pytest.mark.parametrize(
    "expression, answer",
    [
        ("", True),
        ("A", True),
        ("C", False),
        ("D", False),
        ("item-1.2_x", True),
        ("A & B", True),
        ("A&C", False),
        ("C | B", True),
        ("C|D", False),
        ("~C", True),
        ("~A", False),
        ("~~A", True),
        ("A & ~C", True),
        ("A & (C | B)", True),
        ("~(C | D)", True),
        ("C | A & B", True),
        ("(C | A) & D", False),
        ('A = "completed"', True),
        ('A = "c"', True),
        ('A="passed"', False),
        ("B = passed", True),
        ('A <> "passed"', True),
        ('D = "f" & A', True),
        ("2*{A, B, C}", True),
        ("3*{A,B,C}", False),
        ("2*{C, D, A}", False),
        ("1*{C, A & B}", True),
        ("0*{C}", True),
        ("~2*{A, B}", False),
    ],
)  # fmt: skip
def test_an_expression_says_whether_the_item_may_be_opened(expression, answer):
    assert is_met(expression, DONE) is answer


@pytest.mark.parametrize("expression", ["X", "~X", 'X = "passed"', 'X <> "passed"', "A & X", "C | X", "2*{A, X}"])
def test_what_names_no_item_locks_nobody_out(expression):
    assert is_met(expression, DONE)


@pytest.mark.parametrize("expression", ["C & X", "3*{A, C, X}", "C & ~X"])
def test_what_is_named_still_has_to_be_done(expression):
    assert not is_met(expression, DONE)


@pytest.mark.parametrize(
    "expression",
    ["A &", "C C", "(C", "C)", "2*{C", "two*{C}", "C = ", "&", '"C', "C <", "(" * 5_000, "~" * 3_000 + "(", "²*{C}", "C" * 5_000],
)  # fmt: skip
def test_what_cannot_be_read_locks_nobody_out(expression):
    assert is_met(expression, DONE)


@given(st.text(alphabet="AC&|~=<>(){},*\"' 12x\n²", max_size=60))
def test_no_expression_raises(expression):
    assert is_met(expression, DONE) in (True, False)


@given(
    st.recursive(st.sampled_from(["A", "B", "C", "D"]), lambda inner: st.tuples(inner, st.sampled_from("&|"), inner))
)
def test_and_and_or_mean_what_they_say(tree):
    def text(part):
        return part if isinstance(part, str) else f"({text(part[0])} {part[1]} {text(part[2])})"

    def answer(part):
        if isinstance(part, str):
            return DONE[part] in ("completed", "passed")
        left, right = answer(part[0]), answer(part[2])
        return left and right if part[1] == "&" else left or right

    assert is_met(text(tree), DONE) is answer(tree)


def test_the_items_that_an_expression_asks_about_are_named_once_each():
    assert asked('A & (B | ~C) & 2*{D, E = "passed"} | A') == ["A", "B", "C", "D", "E"]
    assert asked("") == []


@pytest.mark.parametrize("expression", ["&", "A B", "(A", "A)", "2*A", "2*{A", "A = ", "~", '"', "(" * 99, "A & & B"])
def test_what_cannot_be_read_asks_about_nothing_that_could_be_named(expression):
    assert asked(expression) is None


def test_a_group_stands_for_all_of_its_items_where_it_stands_alone():
    groups = {"G": ["A", "B"], "H": ["C"]}
    assert expanded("G", groups) == "(A & B)"
    assert is_met(expanded("~H & G", groups), DONE)
    assert expanded('G = "not attempted" | 2*{G, X}', groups) == 'G = "not attempted" | 2 * { (A & B) , X }'
