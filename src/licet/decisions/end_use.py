"""End use: what a customer states of it, taken as stated while no red flag speaks."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache

from licet.act import Act
from licet.language import plain_yaml
from licet.regime import Regime

FACT = "end_use.category"


def with_stated_end_use(act: Act, regime: Regime) -> Act:
    """The act with ``end_use.category`` civil, where an end use is stated and no red flag is in it.

    The words come from the law (Supp. 3 to 15 CFR 732); a blank or flagged text stays unknown.
    """
    text = str(act.particulars.get("end_use") or "")
    if act.facts.get(FACT) is not None or not text.strip() or red_flag(text, regime):
        return act
    return replace(act, facts={**act.facts, FACT: "civil"})


def red_flag(text: str, regime: Regime) -> str | None:
    """The first red-flag word in a stated end use."""
    found = _flags(regime).search(text)
    return found.group() if found else None


@lru_cache(maxsize=8)
def _flags(regime: Regime) -> re.Pattern[str]:
    path = regime.folder / "us" / "ear" / "part-732" / "red-flags.yaml"
    words = [re.escape(str(word)) for word in plain_yaml.read_file(path)["words"]]
    return re.compile(rf"\b({'|'.join(words)})\b", re.IGNORECASE)
