"""End use: what a customer states of it, taken as stated while no red flag speaks."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache

from licet.act import Act
from licet.language import plain_yaml
from licet.regime import Regime

FACT = "end_use.category"
# The particular in which a book has it in the customer's words.
TEXT = "end_use"


def with_stated_end_use(act: Act, regime: Regime) -> Act:
    """The act with ``end_use.category`` civil, where an end use is stated and no red flag is in it.

    The words come from the law (Supp. 3 to 15 CFR 732); a blank or flagged text stays unknown.
    """
    stated = civil_if_stated(act.particulars.get(TEXT), regime)
    if act.facts.get(FACT) is not None or stated is None:
        return act
    return replace(act, facts={**act.facts, FACT: stated})


def civil_if_stated(text: object, regime: Regime) -> str | None:
    """``civil`` for a text that states an end use without a red flag in it; else unknown."""
    said = str(text or "")
    return None if says_nothing(said, regime) or red_flag(said, regime) else "civil"


def says_nothing(text: str, regime: Regime) -> bool:
    """Whether the text is blank or stands in for one that is still to come."""
    plain = text.strip().casefold().strip(" .")
    return not plain or plain in {str(p).strip(" .") for p in _data(regime)["placeholders"]}


def red_flag(text: str, regime: Regime) -> str | None:
    """The first red-flag word in a stated end use."""
    found = _flags(regime).search(text)
    return found.group() if found else None


@lru_cache(maxsize=8)
def _flags(regime: Regime) -> re.Pattern[str]:
    words = [re.escape(str(word)) for word in _data(regime)["words"]]
    return re.compile(rf"\b({'|'.join(words)})\b", re.IGNORECASE)


@lru_cache(maxsize=8)
def _data(regime: Regime) -> dict[str, list[str]]:
    path = regime.folder / "us" / "ear" / "part-732" / "red-flags.yaml"
    data: dict[str, list[str]] = plain_yaml.read_file(path)
    return data
