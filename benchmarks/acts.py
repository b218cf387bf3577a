"""Random acts in which every fact is known: plain dicts, the same for every engine."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

Facts = dict[str, Any]

FIRST, LAST = date(2018, 1, 1), date(2021, 6, 30)
PURPOSES = ("new_business", "network_support", "handset_support", "security_disclosure", "standards_work")
EXCEPTIONS = ("nothing", "GOV", "RPL", "TMP", "TSU")


def random_acts(count: int, seed: int = 2019) -> list[Facts]:
    """``count`` acts, weighted so that every rule stands for some and falls for others."""
    draw = random.Random(seed)
    return [_act(draw) for _ in range(count)]


def _act(draw: random.Random) -> Facts:
    def chance(share: float) -> bool:
        return draw.random() < share

    listed = chance(0.6)
    return {
        "act.date": _day(draw, FIRST, LAST),
        "act.contract_date": _day(draw, date(2018, 1, 1), date(2020, 6, 30)),
        "act.certified": chance(0.7),
        "act.purpose": draw.choice(PURPOSES),
        "act.claimed": draw.choice(EXCEPTIONS) if chance(0.6) else "nothing",
        "act.eligible": chance(0.6),
        "destination.embargoed": chance(0.15),
        "item.in_us": chance(0.25),
        "item.us_origin": chance(0.25),
        "item.us_content_pct": draw.randrange(0, 60),
        "item.direct_product": chance(0.2),
        "item.published": chance(0.1),
        "item.on_chart": chance(0.3),
        "consignee.listed": listed,
        "consignee.footnote": draw.choice((0, 1)) if listed else 0,
        "consignee.in_group": listed and chance(0.7),
        "consignee.excepted": listed and chance(0.3),
    }


def _day(draw: random.Random, first: date, last: date) -> date:
    return first + timedelta(days=draw.randint(0, (last - first).days))
