"""Screening: which listed parties a party may be, and why, as one function over Arrow tables."""

from licet.screening.compare import Comparison, compare
from licet.screening.index import Index
from licet.screening.screen import screen

__all__ = ["Comparison", "Index", "compare", "screen"]
