"""Words to look for: what people type made safe and plain, and the made-up words by which a search is narrowed."""

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

LONGEST = 200
"Characters of a query that are looked at."
MOST = 10
"Words and phrases of a query that are looked for."
_CHUNK = re.compile(r'"([^"]*)"|(\S+)')
_LETTERS = re.compile(r"[^\W_]+")
COMMON = frozenset(
    """
a about after all also am an and any are as at be because been before but by can could did do does for from had has
have he her here him his how i if in into is it its just me more most my no nor not now of off on once only or other
our out over own same she should so some such than that the their them then there these they this those through to too
under until up very was we were what when where which while who whom why will with you your
""".split()
)
"English words that say nothing about what somebody looks for; PostgreSQL leaves out the same ones."


FORMS = (
    ("midwife", "midwives"), ("child", "children"), ("woman", "women"), ("man", "men"), ("person", "people"), ("life", "lives"),
    ("diagnosis", "diagnoses"), ("hypothesis", "hypotheses"), ("criterion", "criteria"), ("paediatric", "pediatric"),
    ("anaesthetic", "anesthetic"), ("haematology", "hematology"), ("oesophagus", "esophagus"), ("randomised", "randomized"),
)  # fmt: skip
"Irregular plurals and the two spellings of words that this community writes every day."


@dataclass(frozen=True)
class Query:
    """What is looked for: every one of these has to be there; one of several words is a phrase."""

    phrases: tuple[str, ...]

    @property
    def words(self) -> frozenset[str]:
        """Every word of it, for marking them in an excerpt."""
        return frozenset(word for phrase in self.phrases for word in phrase.split())


def read(typed: str) -> Query:
    """What was typed as a query, whatever it is; empty where nothing is left that can be looked for."""
    chunks = [first or second for first, second in _CHUNK.findall(plain(typed[:LONGEST]))]
    phrases = [" ".join(_LETTERS.findall(chunk)) for chunk in chunks]
    there = [phrase for phrase in phrases if phrase and phrase not in COMMON]
    return Query(tuple(dict.fromkeys(there))[:MOST])


def plain(text: str) -> str:
    """In small letters, without accents."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def other_forms(text: str) -> str:
    """Forms that a stemmer does not bring together, of words that are there in one of them."""
    there = set(_LETTERS.findall(plain(text)))
    return " ".join(sorted({form for pair in FORMS if there & set(pair) for form in pair} - there))


def token(facet: str, value: str) -> str:
    """The made-up word for one value of a facet: letters and digits alone, so that each database takes it for a word."""
    number = int.from_bytes(hashlib.blake2s(f"{facet}:{value}".encode(), digest_size=6).digest())
    return f"zf{number}"


def tokens(facets: Iterable[tuple[str, str]]) -> str:
    """The made-up words for several."""
    return " ".join(token(facet, value) for facet, value in facets)
