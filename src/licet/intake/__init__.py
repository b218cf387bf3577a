"""Intake: order books in CSV, XLSX or Parquet become acts, and rejects for what cannot be read."""

from __future__ import annotations

from licet.intake.countries import countries_from
from licet.intake.errors import IntakeError
from licet.intake.orders import OrderBook, read_bytes, read_orders
from licet.intake.profile import Profile
from licet.intake.rejects import Reject, write_rejects

__all__ = [
    "IntakeError",
    "OrderBook",
    "Profile",
    "Reject",
    "countries_from",
    "read_bytes",
    "read_orders",
    "write_rejects",
]
