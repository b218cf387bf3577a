"""Federal Register citations as the lists write them: ``88 FR 121582/27/23`` is found out, not repaired."""

from __future__ import annotations

import re
from datetime import date

from licet.lists.sources.common import date_of

_ONE = re.compile(
    r"(?P<volume>\d{1,4})\s*(?P<fr>F\.?\s?R\.?)[ ,]*(?:(?P<page>\d{1,6})\b(?P<after>[,.;]?\s*)"
    r"(?P<day>\d{1,2}/\d{1,2}/\d{2,4})?|\[INSERT[^\]]*?(?P<later>\d{1,2}/\d{1,2}/\d{2,4})?\s*\])"
)
_LAST_PAGE = 120_000
# Volume 1 of the Register is of 1936.
_YEAR_ZERO = 1935


def citations(
    text: str, where: str, *, comma: bool = True
) -> tuple[tuple[str, ...], date | None, tuple[str, ...]]:
    """Every citation in ``text`` with its day as published, the first day, and what is wrong.

    A volume is a year: a citation whose day is not of its volume's year, a page that no volume
    has, and text between citations that is no citation are faults, and where ``comma`` is the
    publisher's custom, so is a day without one. Nothing is mended.
    """
    said = " ".join(text.split())
    found: list[str] = []
    faults: list[str] = []
    days: list[date] = []
    rest = said
    for met in _ONE.finditer(said):
        cited = met[0].strip(" ,.;")
        found.append(cited)
        rest = rest.replace(met[0], " ", 1)
        shown = met["day"] or met["later"] or ""
        day, fault = date_of(shown, where)
        if fault:
            faults.append(fault)
        if day is not None and day.year - _YEAR_ZERO != int(met["volume"]):
            faults.append(f"{where}: {cited!r}: volume {met['volume']} is not of the year {day.year}")
            day = None
        if met["page"] and int(met["page"]) > _LAST_PAGE:
            faults.append(f"{where}: {cited!r} has a page that no volume has")
        elif comma and met["page"] and shown and "," not in met["after"]:
            faults.append(f"{where}: {cited!r} is not written as volume FR page, day")
        if day is not None:
            days.append(day)
    left = re.sub(r"[\s,.;]+|\band\b", " ", rest).strip()
    if left:
        faults.append(f"{where}: {left!r} is no citation; expected volume FR page, day")
    return tuple(found), min(days, default=None), tuple(faults)
