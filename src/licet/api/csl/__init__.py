"""What clients of the federal Consolidated Screening List call: its search and its sources, as of a day.

Parameters and fields are those of ``data.trade.gov/consolidated_screening_list/v1``, with additions
(``docs/csl.md``).
"""

from licet.api.csl.searching import router

__all__ = ["router"]
