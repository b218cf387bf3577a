"""Generated books: the same for the same seed, alike in both shapes, with every outcome and as many gaps as asked."""

from __future__ import annotations

import copy
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result

from licet.act import Act
from licet.cli.generate import generate
from licet.columns.acts import act_at, batches, checked
from licet.decisions.book import decide_book
from licet.decisions.outcome import Outcome
from licet.generating import writing
from licet.generating.book import BLOCK, Book
from licet.generating.mix import Mix, MixError, read, text
from licet.generating.shapes import as_acts
from licet.generating.writing import write
from licet.intake import countries_from, read_orders
from licet.language import plain_yaml
from licet.language.errors import LicetError
from licet.regime import Regime

EXAMPLE = Path(__file__).resolve().parents[1] / "examples" / "parties-2019.csv"


def book(regime: Regime, **options: Any) -> Book:
    return Book.of(regime, read(regime.vocabulary), **options)


def table(made: Book, lines: int) -> pa.Table:
    return pa.Table.from_batches([as_acts(block, made) for block in made.blocks(lines)])


def acts(found: pa.Table, regime: Regime) -> list[Act]:
    [batch] = found.combine_chunks().to_batches()
    return [act_at(batch, row, regime.vocabulary) for row in range(len(batch))]


def run(*words: object) -> Result:
    return CliRunner().invoke(generate, [str(word) for word in words])


def test_both_shapes_state_the_same_acts(regime: Regime, tmp_path: Path) -> None:
    made = book(regime, seed=3)
    write(made, 700, tmp_path / "book.csv")
    write(made, 700, tmp_path / "book.parquet")
    countries = countries_from(regime.folder / "us" / "ear" / "tables" / "countries.csv")
    orders = read_orders(tmp_path / "book.csv", regime.vocabulary, countries)
    assert not orders.rejects
    assert not orders.warnings
    found = acts(pq.read_table(tmp_path / "book.parquet"), regime)
    assert [a.facts for a in orders.acts] == [a.facts for a in found]
    assert [a.parties for a in orders.acts] == [a.parties for a in found]
    for key in ("order_id", "end_use", "currency", "description"):
        assert [a.particulars.get(key) for a in orders.acts] == [a.particulars.get(key) for a in found]


def test_the_same_seed_gives_the_same_book(regime: Regime, tmp_path: Path) -> None:
    made = [book(regime, seed=5), book(regime, seed=5), book(regime, seed=6)]
    for name, one in zip(("one", "two", "other"), made, strict=True):
        write(one, 700, tmp_path / f"{name}.parquet")
    assert (tmp_path / "one.parquet").read_bytes() == (tmp_path / "two.parquet").read_bytes()
    assert table(made[0], 700) == pq.read_table(tmp_path / "one.parquet")
    assert table(made[0], 700) != pq.read_table(tmp_path / "other.parquet")


def test_blocks_do_not_depend_on_each_other(regime: Regime) -> None:
    made, again = book(regime), book(regime)
    whole = table(made, 2 * BLOCK + 100)
    # A shorter book is the beginning of a longer one; a block alone is the one of the whole book.
    assert table(again, BLOCK + 7) == whole.slice(0, BLOCK + 7)
    second = pa.Table.from_batches([as_acts(again.block(1), again)])
    assert second == whole.slice(BLOCK, BLOCK)
    assert len(whole.column("order_id").unique()) < len(whole) * 0.6


def test_a_book_is_written_as_it_is_drawn(regime: Regime, tmp_path: Path, monkeypatch: Any) -> None:
    made = book(regime)
    write(made, BLOCK * 3 + 5, tmp_path / "book.parquet")
    told: list[int] = []
    monkeypatch.setattr(writing, "ROW_GROUP", 2)
    write(made, BLOCK * 3 + 5, tmp_path / "groups.parquet", told.append)
    assert told == [BLOCK, BLOCK, BLOCK, 5]
    whole, groups = (pq.ParquetFile(tmp_path / f"{name}.parquet") for name in ("book", "groups"))
    assert (whole.metadata.num_row_groups, groups.metadata.num_row_groups) == (1, 2)
    assert whole.read() == groups.read() == table(made, BLOCK * 3 + 5)
    assert whole.schema_arrow.metadata[b"licet.law"].decode() == regime.digest
    assert [len(batch) for batch in batches(tmp_path / "book.parquet", BLOCK)] == [BLOCK] * 3 + [5]


def test_as_many_facts_are_missing_as_asked(regime: Regime) -> None:
    both = [book(regime, missing=share) for share in (0, 0.05)]
    full, holey = (table(one, BLOCK) for one in both)
    stated = kept = 0
    for name in checked(full.schema, regime.vocabulary).facts:
        there, left = full.column(name).is_valid(), holey.column(name).is_valid()
        # What is missing was there, and what is there is the same.
        assert pc.all(pc.or_(there, pc.invert(left))).as_py()
        assert holey.column(name).drop_null() == full.column(name).filter(left)
        stated += pc.sum(there).as_py()
        if name != "act.date":
            share = 1 - pc.sum(left).as_py() / pc.sum(there).as_py()
            sure = 4 * (0.05 * 0.95 / pc.sum(there).as_py()) ** 0.5
            assert abs(share - 0.05) < sure, name
        kept += pc.sum(left).as_py()
    assert holey.column("act.date").null_count == 0
    assert 0.045 < 1 - kept / stated < 0.05
    named = [one.block(0).named.sum() for one in both]
    assert abs(1 - named[1] / named[0] - 0.01) < 0.002


def test_every_outcome_occurs(regime: Regime) -> None:
    # Fewer names are looked up faster; the mix is otherwise the one that comes with Licet.
    data = copy.deepcopy(plain_yaml.read(text(), "mix.yaml"))
    data["customers"]["invented"] = 150
    found = acts(table(Book.of(regime, Mix.of(data, regime.vocabulary), seed=1), 2000), regime)
    outcomes = Counter(line.decision.outcome for line in decide_book(found, regime) if line.decision)
    assert sum(outcomes.values()) == 2000
    assert set(outcomes) == set(Outcome)
    assert min(outcomes.values()) >= 20, outcomes
    assert outcomes[Outcome.INDETERMINATE] < 700


def test_a_book_has_the_traps_of_a_real_one(regime: Regime) -> None:
    made = book(regime, missing=0)
    found = acts(table(made, 1500), regime)
    people = [party for act in found for party in act.parties]
    assert any(len(party.roles) > 1 for party in people)
    assert any(party.name is None for party in people)
    assert {role for party in people for role in party.roles} >= {"purchaser", "end_user", "network_operator"}
    # Few customers buy much; the same customer is spelt in several ways.
    counted = Counter(party.name for party in people if party.name)
    assert counted.most_common(1)[0][1] > 15
    folded = {name.casefold() for name in counted}
    assert len(folded) < len(counted)
    # Days crowd around the law's turning points.
    turns = set(made.span.turns.tolist())
    at = [(day - date(1970, 1, 1)).days for act in found if isinstance(day := act.facts["act.date"], date)]
    near = sum(1 for day in at if day in turns) / len(at)
    assert near > 1.5 * len(turns) / (made.span.last - made.span.first + 1)


def test_days_can_be_set(regime: Regime) -> None:
    first, last = date(2024, 1, 1), date(2024, 3, 31)
    days = table(book(regime, first=first, last=last), 3000).column("act.date")
    assert pc.min(days).as_py() >= first
    assert pc.max(days).as_py() <= last
    with pytest.raises(MixError, match="end before they begin"):
        book(regime, first=last, last=first)


def test_customers_can_be_taken_from_a_file(regime: Regime, tmp_path: Path) -> None:
    file = tmp_path / "parties.csv"
    file.write_text("name,country,address\nÅngström Fiber AB,SE,Kista\nnone,DE,\nHome Inc.,US,\n", "utf-8")
    done = run(tmp_path / "book.parquet", "--lines", 400, "--counterparties", file, "--missing", 0)
    assert done.exit_code == 0, done.output
    people = [p for a in acts(pq.read_table(tmp_path / "book.parquet"), regime) for p in a.parties]
    spelt = {p.name for p in people if p.country == "SE"}
    assert {"Ångström Fiber AB", "ÅNGSTRÖM FIBER AB"} <= spelt
    assert not any(p.name and p.name.casefold() in ("none", "home inc.") for p in people)
    file.write_text("name,country\nHome Inc.,US\n")
    refused = run(tmp_path / "book.csv", "--counterparties", file)
    assert "none of the counterparties" in str(refused.exception)


def test_the_command_writes_and_says_what(tmp_path: Path) -> None:
    out = tmp_path / "book.csv"
    done = run(out, "--lines", 20, "--seed", 7, "--from", "2019-05-01", "--to", "2019-06-30")
    assert done.exit_code == 0
    assert "20 invented lines" in done.output
    assert "seed 7" in done.output
    assert len(out.read_text(encoding="utf-8").splitlines()) == 21
    assert [path.name for path in tmp_path.iterdir()] == ["book.csv"]
    wrong = run(tmp_path / "book.txt")
    assert wrong.exit_code == 2
    assert ".parquet or .csv" in wrong.output
    nowhere = run(tmp_path / "no" / "book.csv", "--lines", 1)
    assert isinstance(nowhere.exception, MixError)
    assert "cannot be written" in str(nowhere.exception)


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        (["facts", "item.eccm"], "EAR99", r"did you mean item\.eccn"),
        (["facts", "act.action"], "exprt", r"act\.action: 'exprt' is not one of"),
        (["facts", "act.action"], {"export": 0}, "expected weights"),
        (["facts", "order.date"], {"days before": "act", "from": "5"}, "expected weights, .from"),
        (
            ["facts", "transport.en_route_since"],
            "2019-05-16",
            r"transport\.en_route_since: expected days, or none",
        ),
        (["deals", "sale", "items"], ["gods"], "sale: no item is in gods"),
        (["deals", "sale", "roles"], {"end_usr": "customer"}, "end_usr is not among the roles"),
        (["deals", "sale", "days"], "sometimes", "something is missing"),
        (["deals", "sale", "customers"], {"family nobody": 1}, "no customer is 'family nobody'"),
    ],
)
def test_a_mix_that_cannot_be_meant_is_refused(
    path: list[str], value: Any, said: str, regime: Regime
) -> None:
    data = copy.deepcopy(plain_yaml.read(text(), "mix.yaml"))
    at = data
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = value
    with pytest.raises(LicetError, match=said):
        Book.of(regime, Mix.of(data, regime.vocabulary)).block(0)
