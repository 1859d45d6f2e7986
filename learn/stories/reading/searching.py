"""Stories found by words: looked up in the site's search, shown as the list shows them."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from learn.search import finding
from learn.stories.reading import listing
from learn.stories.reading.listing import Listed

KIND = "story"


def find(
    session: Session, words: str, chosen: Mapping[str, str], *, order: str, after: str, members: bool,
) -> Listed:  # fmt: skip
    """A page of the stories that hold the words and have everything that was chosen."""
    facets = [(facet, value) for facet, value in chosen.items() if facet != "theme"]
    found = finding.find(
        session, words, kind=KIND, theme=chosen.get("theme", ""), facets=facets, order=order, after=after, members=members,
    )  # fmt: skip
    return Listed(listing.of(session, [hit.target_id for hit in found.hits]), found.next)
