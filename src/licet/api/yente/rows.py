"""Listed parties in few words, as filters, counts and scopes look at them; no document is made for it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from licet.api.listed import directory, on_lists
from licet.api.yente.asking import View
from licet.api.yente.model import risks
from licet.language.instrument import day
from licet.language.values import Truth
from licet.lists.exporting import country_codes, entity_id, schema_of, topics_of
from licet.reviews.directory import Brief


@dataclass(frozen=True, slots=True)
class Row:
    """A listing with the values that filters and counts look at; ``on`` is whether each list names it."""

    brief: Brief
    on: Mapping[str, Truth]

    @property
    def schema(self) -> str:
        """What kind of entity it is."""
        return schema_of(self.brief.kind)

    @property
    def datasets(self) -> tuple[str, ...]:
        """Codes of the lists that name it, or did."""
        return tuple(self.on)

    @property
    def countries(self) -> tuple[str, ...]:
        """Codes of countries."""
        return tuple(country_codes(self.brief.countries))

    @property
    def topics(self) -> tuple[str, ...]:
        """What the lists that name it on the day mean for it."""
        named = (code for code, truth in self.on.items() if truth is not False)
        return tuple(dict.fromkeys(topic for code in named for topic in topics_of(code)))

    @property
    def changed(self) -> str:
        """Since when the newest thing that was said of it is known."""
        return f"{self.brief.last}T00:00:00"

    def values(self, field: str) -> Collection[str]:
        """Values of a field; nothing for a field that only documents have."""
        match field:
            case "schema":
                return (self.schema,)
            case "datasets" | "countries" | "topics":
                found: tuple[str, ...] = getattr(self, field)
                return found
            case "id" | "entity_id" | "_id":
                return (entity_id(self.brief.id), self.brief.id)
            case "target":
                return ("false" if risks().isdisjoint(self.topics) else "true",)
        return ()


def rows(ids: Iterable[str], lists: Collection[str], view: View, ever: bool) -> Iterator[Row]:
    """Listings in few words, as far as a list among those asked for names them."""
    book, held = directory(view.regime), on_lists(view.regime, view.clock)
    known = day(view.clock.known_at)
    for id_ in ids:
        on = held.of(id_)
        if any(code in lists and (ever or truth is not False) for code, truth in on.items()):
            brief = book.brief(id_, known)
            if brief is not None:
                yield Row(brief, on)
