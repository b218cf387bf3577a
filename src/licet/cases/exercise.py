"""Exercise: which rules the cases beside the law make stand and fall."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from licet.cases.files import case_files
from licet.language import plain_yaml
from licet.language.linting import Finding
from licet.regime import Regime


@dataclass
class Exercised:
    """How often cases say of a rule that it stands (or is open) and that it falls."""

    stands: int = 0
    falls: int = 0
    files: set[str] = field(default_factory=set)


def exercised(regime: Regime) -> Mapping[str, Exercised]:
    """Every rule with what the cases say of it; whether they are right is for ``licet law test``."""
    found = {rule.id: Exercised() for rule in regime.book}
    for path in case_files([regime.folder]):
        for case in (plain_yaml.read_file(path) or {}).get("cases") or ():
            for key in ("stands", "open", "falls"):
                for rule in case.get(key) or ():
                    if rule in found:
                        found[rule].files.add(path.name)
                        if key == "falls":
                            found[rule].falls += 1
                        else:
                            found[rule].stands += 1
    return found


def unexercised(regime: Regime) -> Iterator[Finding]:
    """Rules that no case makes stand, or that none makes fall."""
    for rule_id, seen in exercised(regime).items():
        rule = regime.book[rule_id]
        for word, count in (("stands", seen.stands), ("falls", seen.falls)):
            if not count:
                yield Finding(f"{rule.where}: rule {rule_id}", f"no case in which it {word}")
