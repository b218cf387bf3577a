"""FollowTheMoney entities joined: sanctions, addresses, documents and owners go to their subject."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from licet.lists.record import Address, Identifier, NameKind, OtherName, Record
from licet.lists.sources.common import data_file, date_of
from licet.lists.sources.foreign import own_script
from licet.lists.sources.ftm_entities import Entity, in_codes, kind_of

_NAMES: tuple[tuple[str, NameKind], ...] = (
    ("alias", "alias"),
    ("weakAlias", "weak"),
    ("abbreviation", "weak"),
    ("previousName", "former"),
)
_COUNTRIES = ("country", "nationality", "citizenship", "jurisdiction", "mainCountry", "flag")
_NOTES = ("notes", "summary", "description", "position")


class Joined:
    """The entities of one file, with what others of them say of each.

    Args:
        found: every entity by its id.
    """

    def __init__(self, found: dict[str, Entity]) -> None:
        self._found = found
        self._about: dict[str, list[Entity]] = {}
        self.faults: list[str] = []
        links: dict[str, list[str]] = data_file("foreign_followthemoney.yaml")["links"]
        lost = 0
        for entity in found.values():
            for prop in links.get(entity.schema, ()):
                for subject in entity.all(prop):
                    self._about.setdefault(subject, []).append(entity)
                    lost += subject not in found
        if lost:
            self.faults.append(f"{lost} links lead to entities that are not in the file")

    @property
    def dated(self) -> date | None:
        """The day of the last change of any entity; None where the file says none."""
        days = (date_of(entity.last_change, "")[0] for entity in self._found.values())
        return max((day for day in days if day), default=None)

    @property
    def targets(self) -> Iterator[Entity]:
        """What the file lists: marked targets or, where nothing is marked, every thing that can be listed."""
        for entity in self._found.values():
            kind = kind_of(entity.schema)
            if entity.target is False or kind is None:
                continue
            # An address is listed only where somebody put it on a list.
            if kind != "address" or entity.target or entity.all("topics") or self._links(entity, "Sanction"):
                yield entity

    def _links(self, entity: Entity, schema: str) -> list[Entity]:
        return [link for link in self._about.get(entity.id, ()) if link.schema == schema]

    def record(self, entity: Entity, listed: str) -> Record:
        """What the file says of one target."""
        sanctions = self._links(entity, "Sanction")
        main = _main_name(entity)
        faults = [] if main else ["name: none"]
        ends = [_days([s], "endDate", faults) for s in sanctions]
        related, owned = self._owners(entity)
        requirement, policy = (_said(sanctions, name) for name in ("provisions", "status"))
        return Record(
            list=listed,
            name=main,
            kind=kind_of(entity.schema) or "",
            others=_others(entity, main),
            addresses=self._addresses(entity),
            countries=in_codes(entity.all(*_COUNTRIES)),
            identifiers=self._identifiers(entity),
            programmes=_distinct([*_all(sanctions, "program", "programId"), *entity.all("programId")]),
            requirement=requirement,
            policy=policy,
            citations=_distinct([*_all(sanctions, "sourceUrl"), *_all(sanctions, "summary")]),
            published=min(_days(sanctions, "listingDate", faults), default=None),
            effective=min(_days(sanctions, "startDate", faults), default=None),
            # Listed as long as one listing stands: an end counts when every one of them has an end.
            ends=max(day for days in ends for day in days) if ends and all(ends) else None,
            related=_distinct([*related, *_all(sanctions, "namesMentioned")]),
            birth=tuple(entity.all("birthDate")),
            notes=_distinct([*entity.all(*_NOTES), *_all(sanctions, "reason"), *owned]),
            published_id=entity.id,
            publisher_list=", ".join(_all(sanctions, "authority")) or ", ".join(entity.datasets),
            line=entity.line,
            faults=tuple(faults),
        )

    def _addresses(self, entity: Entity) -> tuple[Address, ...]:
        parts: list[str] = data_file("foreign_followthemoney.yaml")["address"]
        code = next(iter(in_codes(entity.all("country"))), "")
        if entity.schema == "Address":
            return tuple(Address(text, code) for text in entity.all("full"))
        found: dict[str, Address] = {}
        for ident in entity.all("addressEntity"):
            place = self._found.get(ident)
            if place is not None:
                text = place.first("full") or ", ".join(v for p in parts if (v := place.first(p)))
                text = text or place.first("description")
                found[text] = Address(text, next(iter(in_codes(place.all("country"))), ""))
        for text in entity.all("address"):
            found.setdefault(text, Address(text))
        return tuple(a for a in found.values() if a.text or a.country)

    def _identifiers(self, entity: Entity) -> tuple[Identifier, ...]:
        terms = data_file("foreign_followthemoney.yaml")
        found: dict[Identifier, None] = {}
        for document in self._links(entity, "Identification") + self._links(entity, "Passport"):
            said = document.first("type").casefold()
            default = "passport" if document.schema == "Passport" else "document"
            kind = terms["documents"].get(said, said.replace(" ", "_") or default)
            numbers = document.all("number", "passportNumber")
            whole = document.first("description")
            # A number too long for its field stands there in part, and whole in the description.
            numbers = [whole if whole.startswith(n) and " " not in whole else n for n in numbers]
            found.update((Identifier(kind, number), None) for number in numbers)
        for prop, kind in terms["identifiers"].items():
            for value in entity.all(prop):
                found[Identifier(kind, value.removeprefix("IMO") if kind == "imo" else value)] = None
        return tuple(found)

    def _owners(self, entity: Entity) -> tuple[list[str], list[str]]:
        """Names that own it or that it owns; and for its owners what is said of their shares."""
        related: list[str] = []
        said: list[str] = []
        for link in self._links(entity, "Ownership"):
            owners, assets = link.all("owner"), link.all("asset")
            for ident in (*owners, *assets):
                other = self._found.get(ident)
                if ident == entity.id or other is None:
                    continue
                related.append(name := _main_name(other))
                if entity.id in assets:
                    span = " to ".join(d for d in (link.first("startDate"), link.first("endDate")) if d)
                    share = link.first("percentage") or "share not given"
                    said.append(f"owner: {name} ({', '.join(p for p in (share, span) if p)})")
        return related, said


def _main_name(entity: Entity) -> str:
    """The caption where it is one of the names, else the first Latin name, else the first of all."""
    names = entity.all("name", *(("full",) if entity.schema == "Address" else ()))
    if entity.caption in names:
        return entity.caption
    return next((n for n in names if not own_script(n)), next(iter(names), entity.caption))


def _others(entity: Entity, main: str) -> tuple[OtherName, ...]:
    found: dict[OtherName, None] = {}
    native = own_script(main)
    named: tuple[tuple[str, NameKind], ...] = (("name", "alias"), *_NAMES)
    for prop, kind in named:
        for name in entity.all(prop):
            scripted = kind == "alias" and own_script(name) != native
            if name != main:
                found[OtherName(name, "script" if scripted else kind)] = None
    return tuple(found)


def _all(entities: list[Entity], *props: str) -> list[str]:
    return list(dict.fromkeys(value for entity in entities for value in entity.all(*props)))


def _said(entities: list[Entity], prop: str) -> str:
    return "; ".join(_all(entities, prop))


def _distinct(texts: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for text in texts if text))


def _days(sanctions: list[Entity], prop: str, faults: list[str]) -> list[date]:
    found = []
    for sanction in sanctions:
        for text in sanction.all(prop):
            day, fault = date_of(text, f"line {sanction.line}, {prop}")
            faults += [fault] if fault else []
            found += [day] if day else []
    return found
