"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from licet.intake import OrderBook, Profile, countries_from, read_orders
from licet.language.errors import LicetError
from licet.language.instrument import Moment, moment_from
from licet.regime import Regime


class MomentType(click.ParamType[Moment]):
    """A day (2019-05-16) or an instant with its zone (2019-05-16T16:30-04:00)."""

    name = "day or instant"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if not isinstance(value, str):
            return value
        try:
            return moment_from(value, "")
        except LicetError as error:
            self.fail(str(error).lstrip(": "), param, ctx)


MOMENT = MomentType()
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


def time_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """``--as-of`` and ``--known-at``."""
    command = click.option(
        "--known-at",
        type=MOMENT,
        help="Use only law that was public by then [default: all that is written down].",
    )(command)
    return click.option(
        "--as-of", type=MOMENT, help="Apply the law of this day or instant [default: each act's own date]."
    )(command)


def policy_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """``--assume-unauthorised``."""
    return click.option(
        "--assume-unauthorised",
        "unrelieved",
        is_flag=True,
        help="Take authorisations that nobody showed to hold as not there, instead of asking.",
    )(command)


def default_store() -> Path:
    """Where the history of lists is kept unless somebody says otherwise."""
    from platformdirs import user_data_path

    return user_data_path("licet", appauthor=False) / "lists.sqlite"


def store_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """``--store``, for commands that cannot do without a history: given, or the usual one."""
    return click.option(
        "--store",
        type=click.Path(dir_okay=False, path_type=Path),
        envvar="LICET_LISTS",
        default=default_store,
        show_default="LICET_LISTS, else the platform's folder for data",
        help="The file that keeps the history.",
    )(command)


def lists_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """``--store``: the history of lists beside the law's own listings, where there is one."""
    return click.option(
        "--store",
        type=click.Path(dir_okay=False, path_type=Path),
        envvar="LICET_LISTS",
        show_default="LICET_LISTS, else the platform's folder for data, where there is one",
        help="The history of published lists; without one, the law's own listings are all there is.",
    )(command)


def regime_with(store: Path | None) -> Regime:
    """The law over the lists of a history: the one given, else the usual one if there is any.

    Raises:
        HistoryError: if the one given is not there or cannot be read.
    """
    regime = Regime.load()
    if store is None and not default_store().exists():
        return regime
    return regime.with_history(store or default_store())


def load_book(path: Path, regime: Regime, profile: Path | None = None) -> OrderBook:
    """An order book read with the regime's own vocabulary and countries."""
    countries = countries_from(regime.folder / "us" / "ear" / "tables" / "countries.csv")
    used = Profile.load(profile) if profile is not None and profile.exists() else None
    return read_orders(path, regime.vocabulary, countries, used)
