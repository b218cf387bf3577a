"""One row to one act: its facts, parties and particulars, or everything that is wrong with it."""

from __future__ import annotations

from licet.act import Act
from licet.intake import amounts, codes
from licet.intake.errors import Misread
from licet.intake.facts import Reader, Reading, is_word, plain_number, usable
from licet.intake.headers import KEEP, NAMELESS, NOTE, Column, Plan, naming
from licet.intake.notes import Notes
from licet.intake.parties import NOBODY, Stated, gather, name_in, text_in
from licet.intake.rejects import Fault, Reject, unguarded
from licet.intake.table import Cell, Row, heading, is_text, shown
from licet.language.values import Known, spoken
from licet.language.vocabulary import NONE_WORDS, UNKNOWN_WORDS

END_USE = "end_use.category"
VALUE = "item.value_usd"
DOLLARS = "USD"
NOT_STATED = UNKNOWN_WORDS | NONE_WORDS


class RowReader:
    """Reads the rows of one table; a fault in any cell rejects its row, and all faults are told."""

    def __init__(self, file: str, plan: Plan, reading: Reading, notes: Notes) -> None:
        self._file, self._plan, self._reading, self._notes = file, plan, reading, notes
        facts = {index: column.fact for index, column in enumerate(plan.columns) if column.fact}
        self._readers: dict[int, Reader] = {index: reading.fact(name) for index, name in facts.items()}
        self._country = reading.country()
        vocabulary = reading.vocabulary
        self._percents = {index for index, name in facts.items() if vocabulary[name].unit == "percent"}
        self._end_uses = vocabulary[END_USE].values if END_USE in vocabulary else ()
        # Where amounts and the like stand, for faults that are found when the row is complete.
        self._headings = dict(zip((column.name for column in plan.columns), plan.headings, strict=True))

    def read(self, row: Row) -> Act | Reject:
        """The act that a row states, or why it cannot be used."""
        if row.damage:
            return self._reject(row, [Fault("", "", row.damage, row.remedy)])
        facts: dict[str, Known] = {}
        roles: dict[str, Stated] = {}
        kept: dict[str, str] = {}
        value: Cell = ""
        currency = ""
        faults: list[Fault] = []
        for index, (cell, column) in enumerate(zip(row.cells, self._plan.columns, strict=False)):
            if not is_text(cell) or column.name == NOTE:
                continue
            try:
                if column.role:
                    self._party(index, cell, column, roles.setdefault(column.role, Stated()), row.number)
                elif column.fact:
                    if (known := self._fact(index, cell, row.number)) is not None:
                        facts[column.fact] = known
                elif column.name == "value":
                    value = usable(cell)
                elif column.name == "currency":
                    currency = _currency(shown(usable(cell)))
                elif column.name == "hts":
                    self._hts(index, cell, kept, row.number)
                else:
                    self._keep(index, cell, column, kept, row.number)
            except Misread as misread:
                faults.append(Fault(self._plan.headings[index], shown(cell), misread.problem, misread.remedy))
        try:
            self._money(value, currency, kept, facts)
        except Misread as misread:
            faults.append(Fault(self._headings["value"], shown(value), misread.problem, misread.remedy))
        try:
            self._end_use(kept, facts)
        except Misread as misread:
            faults.append(Fault(self._headings["end_use"], kept["end_use"], misread.problem, misread.remedy))
        try:
            parties = gather(roles)
        except Misread as misread:
            faults.append(Fault("", "", misread.problem, misread.remedy))
        if faults:
            return self._reject(row, faults)
        return Act(facts, parties, kept, f"{self._file}, row {row.number}")

    def _fact(self, index: int, cell: Cell, number: int) -> Known:
        known = self._readers[index](cell)
        if index in self._percents and isinstance(known, float) and 0 < known < 1 and "%" not in shown(cell):
            text = f"{known:g} is read as {known:g} percent; write {known * 100:g} if a share of 1 is meant"
            self._notes.add(number, self._plan.headings[index], "percent", text)
        return known

    def _party(self, index: int, cell: Cell, column: Column, stated: Stated, number: int) -> None:
        match column.part:
            case "name":
                name_in(cell, stated)
            case "country":
                country = self._country(cell)
                stated.country = country if isinstance(country, str) else None
            case "address":
                stated.address = text_in(cell)
            case "same_as":
                stated.same_as = text_in(cell, NOBODY)
            case "reference":
                stated.reference = text_in(cell) or ""
            case _:
                stated.facts[column.fact] = self._fact(index, cell, number)

    def _hts(self, index: int, cell: Cell, kept: dict[str, str], number: int) -> None:
        """Keeps an HTS number; a mangled one is only warned of, since no rule reads it."""
        try:
            plain = usable(cell)
            if not is_word(plain, NOT_STATED):
                kept["hts"] = codes.hts(plain)
        except Misread as misread:
            kind = "number" if not isinstance(cell, str) else "text"
            text = f"{misread.problem}; not used. {misread.remedy}"
            self._notes.add(number, self._plan.headings[index], kind, text)

    def _keep(self, index: int, cell: Cell, column: Column, kept: dict[str, str], number: int) -> None:
        """Keeps what no rule reads: under our name for it, or under its own where we have none."""
        own = column.useless or column.name in (KEEP, "")
        kept[self._plan.headings[index] if own else column.name] = unguarded(shown(cell))
        if column is NAMELESS:
            self._notes.add(number, self._plan.headings[index], "nameless", "the header is blank; only kept")

    def _money(self, value: Cell, stated: str, kept: dict[str, str], facts: dict[str, Known]) -> None:
        """Keeps value and currency, and states the value in US dollars where it is in them."""
        amount, beside = None, ""
        if is_text(value) and not is_word(value, NOT_STATED):
            amount, sign = amounts.money(value, self._reading.decimal)
            beside = _currency(sign)
        if stated and beside and stated != beside and stated.isalpha() and beside.isalpha():
            raise Misread(f"the value is in {beside}, the currency column says {stated}", "Say it once.")
        currency = stated if stated.isalpha() or not beside else beside
        if currency:
            kept["currency"] = currency
        if amount is not None:
            kept["value"] = format(amount, "f")
            if currency == DOLLARS and VALUE not in facts and VALUE in self._reading.vocabulary:
                facts[VALUE] = plain_number(amount)

    def _end_use(self, kept: dict[str, str], facts: dict[str, Known]) -> None:
        """An end use in the very word of the vocabulary is a fact; any other text is only kept."""
        text = kept.get("end_use", "")
        if text in self._end_uses:
            known = facts.setdefault(END_USE, text)
            if known != text:
                raise Misread(
                    f"the end use is {text!r} here and {spoken(known)!r} in {self._headings[END_USE]}",
                    "Say it once.",
                )

    def _reject(self, row: Row, faults: list[Fault]) -> Reject:
        cells = dict.fromkeys(self._plan.headings, "")
        cells |= {heading(self._plan.headings, index): shown(cell) for index, cell in enumerate(row.cells)}
        for one, column in zip(self._plan.headings, self._plan.columns, strict=True):
            if column.name == NOTE:
                cells.pop(one, None)
        return Reject.of(self._file, row.number, faults, cells)


def _currency(text: str) -> str:
    """A currency's code of three letters, or its sign where the sign is that of several."""
    if text.casefold() in NOT_STATED:
        return ""
    code = naming()["signs"].get(text.upper(), text.upper())
    if len(code) == 3 and code.isascii() and code.isalpha():
        return str(code)
    if len(code) == 1 and not code.isalnum():
        return str(code)
    raise Misread(f"{text!r} is not a currency", "Write the code of three letters, such as EUR.")
