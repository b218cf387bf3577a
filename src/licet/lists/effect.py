"""Effect: the day on which a published rule had effect, for lists that tell only when it was printed."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from licet.language.instrument import Instrument, Moment, day
from licet.tables.dated import read_csv

# Pages of the longest rules that put parties on a list.
_LONGEST_RULE = 60
_CITED = re.compile(r"\b(\d{2,3}) FR (\d+)\b")


@dataclass(frozen=True, slots=True)
class PublishedRules:
    """Rules of the Federal Register by volume and first page, with the day each was printed and had effect.

    A list may cite the page on which an entry stands; the rule is the last that begins at or
    before it and was printed, or had effect, on the day the list gives.
    """

    pages: Mapping[int, tuple[tuple[int, date, Moment], ...]]

    @classmethod
    def load(cls, path: Path, instruments: Mapping[str, Instrument]) -> PublishedRules:
        """From ``rules-published.csv``; instruments of the law say it better where both know a rule."""
        found: dict[int, dict[int, tuple[date, Moment]]] = defaultdict(dict)
        for _, row in read_csv(path):
            if match := _CITED.fullmatch(row["citation"]):
                days = date.fromisoformat(row["published"]), date.fromisoformat(row["effective"])
                found[int(match[1])][int(match[2])] = days
        for instrument in instruments.values():
            if (
                (match := _CITED.fullmatch(instrument.id))
                and instrument.published is not None
                and instrument.effective is not None
            ):
                found[int(match[1])][int(match[2])] = (day(instrument.published), instrument.effective)
        return cls({v: tuple((p, *days) for p, days in sorted(pages.items())) for v, pages in found.items()})

    def effective(self, citations: Iterable[str], published: date | None) -> Moment | None:
        """When the cited rule that was printed on that day had effect, if it is known here.

        Without a day, the first citation that is near the beginning of a known rule decides.
        """
        for citation in citations:
            if (match := _CITED.search(citation)) is None:
                continue
            rules = self.pages.get(int(match[1]), ())
            at = bisect_right([page for page, _, _ in rules], int(match[2])) - 1
            if at < 0:
                continue
            first, printed, effective = rules[at]
            near = int(match[2]) - first <= _LONGEST_RULE
            # Some lists give the day of effect where others give that of print.
            if published in (printed, day(effective)) or (published is None and near):
                return effective
        return None
