"""The benchmark's rules over many acts in OpenFisca-core and PolicyEngine-core, each in its own environment.

``python benchmarks/columns_peers.py agree`` compares both with our single-act engine.
``python columns_peers.py openfisca ACTS.parquet --out RESULT.parquet`` is what runs inside a
peer's environment; :func:`run_peer` makes that environment and calls it.

In both a variable is a NumPy vector over all rows; neither knows unknowns or reasons. The law is
written once for the two: a variable a rule, choices as enumerations, formulas of vector
operations. What cannot be said there, and what stands for it:

- A period belongs to a whole run, so no window can be one. The day of each act is an ordinary
  variable and every window a comparison. Windows that follow upon each other without a gap are
  written as one.
- There are no exceptions to rules: they are ``& ~`` in the formula of what they defeat.
- A requirement, an authorisation and an exclusion come to one truth: is a licence required.

Either is measured in two manners, which differ in how facts are handed over. *Plain* is their own
way: the default simulation of their builder, dates as dates, choices as words. *Tuned* is the
quickest we could make it: days as whole numbers, enumerations encoded through Arrow's dictionaries,
a population set up without the builder.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage
from time import perf_counter
from typing import Any

STARTED = perf_counter()
PACKAGES = {
    "openfisca": ("openfisca-core==46.0.1", "numpy==2.4.6", "pyarrow==26.0.1"),
    "policyengine": ("policyengine-core==3.33.12", "numpy==2.4.6", "pyarrow==26.0.1"),
}
ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_MAX_THREADS"), "1"
)
# Rows of one simulation: as quick as all rows in one, and of bounded memory.
PART = 250_000

# -- the law, in the words of the peers ----------------------------------------------------------

# Every fact with its type; a choice is the tuple of its values.
FACTS: dict[str, Any] = {
    "act.date": date,
    "act.contract_date": date,
    "act.certified": bool,
    "act.purpose": (
        "new_business",
        "network_support",
        "handset_support",
        "security_disclosure",
        "standards_work",
    ),
    "act.claimed": ("nothing", "GOV", "RPL", "TMP", "TSU"),
    "act.eligible": bool,
    "destination.embargoed": bool,
    "item.in_us": bool,
    "item.us_origin": bool,
    "item.us_content_pct": float,
    "item.direct_product": bool,
    "item.published": bool,
    "item.on_chart": bool,
    "consignee.listed": bool,
    "consignee.footnote": int,
    "consignee.in_group": bool,
    "consignee.excepted": bool,
}
Formula = Callable[[Any, Any], Any]


def law(purpose: Any, claimed: Any, day: Callable[[str], Any]) -> list[Formula]:
    """One formula a variable, of the same name.

    ``purpose`` and ``claimed`` are the peer's own enumerations; ``day`` makes of a written day
    what days are compared with.
    """
    base, listing_rule = day("1996-03-25"), day("2008-08-21")
    licence_from, licence_through = day("2019-05-20"), day("2020-08-13")
    signed_by, standards_through = day("2019-05-16"), day("2019-08-18")
    product_rule, exclusion_from = day("2020-05-15"), day("2020-08-17")

    def de_minimis_25(act: Any, on: Any) -> Any:
        return act("item_us_content_pct", on) > 25

    def de_minimis_10(act: Any, on: Any) -> Any:
        return (act("item_us_content_pct", on) > 10) & act("destination_embargoed", on)

    def direct_product(act: Any, on: Any) -> Any:
        footnote_1 = act("consignee_footnote", on) == 1
        return act("item_direct_product", on) & footnote_1 & (act("act_date", on) >= product_rule)

    def subject(act: Any, on: Any) -> Any:
        origin = act("item_in_us", on) | act("item_us_origin", on)
        content = act("de_minimis_25", on) | act("de_minimis_10", on)
        reached = (origin | content | act("direct_product", on)) & (act("act_date", on) >= base)
        return reached & ~act("item_published", on)

    def embargo_bar(act: Any, on: Any) -> Any:
        return act("destination_embargoed", on) & (act("act_claimed", on) != claimed.TMP)

    def listed_bar(act: Any, on: Any) -> Any:
        barred = act("consignee_listed", on) & ~act("consignee_excepted", on)
        return barred & (act("act_date", on) >= listing_rule)

    def licence_exception(act: Any, on: Any) -> Any:
        met = (act("act_claimed", on) != claimed.nothing) & act("act_eligible", on)
        return met & ~act("embargo_bar", on) & ~act("listed_bar", on)

    def general_licence_open(act: Any, on: Any) -> Any:
        done = act("act_date", on)
        terms = act("consignee_in_group", on) & act("act_certified", on) & ~act("destination_embargoed", on)
        return terms & (done >= licence_from) & (done <= licence_through)

    def general_licence_c1(act: Any, on: Any) -> Any:
        networks = act("act_purpose", on) == purpose.network_support
        return act("general_licence_open", on) & networks & (act("act_contract_date", on) <= signed_by)

    def general_licence_c2(act: Any, on: Any) -> Any:
        handsets = act("act_purpose", on) == purpose.handset_support
        return act("general_licence_open", on) & handsets & (act("act_contract_date", on) <= signed_by)

    def general_licence_c3(act: Any, on: Any) -> Any:
        return act("general_licence_open", on) & (act("act_purpose", on) == purpose.security_disclosure)

    def general_licence_c4(act: Any, on: Any) -> Any:
        standards = act("act_purpose", on) == purpose.standards_work
        return act("general_licence_open", on) & standards & (act("act_date", on) <= standards_through)

    def disclosure_exclusion(act: Any, on: Any) -> Any:
        disclosed = act("consignee_in_group", on) & (act("act_purpose", on) == purpose.security_disclosure)
        return disclosed & (act("act_date", on) >= exclusion_from)

    def chart(act: Any, on: Any) -> Any:
        return act("subject", on) & act("item_on_chart", on) & ~act("licence_exception", on)

    def entity_list(act: Any, on: Any) -> Any:
        general = (
            act("general_licence_c1", on)
            | act("general_licence_c2", on)
            | act("general_licence_c3", on)
            | act("general_licence_c4", on)
        )
        listed = act("consignee_listed", on) & (act("act_date", on) >= listing_rule)
        relieved = act("licence_exception", on) | general | act("disclosure_exclusion", on)
        return act("subject", on) & listed & ~relieved

    def required(act: Any, on: Any) -> Any:
        return act("chart", on) | act("entity_list", on)

    return [
        de_minimis_25,
        de_minimis_10,
        direct_product,
        subject,
        embargo_bar,
        listed_bar,
        licence_exception,
        general_licence_open,
        general_licence_c1,
        general_licence_c2,
        general_licence_c3,
        general_licence_c4,
        disclosure_exclusion,
        chart,
        entity_list,
        required,
    ]


# -- inside a peer's environment -------------------------------------------------------------------


@dataclass(frozen=True)
class Core:
    """What is used of either engine; the two differ in where things are."""

    model: Any
    build_entity: Callable[..., Any]
    enum_array: Callable[..., Any]
    simulation: Callable[..., Any]
    builder: Callable[..., Any]
    system: Callable[..., Any]

    @classmethod
    def of(cls, name: str) -> Core:
        package = f"{name}_core"
        simulations = import_module(f"{package}.simulations")
        enums = "indexed_enums" if name == "openfisca" else "enums"
        return cls(
            model=import_module(f"{package}.model_api"),
            build_entity=import_module(f"{package}.entities").build_entity,
            enum_array=import_module(f"{package}.{enums}").EnumArray,
            simulation=simulations.Simulation,
            builder=simulations.SimulationBuilder,
            system=import_module(f"{package}.taxbenefitsystems").TaxBenefitSystem,
        )


class Declared:
    """The law declared to one engine, ready to calculate part after part."""

    def __init__(self, core: Core, plain: bool) -> None:
        self.core, self.plain = core, plain
        self.entity = core.build_entity(key="act", plural="acts", label="An act", is_person=True)
        self.choices = {
            name: core.model.Enum(name.split(".")[1].title(), list(values))
            for name, values in FACTS.items()
            if isinstance(values, tuple)
        }
        self.system = core.system([self.entity])
        for name, kind in FACTS.items():
            self.system.add_variable(self._fact(name, kind))
        for formula in law(self.choices["act.purpose"], self.choices["act.claimed"], self._day):
            self.system.add_variable(self._variable(formula.__name__, value_type=bool, formula=formula))

    def _fact(self, name: str, kind: Any) -> Any:
        own = {"value_type": int if kind is date and not self.plain else kind}
        if choice := self.choices.get(name):
            first = next(iter(choice))
            own = {"value_type": self.core.model.Enum, "possible_values": choice, "default_value": first}
        return self._variable(_variable_name(name), **own)

    def _variable(self, name: str, **own: Any) -> Any:
        common = {"entity": self.entity, "definition_period": self.core.model.ETERNITY, "label": name}
        return type(name, (self.core.model.Variable,), common | own)

    def _day(self, text: str) -> Any:
        import numpy as np

        day = np.datetime64(text, "D")
        return day if self.plain else int(day.astype(int))

    def prepared(self, acts: Any) -> Any:
        """A simulation that holds a record batch of acts."""
        simulation = self._default(acts.num_rows) if self.plain else self._bare(acts.num_rows)
        for name, kind in FACTS.items():
            vector = self._vector(name, kind, acts.column(name))
            simulation.set_input(_variable_name(name), self.core.model.ETERNITY, vector)
        return simulation

    def _default(self, rows: int) -> Any:
        return self.core.builder().build_default_simulation(self.system, count=rows)

    def _bare(self, rows: int) -> Any:
        import numpy as np

        populations = self.system.instantiate_entities()
        # What the builder does, but without OpenFisca's list of Python integers.
        populations["act"].count, populations["act"].ids = rows, np.arange(rows)
        return self.core.simulation(tax_benefit_system=self.system, populations=populations)

    def _vector(self, name: str, kind: Any, column: Any) -> Any:
        import numpy as np
        import pyarrow as pa

        if column.null_count:
            raise ValueError(f"{name}: {column.null_count} unknown; this engine has no unknowns")
        if choice := self.choices.get(name):
            if self.plain:
                return column.cast(pa.string()).to_numpy(zero_copy_only=False).astype(str)
            index = np.array([choice[word].index for word in column.dictionary.to_pylist()], np.int16)
            return self.core.enum_array(index[column.indices.to_numpy()], choice)
        if kind is date and not self.plain:
            return column.view(pa.int32()).to_numpy()
        vector = column.to_numpy(zero_copy_only=False)
        return vector.astype({int: np.int32, float: np.float32}[kind]) if kind in (int, float) else vector


def _variable_name(name: str) -> str:
    return name.replace(".", "_")


@dataclass
class Spent:
    """Seconds by the clock and of CPU (user and system, children included), by what they went into."""

    wall: dict[str, float]
    cpu: dict[str, float]

    @contextmanager
    def on(self, task: str) -> Iterator[None]:
        wall, cpu = perf_counter(), cpu_seconds()
        yield
        self.wall[task] = self.wall.get(task, 0.0) + perf_counter() - wall
        self.cpu[task] = self.cpu.get(task, 0.0) + cpu_seconds() - cpu


def cpu_seconds() -> float:
    """CPU seconds of this process and of its ended children, from the start of the process."""
    return sum(use.ru_utime + use.ru_stime for use in map(getrusage, (RUSAGE_SELF, RUSAGE_CHILDREN)))


def measure(name: str, path: Path, out: Path | None, rounds: int, plain: bool) -> dict[str, Any]:
    """Decides all acts of a file so many times; tells the round that took the least CPU.

    ``wall`` and ``cpu`` are seconds: *import* (the interpreter and all modules), *declare* (the
    law), *read* (Parquet to Arrow), *prepare* (Arrow to vectors held by simulations), *calculate*
    and *write*. The rates count read, prepare and calculate unless their name says otherwise.
    """
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    pa.set_cpu_count(1)
    core = Core.of(name)
    once = Spent({"import": perf_counter() - STARTED}, {"import": cpu_seconds()})
    with once.on("declare"):
        declared = Declared(core, plain)
    best, answers = min(
        (decided(declared, path) for _ in range(rounds)), key=lambda r: sum(r[0].cpu.values())
    )
    required = np.concatenate(answers)
    with once.on("write"):
        if out:
            pq.write_table(pa.table({"required": required}), out)
    rows, cpu, packages = len(required), once.cpu | best.cpu, (f"{name}-core", "numpy", "pyarrow")
    return {
        "peer": name,
        "manner": "plain" if plain else "tuned",
        "rows": rows,
        "required": int(required.sum()),
        "wall": once.wall | best.wall,
        "cpu": cpu,
        "rows_per_cpu_second": rows / sum(best.cpu.values()),
        "rows_per_cpu_second_from_arrow": rows / (cpu["prepare"] + cpu["calculate"]),
        "rows_per_cpu_second_calculating": rows / cpu["calculate"],
        "rows_per_cpu_second_with_start": rows / (sum(cpu.values()) - cpu["write"]),
        "peak_mb": getrusage(RUSAGE_SELF).ru_maxrss / 1024,
        "rounds": rounds,
        "versions": {p: version(p) for p in packages} | {"python": sys.version.split()[0]},
    }


def decided(declared: Declared, path: Path) -> tuple[Spent, list[Any]]:
    """One round: what it took, and for every part whether a licence is required."""
    import pyarrow.parquet as pq

    gc.collect()
    spent, answers = Spent({}, {}), []
    with spent.on("read"):
        parts = pq.ParquetFile(path).iter_batches(PART, use_threads=False)
        acts = next(parts, None)
    while acts is not None:
        with spent.on("prepare"):
            simulation = declared.prepared(acts)
        with spent.on("calculate"):
            answers.append(simulation.calculate("required", "2020-01-01"))
        with spent.on("read"):
            acts = next(parts, None)
    return spent, answers


# -- from the benchmark ----------------------------------------------------------------------------


def run_peer(
    name: str, parquet: Path, rows: int, rounds: int = 3, out: Path | None = None, plain: bool = False
) -> dict[str, Any]:
    """What :func:`measure` tells of ``rows`` acts in a file, from a process of the peer's own.

    The environment is made when first asked for, in the user's cache folder; that needs a
    package index. ``out`` gets the answers, one column ``required``.

    Raises:
        RuntimeError: when the environment cannot be made, the peer fails, or it read another
            number of rows.
    """
    options = ["--rounds", str(rounds)]
    options += ["--out", str(out)] if out else []
    options += ["--plain"] if plain else []
    # -P: not from this folder, whose modules are not the peer's.
    command = [str(environment(name)), "-P", __file__, name, str(parquet), *options]
    found = json.loads(_run(command, ONE_THREAD))
    if found["rows"] != rows:
        raise RuntimeError(f"{parquet}: expected {rows:,} rows, {name} read {found['rows']:,}")
    return found  # type: ignore[no-any-return]


def environment(name: str, packages: Sequence[str] = ()) -> Path:
    """The Python of a peer's own environment, made anew when the packages asked for have changed.

    ``packages`` are those of a peer that this module does not know.
    """
    from platformdirs import user_cache_path

    folder = user_cache_path("licet-bench", appauthor=False) / name
    python, made_of = folder / "bin" / "python", folder / "packages.txt"
    wanted = packages or PACKAGES[name]
    asked = "\n".join(wanted)
    if made_of.exists() and made_of.read_text(encoding="utf-8") == asked:
        return python
    folder.parent.mkdir(parents=True, exist_ok=True)
    if uv := shutil.which("uv"):
        _run([uv, "venv", "-q", "--clear", "--python", sys.executable, str(folder)])
        _run([uv, "pip", "install", "-q", "--python", str(python), *wanted])
    else:
        _run([sys.executable, "-m", "venv", "--clear", str(folder)])
        _run([str(python), "-m", "pip", "install", "-q", *wanted])
    made_of.write_text(asked, encoding="utf-8")
    return python


def _run(command: list[str], variables: dict[str, str] | None = None) -> str:
    ended = subprocess.run(
        command, capture_output=True, text=True, check=False, env=os.environ | (variables or {})
    )
    if ended.returncode:
        raise RuntimeError(f"{' '.join(command)}\n{ended.stderr.strip()[-2000:]}")
    return ended.stdout


def agreement(name: str, acts: int = 2_000, seed: int = 2019, plain: bool = False) -> dict[str, Any]:
    """On how many of so many complete acts a peer says what our single-act engine says."""
    import pyarrow.parquet as pq

    from columns_acts import facts_of, random_table, write_acts
    from ours import Ours

    ours = Ours()
    expected = [ours.required(facts) for facts in facts_of(random_table(acts, seed))]
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "result.parquet"
        run_peer(name, write_acts(Path(folder) / "acts.parquet", acts, seed), acts, 1, out, plain)
        given = pq.read_table(out).column("required").to_pylist()
    same = sum(a is b for a, b in zip(expected, given, strict=True))
    manner = "plain" if plain else "tuned"
    return {"peer": name, "manner": manner, "acts": acts, "agreeing": same, "required": sum(expected)}


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("what", choices=[*PACKAGES, "agree"])
    parser.add_argument("path", type=Path, nargs="?", help="a Parquet file of columns_acts.py")
    parser.add_argument("--out", type=Path, help="Parquet file for the answers")
    parser.add_argument("--rounds", type=int, default=3, help="the best of so many rounds")
    parser.add_argument("--plain", action="store_true", help="facts handed over in the peer's own way")
    parser.add_argument("--acts", type=int, default=2_000, help="how many acts are compared")
    options = parser.parse_args()
    if options.what == "agree":
        found = [agreement(name, options.acts, plain=plain) for name in PACKAGES for plain in (False, True)]
        print(json.dumps(found, indent=1))
        return 0 if all(one["agreeing"] == one["acts"] for one in found) else 2
    if options.path is None:
        parser.error("which file of acts?")
    found = measure(options.what, options.path, options.out, options.rounds, options.plain)
    print(json.dumps(found, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
