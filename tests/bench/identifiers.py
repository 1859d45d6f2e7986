"""The identifier detector on 10 kB of writing: prose as stories have it, the same with findings in it, and in Markdown."""

from learn import identifiers
from tests.bench.measuring import Row, timed

SIZE = 10_000
MOST = 1.0
PROSE = (
    "In March 2024 the research nurses of our day unit began to ask every person who came for an infusion whether they would like "
    "to hear about studies. Before, 12 of 240 people a month were asked; six months later it was 171. We put a card on each chair, "
    "trained 14 colleagues in 30 minutes, and met on Tuesdays at 8:30am. What did not work: a poster, and asking at the front desk. "
    "The study (ISRCTN12345678, IRAS 301234, REC 21/LO/0123) closed on 31/10/2024, two weeks early; see doi:10.1136/bmj.n71.\n\n"
)
PROSE += (
    "Nurses said that asking felt like one more task, so we began with those who wanted to, and let the others watch. A patient who had "
    "taken part before sat with us and told why. The consultant mentioned research in each clinic letter, and the pharmacist kept the "
    "list of open studies at the door. Nobody was pressed. Our lead says that the change came when the whole team could see what "
    "became of those they had asked, and when the answer to a question was never further away than the next room. "
) * 3
HELD = (
    PROSE + "NHS 999 000 0018, DOB 12/03/1950, lives in SW1A 1AA, 07700 900123, jane.smith@example.com, 999-000-0018.\n"
)
MARKED = (
    PROSE.replace("12 of 240", "**12** of *240*").replace("IRAS 301234", "[IRAS 301234](https://example.org/studies/301234)")
    + "* NHS 999 [000](https://example.org) 0018\n* **DOB** 12/**03**/1950, lives in SW1A **1AA**\n* *07700* 900123, `999`-000-0018\n\n"
)  # fmt: skip


def rows() -> list[Row]:
    """A row for each of the texts."""
    texts = {"prose": PROSE, "with findings": HELD, "in Markdown": MARKED}
    return [_row(f"identifiers, {name}", piece) for name, piece in texts.items()]


def _row(name: str, piece: str) -> Row:
    text = (piece * (SIZE // len(piece) + 1))[:SIZE]
    # The floor: one look at every character, as any scan must take.
    spent, floor = timed(lambda: identifiers.find(text), 100), timed(lambda: text.lower().split(), 100)
    return Row(
        name, "-", spent.cpu, spent.p50, spent.p95, floor.cpu, spent.cpu / floor.cpu,
        f"< {MOST:g} ms CPU a 10 kB", spent.cpu < MOST, note=f"{len(identifiers.find(text))} findings",
    )  # fmt: skip
