"""The pages on formats and headers are right: up to date, naming only tests that are there, and leaving no format out."""

from courses.packages.report import FORMATS
from tests import formats, headers


def test_every_test_that_the_page_of_formats_names_is_there():
    assert formats.gone(formats.groups()) == []


def test_every_format_that_is_taken_has_its_row():
    assert formats.accepted(FORMATS) == {code for code, _, _ in formats.FORMATS.values()}


def test_every_format_that_is_named_and_not_taken_is_refused_in_words():
    said = " ".join(formats.refused())
    for name in ("cmi5", "Tin Can", "Common Cartridge", "EPUB", "QTI"):
        assert name in said
    assert all(words.count(".") >= 1 and len(words) < 300 for words in formats.refused())


def test_every_one_of_the_fifteen_pains_has_a_test():
    assert len(formats.PAINS) == 15
    assert all(tests for tests in formats.PAINS.values())


def test_the_page_of_formats_is_up_to_date():
    assert formats.PAGE.read_text() == formats.page()


def test_every_test_that_the_page_of_headers_names_is_there():
    assert formats.gone(headers.tests()) == []


def test_the_page_of_headers_is_up_to_date():
    assert headers.PAGE.read_text() == headers.page()
