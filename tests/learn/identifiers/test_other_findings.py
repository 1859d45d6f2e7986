"""What is asked about: births, labels, addresses, contacts, ages and the only case. And what is not."""

import pytest

from learn import identifiers

ASKED = {
    "date_of_birth": {
        "DOB 12/03/1950": "12/03/1950",
        "d.o.b. 12.3.50": "12.3.50",
        "D.O.B: 12-03-1950": "12-03-1950",
        "date of birth: 3rd of May 1950": "3rd of May 1950",
        "Date of Birth **12 Mar 1950**": "12 Mar 1950",
        "born on March 12th, 1950 in Leeds": "March 12th, 1950",
        "born 1950-03-12": "1950-03-12",
        "She was born on the 12/03/50.": "12/03/50",
        "12/03/1950 (DOB)": "12/03/1950",
        "dob １２/０３/１９５０": "１２/０３/１９５０",
        "dob 12&nbsp;March 1950": "12&nbsp;March 1950",
        "DOB:12031950": "12031950",
        "<b>DOB</b>: <i>12/03/1950</i>": "12/03/1950",
    },
    "hospital_number": {
        "MRN: K123456": "K123456",
        "MRN 1234567": "1234567",
        "hospital number 123456": "123456",
        "Hospital No. A12345": "A12345",
        "hosp no: RX1-234567": "RX1-234567",
        "unit number 654321": "654321",
        "Patient ID: 12345678": "12345678",
        "patient id is P12345": "P12345",
        "K number K654321": "K654321",
        "case note no 12/34567": "12/34567",
        "medical record number: 00123456": "00123456",
    },
    "postcode": {
        "lives in SW1A 1AA": "SW1A 1AA",
        "at M1 1AE": "M1 1AE",
        "LS11 5TS": "LS11 5TS",
        "EC1A1BB": "EC1A1BB",
        "home: b33 8th, leeds ls1 4ap": "ls1 4ap",
        "CR2\u00a06XH": "CR2\u00a06XH",
        "She lives at 3 High Street near the hospital. Her home is DN55 1PT": "DN55 1PT",
    },
    "national_insurance": {
        "NI QQ123456C": "QQ123456C",
        "QQ 12 34 56 C": "QQ 12 34 56 C",
        "qq123456a": "qq123456a",
        "QQ-12-34-56-B": "QQ-12-34-56-B",
    },
    "email": {
        "write to jane.smith@example.com.": "jane.smith@example.com",
        "<jane@example.org>": "jane@example.org",
        "Jane.Smith7@example.nhs.uk": "Jane.Smith7@example.nhs.uk",
        "mailto:j_smith+ward@example.co.uk": "j_smith+ward@example.co.uk",
    },
    "phone": {
        "07700 900123": "07700 900123",
        "ring 07700900123": "07700900123",
        "+44 7700 900 123": "+44 7700 900 123",
        "+44 (0)7700 900123": "+44 (0)7700 900123",
        "0044 7700 900123": "0044 7700 900123",
        "07700-900-123": "07700-900-123",
        "her home number is 01632 960123": "01632 960123",
    },
    "rare_case": {
        "the only patient at our Trust": "only patient at",
        "the only known case in Kent": "only known case in",
        "the first patient in the UK": "first patient in the uk",
        "one of two people": None,
        "one of only three patients in Devon": "one of only three patients in",
        "a woman aged 94": "aged 94",
        "a 103-year-old man": "103-year-old",
        "he was 91 years old": "91 years old",
        "admitted to ward 7 on 3 May 2024": "3 May 2024",
    },
}


@pytest.mark.parametrize(
    "kind, text, span", [(kind, text, span) for kind, of in ASKED.items() for text, span in of.items()]
)
def test_it_is_asked_about_exactly_where_it_stands(kind, text, span):
    found = identifiers.find(text)
    expected = [] if span is None else [(kind, "nudge", span.lower())]
    assert [(f.kind, f.response, text[f.offset : f.end].lower()) for f in found] == expected
    assert identifiers.find(identifiers.masked(text, found)) == []


QUIET = [
    "The clinic opened on 12/03/2020.",
    "The NHS was born on 5 July 1948.",
    "We were born to help.",
    "Date of birth was missing in 14 records.",
    "hospital number was missing",
    "patient number 200 was recruited",
    "the K number of the form",
    "unit numbers rose from 12 to 40",
    "SW1A is in London",
    "St Example's Hospital, 1 High Street, LS1 4AP",
    "University of Example, SW1A 1AA",
    "finish in t1 3rd",
    "give 5 mg and n1 2nd",
    "at 12 34 56 a nurse",
    "research.team@example.nhs.uk",
    "r&d@example.nhs.uk",
    "info@example.org",
    "ext. 4567",
    "Switchboard 01632 960123",
    "study mobile 07700 900123",
    "people aged 90 and over",
    "aged 18 to 95 years old",
    "over 90 years old",
    "the only patient information leaflet",
    "The first patient recruited in the trial",
    "admitted on 3 May 2024 to the study",
    "12.5% of 4,001 in 2019-2020 and 2020-2021",
    "10:30 to 11:45 on 01/02/2024",
    "£1,234,567.89 and 3.14159265358979",
    "978-0-306-40615-7",
    "192.168.100.200",
    "Recruitment: 12, 14, 18, 20, 22",
    "| 10 | 20 | 30 | 4567 |",
    "550e8400-e29b-41d4-a716-446655440000",
    "",
]


@pytest.mark.parametrize("text", QUIET)
def test_ordinary_writing_raises_nothing(text):
    assert identifiers.find(text) == []


def test_the_writers_own_address_is_left_alone():
    text = "Write to Amina.Khan@example.nhs.uk or ben.lee@example.nhs.uk"
    found = identifiers.find(text, own=["amina.khan@EXAMPLE.nhs.uk"])
    assert [text[f.offset : f.end] for f in found] == ["ben.lee@example.nhs.uk"]
