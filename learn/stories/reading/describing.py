"""A story as search engines and libraries read it: schema.org's Article, as JSON in the page (https://schema.org/Article)."""

import json
from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from learn.stories.reading import story as reading
from learn.stories.reading.citing import Cited

LICENCES = {
    "cc-by-4.0": "https://creativecommons.org/licenses/by/4.0/",
    "ogl-3.0": "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/",
}
"Addresses of the licences that a text can have."
HARMLESS = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"})
"What could end the script that the JSON stands in, by the same as JSON may write it."


def article(row: Any, fields: Mapping[str, Any], cited: Cited) -> Markup:
    """The JSON for a script of the type application/ld+json, in which nothing can end that script."""
    told = {
        "@context": "https://schema.org", "@type": "Article", "headline": cited.title, "description": cited.summary,
        "url": cited.address, "identifier": cited.reference, "version": cited.version, "inLanguage": "en-GB",
        "datePublished": row.published_at.isoformat(), "dateModified": (row.changed_at or row.published_at).isoformat(),
        "author": [_author(each) for each in reading.authors(fields)], "publisher": {"@type": "Organization", "name": cited.site},
        "about": row.theme_title, "keywords": list(cited.tags), "isAccessibleForFree": bool(row.is_public),
        "license": LICENCES.get(fields.get("licence") or ""),
    }  # fmt: skip
    drawn = json.dumps({name: value for name, value in told.items() if value not in ("", None, [])}, ensure_ascii=False)
    return Markup(drawn.translate(HARMLESS))  # noqa: S704 - no sign of markup is left in it


def _author(told: Mapping[str, str]) -> dict[str, str]:
    kind = "Person" if told["orcid"] or len(told["name"].split()) < 4 else "Organization"
    found = {"@type": kind, "name": told["name"], "jobTitle" if kind == "Person" else "description": told["role"]}
    orcid = told["orcid"].rsplit("/", 1)[-1]
    return {name: value for name, value in found.items() if value} | (
        {"sameAs": f"https://orcid.org/{orcid}"} if orcid else {}
    )
