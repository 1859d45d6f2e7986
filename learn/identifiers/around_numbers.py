"""What stands beside ten digits: a label that makes them a patient's number, or one that makes them something else."""

import re
from string import ascii_lowercase, digits

from learn.identifiers.reading import Reading

CUED = re.compile(r"nhs|(?<![a-z])(?:chi|hcn|pt|patient|h ?& ?c|health and care|service user)(?![a-rt-z])")

LABELS = """
isbn(?:-?1[03])? issn ean barcode phone telephone tel mobile mob cell fax bleep pager ext extension call ring text
whatsapp dial zoom teams webex skype meeting conference webinar passcode password pin invoice inv utr vat tax grant award charity
company serial asset tracking parcel consignment ticket incident account acct a/c iban sort customer supplier vendor client booking
purchase order po requisition job page pageid doi pmid pmc pmcid orcid isrctn nct eudract euct iras cpms rec protocol confluence jira
servicenow sharepoint licence license policy receipt transaction payment timestamp epoch unix lot batch sku part model imei sim
employee payroll staff esr assignment gmc nmc hcpc sample specimen accession lab kit device version build commit course product item
catalogue cas pubmed scopus researcher author membership member delivery shipment quote tender contract project donation router modem
gtin upc udi duns orcid-id crn companies uprn usrn passport visa voucher gift loyalty card bank reg registration vehicle meter hotline
helpline switchboard landline contact handset contacts sms bacs cheque budget ledger cost
"""
FILLERS = """
us me on at is was are the a our my your uk usa office work home desk direct line main team id ids no nos number numbers num
nr ref refs reference references code codes link details here dial in for call via by to now please using with of and meeting or key
tag identifier study project tracking
"""
BESIDE = r"[\s.:;,#=()\[\]/*_'\"|+-]"
LABELLED = re.compile(
    rf"(?<![a-z])(?:{'|'.join(sorted(LABELS.split(), key=len, reverse=True))})s?"
    rf"(?:{BESIDE}+(?:{'|'.join(sorted(FILLERS.split(), key=len, reverse=True))})(?![a-z])){{0,4}}{BESIDE}*$"
)
"A label right before the digits, with nothing between but small words: one further off belongs to something else."
NO_LETTERS = " \t\n\r\f\v\x1c\x1d\x1e\x1f.:;,#=()[]/*_'\"|+-" + digits
"As BESIDE, for ``str.rstrip``."
LAST_WORDS = {"isbn", "c", *LABELS.split(), *FILLERS.split()}
"A look at the last word spares most numbers the long pattern."

ABROAD = re.compile(
    r"(?:\+|(?:^|[a-z:,;(]\s{0,2})00) ?[1-9][0-9]{0,2}[\s().-]{0,4}(?:\(?0\)?)?[\s().-]{0,4}$|(?<![0-9])1-$"
)
LONGEST_ABROAD = 24
"+44 or 0044, but not the 0018 at the end of a number before; and more characters than any of them has."
CURRENCIES = ("£", "$", "€", "¥", "gbp", "usd", "eur")
MONEY = re.compile(r"(?:[£$€¥]|\b(?:gbp|usd|eur)) ?$")
CODE = re.compile(r"(?<![A-Za-z])([A-Z]{1,4})[-#]?$")
OURS = {
    "NHS",
    "CHI",
    "HC",
    "HCN",
    "NO",
    "MR",
    "MRS",
    "MS",
    "MISS",
    "DR",
    "PT",
    "ID",
    "DOB",
    "MRN",
    "IS",
    "NUM",
    "OF",
    "FOR",
}
"Capitals that stand before a patient's number; others (INV-, PO) make a code of what follows."
ADDRESS = re.compile(r"(?:https?:|www\.)[^\s<>\"]*$")
PATIENT_IN_ADDRESS = re.compile(r"(?:patient|nhs[-_]?(?:no|num|number|id)?|chi|mrn)[a-z_-]*[=/:]$")
JOINING = ("-", ".")
HEXADECIMAL = re.compile(r"[0-9][a-f]+$|(?<![a-z])[a-f]$")


# What follows looks before it tries a pattern: most numbers stand beside nothing of the kind.


def is_cued(reading: Reading, start: int, end: int) -> bool:
    """True when a word near by says that this is a patient's number."""
    return bool(CUED.search(reading.before(start, 40)) or CUED.search(reading.after(end, 25)))


def is_something_else(reading: Reading, start: int, end: int) -> bool:
    """True when a label, a prefix or the place says that these digits are no patient's number."""
    before = reading.before(start, 60)
    if _is_labelled(before) or _is_abroad(before) or _is_money(before):
        return True
    if _is_code(reading.plain[max(0, start - 6) : start]) or _is_part_of_more(reading, start, end):
        return True
    further = reading.before(start, 300)
    if ("http" in further or "www." in further) and ADDRESS.search(further):
        return not PATIENT_IN_ADDRESS.search(before)
    return False


def _is_labelled(before: str) -> bool:
    words = before.rstrip(NO_LETTERS)
    last = words[len(words.rstrip(ascii_lowercase)) :]
    return (last in LAST_WORDS or last.removesuffix("s") in LAST_WORDS) and bool(LABELLED.search(before))


def _is_abroad(before: str) -> bool:
    begins = "+" in before or "00" in before or before.endswith(("1-", "1-\n"))
    return begins and bool(ABROAD.search(before, max(0, len(before) - LONGEST_ABROAD)))


def _is_money(before: str) -> bool:
    return before.rstrip(" \n").endswith(CURRENCIES) and bool(MONEY.search(before[-5:]))


def _is_code(before: str) -> bool:
    last = before.removesuffix("\n")[-1:]
    capitals = CODE.search(before) if last.isupper() or last in ("-", "#") else None
    return bool(capitals and capitals[1] not in OURS)


def _is_part_of_more(reading: Reading, start: int, end: int) -> bool:
    """Inside a longer code: digits go on over the same dash or dot, or letters stand on both sides."""
    before, after = reading.low[max(0, start - 2) : start], reading.low[end : end + 2]
    for beside, digit, mark in ((before, before[:1], before[1:]), (after, after[1:2], after[:1])):
        if mark in JOINING and digit.isdigit():
            within = reading.low[start:end]
            # A number without groups goes on only as the fraction of a decimal.
            is_whole = not any(joining in within for joining in JOINING)
            if mark in within or (is_whole and mark == "." and beside is before and end - start == 10):
                return True
    return "a" <= after[:1] <= "f" and bool(HEXADECIMAL.search(reading.before(start, 12)))
