"""Names of studies are recognised with a link and never raise an alarm."""

import random

import pytest

from learn import identifiers
from tests.learn.identifiers import making

NAMES = {
    "isrctn": ["ISRCTN{8}", "ISRCTN {8}", "isrctn{8}"],
    "nct": ["NCT{8}", "NCT {8}"],
    "eudract": ["2015-{6}-{2}", "EudraCT number: 2009-{6}-{2}"],
    "eu_ct": ["2023-5{5}-{2}-00", "EU CT 2022-5{5}-{2}"],
    "iras": ["IRAS {6}", "IRAS ID: {6}", "IRAS project ID {7}", "IRAS Project Number: {6}"],
    "cpms": ["CPMS {5}", "CPMS ID: {4}", "CPMS study {6}"],
    "rec": ["21/LO/{4}", "REC reference 19/NW/{4}", "REC ref: 22/WA/{4}"],
    "doi": ["10.1136/bmj.{7}", "doi:10.1016/j.cell.2020.{10}", "https://doi.org/10.1186/{10}"],
    "pmid": ["PMID: {8}", "PMID {7}", "PubMed ID {8}"],
}


def filled(name: str, chance: random.Random) -> str:
    for size in range(2, 11):
        while f"{{{size}}}" in name:
            digits = making.passing(chance)[:size]
            name = name.replace(f"{{{size}}}", digits, 1)
    return name


@pytest.mark.parametrize("kind, name", [(kind, name) for kind, names in NAMES.items() for name in names])
def test_a_study_is_recognised_and_raises_no_alarm(kind, name):
    chance = random.Random(name)
    for _ in range(60):
        for text in ("We recruited to {}.", "({}), 2019", "{}", "NHS study {}, 12 patients", "Study: {}\n10 sites"):
            said = text.format(filled(name, chance))
            assert identifiers.find(said) == [], said
            assert [study.kind for study in identifiers.studies(said)] == [kind], said
            assert {finding.response for finding in identifiers.recognised(said)} == {"silent"}


def orcid(chance: random.Random) -> str:
    fifteen = f"0000000{chance.randrange(10**8):08d}"
    total = 0
    for digit in fifteen:
        total = (total + int(digit)) * 2
    last = (12 - total % 11) % 11
    whole = fifteen + ("X" if last == 10 else str(last))
    return "-".join(whole[i : i + 4] for i in range(0, 16, 4))


def test_an_orcid_is_known_by_its_last_sign():
    chance = random.Random(7)
    for _ in range(200):
        right = orcid(chance)
        wrong = right[:-1] + ("1" if right[-1] == "0" else "0")
        assert [study.kind for study in identifiers.studies(f"ORCID {right}")] == ["orcid"]
        assert identifiers.find(f"https://orcid.org/{right}") == []
        assert identifiers.studies(f"ORCID {wrong}") == []


@pytest.mark.parametrize(
    "text, address",
    [
        ("ISRCTN 12345678", "https://www.isrctn.com/ISRCTN12345678"),
        ("(NCT01234567)", "https://clinicaltrials.gov/study/NCT01234567"),
        ("2022-500123-12-00", "https://euclinicaltrials.eu/ctis-public/view/2022-500123-12-00"),
        ("2009-012345-12", "https://www.clinicaltrialsregister.eu/ctr-search/search?query=2009-012345-12"),
        ("doi:10.1136/bmj.n71.", "https://doi.org/10.1136/bmj.n71"),
        ("10.1000/A<b>", "https://doi.org/10.1000/A"),
        ("PMID 1234567", "https://pubmed.ncbi.nlm.nih.gov/1234567/"),
        ("0000-0002-1825-0097", "https://orcid.org/0000-0002-1825-0097"),
        ("21/LO/0123", "https://bepartofresearch.nihr.ac.uk/results/search-results?query=21/LO/0123"),
    ],
)
def test_a_study_comes_with_the_address_of_its_page(text, address):
    assert [study.address for study in identifiers.studies(text)] == [address]


def test_a_patient_number_beside_a_study_is_still_held():
    for text in ("ISRCTN12345678 999 000 0018", "IRAS 301234, NHS 9990000018", "21/LO/0123 9990000018"):
        assert identifiers.holds(identifiers.find(text)), text
