"""Every line of the specifications' checklist has a test, and the page that says so is right."""

from tests import checklist


def test_every_line_of_the_checklist_has_a_test():
    assert [mark for mark in checklist.ITEMS if not checklist.found().get(mark)] == []


def test_no_test_is_named_after_a_line_that_is_not_there():
    assert set(checklist.found()) - set(checklist.ITEMS) == set()


def test_the_page_of_the_checklist_is_up_to_date():
    assert checklist.PAGE.read_text() == checklist.page()
