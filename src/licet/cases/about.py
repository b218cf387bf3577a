"""About: which worked cases say something of a rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from licet.cases.files import case_files
from licet.language import plain_yaml
from licet.language.instrument import Moment, moment_from
from licet.regime import Regime


@dataclass(frozen=True, slots=True)
class About:
    """One worked case and what it says of a rule: that it ``stands``, ``falls`` or is ``open``."""

    case: str
    file: str
    said: str
    as_of: Moment | None
    outcome: str
    why: str


def cases_about(regime: Regime) -> Mapping[str, tuple[About, ...]]:
    """For each rule the worked cases kept beside the law that name it, in their order."""
    found: dict[str, list[About]] = {rule.id: [] for rule in regime.book}
    for path in case_files([regime.folder]):
        for number, case in enumerate((plain_yaml.read_file(path) or {}).get("cases") or (), 1):
            for said in ("stands", "falls", "open"):
                for rule in case.get(said) or ():
                    found.setdefault(rule, []).append(
                        About(
                            str(case.get("case") or number),
                            path.relative_to(regime.folder).as_posix(),
                            said,
                            moment_from(case.get("as_of"), path.name),
                            str(case.get("then") or ""),
                            " ".join(str(case.get("why") or "").split()),
                        )
                    )
    return {rule: tuple(cases) for rule, cases in found.items()}
