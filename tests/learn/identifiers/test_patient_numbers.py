"""NHS, CHI and H&C numbers are found in every way that people type them."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from learn import identifiers
from tests.learn.identifiers import making


def grouped(number: str, gap: str, end: str = "") -> str:
    return f"{number[:3]}{gap}{number[3:6]}{gap}{number[6:]}{end}"


def wide(number: str, zero: str) -> str:
    return "".join(chr(ord(zero) + int(digit)) for digit in number)


FORMATS = {
    "plain": lambda n: n,
    "spaces": lambda n: grouped(n, " "),
    "two spaces": lambda n: grouped(n, "  "),
    "tabs": lambda n: grouped(n, "\t"),
    "hyphens": lambda n: grouped(n, "-"),
    "spaced hyphens": lambda n: grouped(n, " - "),
    "en dashes": lambda n: grouped(n, "–"),
    "em dashes": lambda n: grouped(n, "—"),
    "non-breaking hyphens": lambda n: grouped(n, "\u2011"),
    "minus signs": lambda n: grouped(n, "\u2212"),
    "dots": lambda n: grouped(n, "."),
    "middle dots": lambda n: grouped(n, "·"),
    "slashes": lambda n: grouped(n, "/"),
    "backslashes": lambda n: grouped(n, "\\"),
    "underscores": lambda n: grouped(n, "_"),
    "commas": lambda n: grouped(n, ", "),
    "non-breaking spaces": lambda n: grouped(n, "\xa0"),
    "thin spaces": lambda n: grouped(n, "\u2009"),
    "narrow non-breaking spaces": lambda n: grouped(n, "\u202f"),
    "ideographic spaces": lambda n: grouped(n, "\u3000"),
    "zero-width spaces": lambda n: grouped(n, "\u200b"),
    "zero-width joiners everywhere": lambda n: "\u200d".join(n),
    "byte order marks": lambda n: grouped(n, "\ufeff"),
    "soft hyphens": lambda n: grouped(n, "\xad"),
    "direction marks": lambda n: f"\u202a{grouped(n, chr(0x200E))}\u202c",
    "line breaks": lambda n: grouped(n, "\n"),
    "windows line breaks": lambda n: grouped(n, "\r\n"),
    "line separators": lambda n: grouped(n, "\u2028"),
    "over quoted lines": lambda n: f"> {grouped(n, chr(10) + '> ')}",
    "round brackets": lambda n: f"({grouped(n, ' ')})",
    "a bracketed group": lambda n: f"({n[:3]}) {n[3:6]} {n[6:]}",
    "square brackets": lambda n: f"[{n[:3]}] [{n[3:6]}] [{n[6:]}]",
    "bold": lambda n: f"**{n}**",
    "bold groups": lambda n: grouped(n, "** **"),
    "code": lambda n: f"`{grouped(n, ' ')}`",
    "struck out": lambda n: grouped(n, "~~ ~~"),
    "escaped": lambda n: grouped(n, r"\-"),
    "table cells": lambda n: f"| {grouped(n, ' | ')} |",
    "html": lambda n: f"<b>{n[:3]}</b> <i>{n[3:6]}</i> <span class='x y'>{n[6:]}</span>",
    "html between all digits": lambda n: "<wbr>".join(n),
    "html comments": lambda n: grouped(n, "<!-- -->"),
    "entities": lambda n: grouped(n, "&nbsp;"),
    "numbered entities": lambda n: grouped(n, "&#8201;"),
    "digits as entities": lambda n: "".join(f"&#{ord(d)};" for d in n),
    "full width": lambda n: wide(n, "\uff10"),
    "full width with spaces": lambda n: grouped(wide(n, "\uff10"), " "),
    "Arabic digits": lambda n: wide(n, "\u0660"),
    "Devanagari digits": lambda n: wide(n, "\u0966"),
    "bold mathematical digits": lambda n: wide(n, "\U0001d7ce"),
    "keycaps": lambda n: "".join(f"{d}\ufe0f\u20e3" for d in n),
    "underlined": lambda n: "".join(f"{d}\u0332" for d in n),
    "circled": lambda n: "".join("⓪" if d == "0" else chr(0x245F + int(d)) for d in n),
    "one by one": lambda n: " ".join(n),
    "one by one with hyphens": lambda n: "-".join(n),
    "glued to NHS": lambda n: f"NHS{n}",
    "glued to a label": lambda n: f"NHSNo:{n}",
    "in a file name": lambda n: f"smith_{n}.pdf",
    "in a file name with a dash": lambda n: f"Consent form-{grouped(n, '-')}-signed.docx",
    "glued to a word": lambda n: f"scan{n}.png",
    "a picture's description": lambda n: f'<img src="a.png" alt="{grouped(n, " ")}">',
    "between angle brackets": lambda n: f"<NHS {n}>",
    "wide digits between angle brackets": lambda n: f"<nhs {wide(n, chr(0xFF10))}>",
    "quoted": lambda n: f"'{grouped(n, ' ')}'",
    "a full stop after it": lambda n: f"{grouped(n, ' ')}.",
    "an item of a list": lambda n: f"1. {grouped(n, ' ')}",
    "after a date": lambda n: f"12/03/2024 {grouped(n, ' ')}",
    "with a footnote": lambda n: f"{n}²",
    "of a patient in an address": lambda n: f"https://records.example/patient/{n}",
}
LABELLED = {
    "five and five": lambda n: f"NHS number {n[:5]} {n[5:]}",
    "pairs": lambda n: f"NHS no. {' '.join(n[i : i + 2] for i in range(0, 10, 2))}",
    "four and two": lambda n: f"nhs: {n[:4]}-{n[4:8]}-{n[8:]}",
    "label behind": lambda n: f"{n[:4]} {n[4:7]} {n[7:]} (NHS number)",
    "patient": lambda n: f"the patient, {n[:6]} {n[6:]},",
}


@pytest.mark.parametrize("form", list(FORMATS))
@settings(max_examples=20)
@given(number=making.test_numbers, before=st.sampled_from(["", "She is ", "NHS number: ", "pt "]))
def test_a_number_is_held_in_every_form(form, number, before):
    text = f"{before}{FORMATS[form](number)} was seen"
    found = identifiers.find(text)
    assert [(f.kind, f.response) for f in found if f.kind != "date_of_birth"] == [("nhs_number", "hold")], text
    assert not identifiers.holds(identifiers.find(identifiers.masked(text, found)))


@pytest.mark.parametrize("form", list(LABELLED))
@settings(max_examples=20)
@given(number=making.test_numbers)
def test_a_number_grouped_in_another_way_is_held_with_a_label(form, number):
    assert identifiers.holds(identifiers.find(LABELLED[form](number)))


@given(number=making.test_numbers)
def test_five_and_five_digits_without_a_label_are_asked_about(number):
    assert [f.response for f in identifiers.find(f"{number[:5]} {number[5:]}")] == ["nudge"]


@given(number=making.test_numbers, zero=st.sampled_from("oOоО"), one=st.sampled_from("lI"))
def test_letters_count_as_digits_behind_a_label(number, zero, one):
    typed = number.replace("0", zero).replace("1", one)
    found = identifiers.find(f"NHS number: {grouped(typed, ' ')} seen")
    assert [f.response for f in found] == ["hold"]


@given(number=making.test_numbers.filter(lambda number: "0" in number))
def test_letters_are_letters_where_no_label_stands(number):
    assert identifiers.find(f"Code {number.replace('0', 'O')} seen") == []


@given(number=making.english)
def test_numbers_of_england_wales_and_man_are_held(number):
    assert [(f.kind, f.response) for f in identifiers.find(number)] == [("nhs_number", "hold")]


@given(number=making.northern_irish)
def test_numbers_of_northern_ireland_are_held(number):
    assert [(f.kind, f.response) for f in identifiers.find(f"H&C {grouped(number, ' ')}")] == [("hc_number", "hold")]


@given(number=making.scottish, gap=st.sampled_from(["", " ", "-"]))
def test_numbers_of_scotland_are_held_also_as_date_and_four(number, gap):
    found = identifiers.find(f"{number[:6]}{gap}{number[6:]}")
    assert [(f.kind, f.response) for f in found] == [("chi_number", "hold")]


@given(number=making.nobodys)
def test_ranges_that_nobody_issues_are_left_alone(number):
    assert identifiers.find(f"NHS number {number}") == []


@given(number=making.test_numbers)
def test_a_wrong_check_digit_is_left_alone(number):
    assert identifiers.find(f"NHS number {making.wrong(number)}") == []


@pytest.mark.parametrize("digit", list("0123456789"))
def test_ten_times_the_same_digit_is_no_number(digit):
    assert identifiers.find(f"NHS number {digit * 10}") == []


@given(number=making.test_numbers, other=making.test_numbers, gap=st.sampled_from([" ", ", ", "\n", " and ", "\n- "]))
def test_each_of_several_is_found_and_hidden(number, other, gap):
    text = f"{grouped(number, ' ')}{gap}{grouped(other, ' ')}"
    found = identifiers.find(text)
    assert [f.response for f in found] == ["hold", "hold"]
    assert not any(c.isdigit() for c in identifiers.masked(text, found))


@given(number=making.test_numbers, before=st.text(max_size=40), after=st.text(max_size=40))
def test_the_span_is_where_the_number_stands_whatever_is_around_it(number, before, after):
    text = f"{before}\n\nNHS number {number}\n\n{after}"
    at = text.index(f"NHS number {number}") + len("NHS number ")
    assert (at, 10, "hold") in {(f.offset, f.length, f.response) for f in identifiers.find(text)}


WITH_A_LABEL = [
    "ISBN {}", "ISBN-10: {}", "phone {}", "Tel: {}", "Tel. no. {}", "mobile {}", "fax {}", "call us on {}", "bleep {}",
    "Zoom meeting ID: {}", "Zoom {}", "Meeting ID {}", "Teams meeting ID: {}", "webinar ID {}", "passcode {}", "+44 {}", "+1 {}",
    "0044 {}", "(+44) {}", "invoice {}", "Invoice number: {}", "INV-{}", "PO{}", "PO number {}", "purchase order {}", "order no {}",
    "Order #{}", "UTR {}", "VAT number {}", "grant {}", "Grant reference {}", "award number {}", "charity number {}",
    "company number {}", "serial number {}", "S/N: serial {}", "asset tag {}", "tracking number {}", "ticket {}", "Ticket #{}",
    "incident {}", "account number {}", "sort code and account {}", "customer reference {}", "booking reference {}", "job {}",
    "page id {}", "https://wiki.example/pages/{}", "www.example.org/item?id={}", "doi {}", "PMID {}", "ORCID {}", "ISRCTN {}",
    "protocol number {}", "licence {}", "receipt {}", "transaction ID {}", "timestamp {}", "batch {}", "lot number {}", "SKU {}",
    "part number {}", "model {}", "employee number {}", "payroll {}", "ESR number {}", "GMC number {}", "sample ID {}",
    "specimen number {}", "barcode {}", "kit number {}", "£{}", "$ {}", "device id {}", "helpline: {}", "contact number {}",
]  # fmt: skip


@pytest.mark.parametrize("label", WITH_A_LABEL)
def test_a_label_that_says_what_it_is_keeps_other_numbers_quiet(label):
    chance = random.Random(label)
    for _ in range(25):
        number = making.passing(chance)
        for typed in (number, grouped(number, " "), grouped(number, "-")):
            text = f"Details: {label.format(typed)} for the team."
            assert alarms(text) == [], text


def alarms(text: str) -> list[identifiers.Finding]:
    """Findings; +44 7… is a mobile phone number and rightly asked about as such."""
    return [finding for finding in identifiers.find(text) if finding.kind != "phone"]


def test_other_numbers_with_a_label_alarm_in_fewer_than_one_of_two_hundred():
    chance, raised, count = random.Random(6), 0, 0
    for label in WITH_A_LABEL:
        for _ in range(100):
            number = making.any_ten(chance)
            for typed in (number, grouped(number, " ")):
                count += 1
                raised += bool(alarms(f"See {label.format(typed)} for more."))
    assert raised / count < 0.005


@pytest.mark.parametrize(
    "text",
    [
        "Zoom about patient {}",
        "Meeting notes. NHS number {}",
        "The order was late. {} is his number",
        "call Mrs Smith, {}",
        "on phone to pt {}",
    ],
)
@given(number=making.test_numbers)
def test_a_label_of_another_kind_further_off_hides_nothing(text, number):
    assert identifiers.holds(identifiers.find(text.format(grouped(number, " "))))
