"""Accounts, sessions, keys and invitations: who is let in, for how long, and what is kept of it."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from click.testing import CliRunner
from sqlalchemy import text

from licet.cli.accounts import account, key
from licet.cli.audit import audit as audit_commands
from licet.language.errors import LicetError
from licet.regime import Regime
from licet.service import accounts, audit, invitations, keys, passwords, sessions
from licet.service.accounts import AccountError
from licet.service.attempts import TooManyError, network
from licet.service.database import Base
from licet.service.invitations import InvitationError
from licet.service.keys import ApiKeyError
from licet.service.passwords import PasswordError
from licet.service.people import PERMISSIONS, ROLES, permissions_of
from licet.service.service import Service
from licet.service.sessions import SignInError
from licet.service.settings import Settings

PASSWORD = "correct horse battery staple"
START = datetime(2026, 11, 21, 12, tzinfo=UTC)


class Clock:
    """A clock that somebody else moves."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def later(self, **span: float) -> None:
        self.now += timedelta(**span)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashes that take no time: what is tested is not how hard they are."""
    monkeypatch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    passwords._nobody.cache_clear()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def service(tmp_path: Path, regime: Regime, clock: Clock) -> Iterator[Service]:
    """An empty service on SQLite, unless a test asks for each kind of database."""
    yield from opened(f"sqlite:///{tmp_path / 'service.sqlite'}", regime, clock)


def opened(url: str, regime: Regime, clock: Clock) -> Iterator[Service]:
    open_one = Service.open(Settings(database=url, lists=Path("/nowhere")), now=clock, regime=regime)
    yield open_one
    open_one.close()


@pytest.fixture(params=["sqlite", "postgres"])
def anywhere(
    request: pytest.FixtureRequest, tmp_path: Path, regime: Regime, clock: Clock
) -> Iterator[Service]:
    """An empty service on each kind of database."""
    kind = request.param
    on_disk = f"sqlite:///{tmp_path / 'service.sqlite'}"
    url = request.getfixturevalue("postgres") if kind == "postgres" else on_disk
    yield from opened(url, regime, clock)


def made(service: Service, name: str = "ada", role: str = "analyst") -> accounts.Account:
    return accounts.create(service, by="the tests", name=name, role=role, password=PASSWORD)


def enter(service: Service, name: str = "ada", password: str = PASSWORD, address: str = "192.0.2.1") -> str:
    return sessions.sign_in(service, name, password, address=address).token


def whole(service: Service) -> audit.Verified:
    with service.database.reading() as session:
        return audit.verify(session)


def told(service: Service) -> list[str]:
    with service.database.reading() as session:
        return [row[0] for row in session.execute(text("SELECT what FROM audit ORDER BY number"))]


def at_once(count: int, act: Callable[[int], Any]) -> list[Any]:
    """Everybody begins at the same moment; gives what came of it, refusals as they were."""
    gate = threading.Barrier(count)

    def one(number: int) -> Any:
        gate.wait()
        try:
            return act(number)
        except LicetError as refused:
            return refused

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


# --- roles ------------------------------------------------------------------------------------------------


def test_each_role_may_what_the_one_before_may_and_one_thing_more() -> None:
    assert [len(permissions_of(role)) for role in ROLES] == [1, 2, 3, 4]
    assert permissions_of("reviewer") == {"read", "books", "review"}
    assert permissions_of(ROLES[-1]) == set(PERMISSIONS)


def test_a_name_is_one_that_can_be_compared_without_doubt(service: Service) -> None:
    assert made(service, " Ada@Example.org ").name == "ada@example.org"
    for name in ("", "a b", "-ada", "аda", "a" * 65, "a\nda", "<script>"):
        with pytest.raises(AccountError, match="1 to 64"):
            made(service, name)
    with pytest.raises(AccountError, match="already"):
        made(service, "ADA@example.ORG")
    with pytest.raises(AccountError, match="no role 'owner'"):
        made(service, "bob", "owner")


@pytest.mark.parametrize(
    "strange", ["\0", "a\0b", "'; DROP TABLE account; --", "\u202e", "%", "*", "x" * 100_000]
)
def test_anything_may_be_typed_where_a_name_or_an_id_belongs(anywhere: Service, strange: str) -> None:
    made(anywhere)
    assert accounts.named(anywhere, strange) is None
    with pytest.raises(SignInError):
        enter(anywhere, strange, strange)
    for refused, act in (
        (AccountError, lambda: accounts.of_id(anywhere, strange)),
        (AccountError, lambda: accounts.disable(anywhere, strange, by="x")),
        (AccountError, lambda: a_key(anywhere, strange)),
        (ApiKeyError, lambda: keys.revoke(anywhere, strange, by="x")),
        (InvitationError, lambda: invitations.accept(anywhere, strange, PASSWORD)),
    ):
        with pytest.raises(refused):
            act()
    assert keys.person_of(anywhere, f"licet_{strange}") is None
    assert sessions.person_of(anywhere, strange) is None


# --- passwords --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("password", "said"),
    [
        ("short", "at least 12"),
        ("x" * 257, "at most 256"),
        ("ababababababab", "different"),
        ("i-am-ada-myself", "hold the name"),
    ],
)
def test_passwords_that_are_easily_guessed_are_refused(password: str, said: str) -> None:
    with pytest.raises(PasswordError, match=said):
        passwords.check(password, "ada")


def test_a_name_that_nobody_has_takes_the_same_work(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(service)
    accounts.create(service, by="the tests", name="invited", role="viewer")
    work: list[str] = []
    verify = passwords._hasher.verify

    class Counting:
        def __getattr__(self, name: str) -> Any:
            return getattr(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1), name)

        def verify(self, kept: str, password: str) -> bool:
            work.append(kept)
            return verify(kept, password)

    monkeypatch.setattr(passwords, "_hasher", Counting())
    said = set()
    for name in ("ada", "nobody", "invited"):
        with pytest.raises(SignInError) as refused:
            enter(service, name, "something else entirely")
        said.add(str(refused.value))
    assert len(work) == 3
    assert len(said) == 1


def test_a_hash_with_parameters_of_yesterday_is_made_anew(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(service)

    def kept() -> str:
        with service.database.reading() as session:
            return str(session.execute(text("SELECT password FROM account")).scalar())

    before = kept()
    enter(service)
    assert kept() == before
    monkeypatch.setattr(passwords, "_hasher", PasswordHasher(time_cost=2, memory_cost=8, parallelism=1))
    enter(service)
    assert kept() != before
    assert "t=2" in kept()
    enter(service)


# --- too many attempts ------------------------------------------------------------------------------------


def test_waiting_grows_with_every_failure_and_ends_with_the_right_password(
    anywhere: Service, clock: Clock
) -> None:
    made(anywhere)
    for _ in range(5):
        with pytest.raises(SignInError):
            enter(anywhere, password="wrong wrong wrong")
    waited = []
    for _ in range(12):
        with pytest.raises(TooManyError) as refused:
            enter(anywhere)
        waited.append(refused.value.seconds)
        clock.later(seconds=refused.value.seconds)
        with pytest.raises(SignInError):
            enter(anywhere, password="wrong wrong wrong")
    assert waited[:4] == [2, 4, 8, 16]
    assert waited[-1] == 900
    clock.later(minutes=15)
    enter(anywhere)
    with pytest.raises(SignInError):
        enter(anywhere, password="wrong wrong wrong")
    enter(anywhere)


def test_failures_are_forgotten_after_an_hour(service: Service, clock: Clock) -> None:
    made(service)
    for _ in range(5):
        with pytest.raises(SignInError):
            enter(service, password="wrong wrong wrong")
    clock.later(hours=1, seconds=1)
    for _ in range(5):
        with pytest.raises(SignInError):
            enter(service, password="wrong wrong wrong")


def test_one_address_that_tries_many_names_has_to_wait_and_others_do_not(service: Service) -> None:
    made(service)
    for number in range(30):
        with pytest.raises(SignInError):
            enter(service, f"name{number}", address="2001:db8::1")
    with pytest.raises(TooManyError):
        # The rest of the network is the same place.
        enter(service, address="2001:db8::dead:beef")
    enter(service, address="2001:db8:1::1")


def test_many_guesses_at_the_same_time_are_many_guesses(anywhere: Service) -> None:
    made(anywhere)
    came = at_once(16, lambda n: enter(anywhere, password=f"guess number {n:02}"))
    assert sum(isinstance(c, SignInError) for c in came) == 5
    assert sum(isinstance(c, TooManyError) for c in came) == 11


def test_what_counts_as_one_place() -> None:
    assert network("192.0.2.7") == "192.0.2.7"
    assert network("::ffff:192.0.2.7") == "192.0.2.7"
    assert network("2001:db8:0:1:2:3:4:5") == "2001:db8:0:1::"
    assert network("testclient") == "testclient"


# --- sessions ---------------------------------------------------------------------------------------------


def test_a_session_says_who_it_is_until_it_ends(anywhere: Service, clock: Clock) -> None:
    ada = made(anywhere)
    token = enter(anywhere)
    person = sessions.person_of(anywhere, token)
    assert person is not None
    assert (person.id, person.name, person.role, person.via) == (ada.id, "ada", "analyst", "session")
    assert person.permissions == {"read", "books"}
    sessions.end(anywhere, token)
    assert sessions.person_of(anywhere, token) is None
    assert sessions.person_of(anywhere, "made up") is None


def test_a_session_ends_when_it_is_not_used_and_at_the_latest_after_hours(
    service: Service, clock: Clock
) -> None:
    made(service)
    token = enter(service)
    for _ in range(7):
        clock.later(minutes=100)
        assert sessions.person_of(service, token) is not None
    clock.later(minutes=100)
    assert sessions.person_of(service, token) is None
    idle = enter(service)
    clock.later(minutes=121)
    assert sessions.person_of(service, idle) is None


def test_use_is_written_down_once_a_minute(service: Service, clock: Clock) -> None:
    made(service)
    token = enter(service)

    def used() -> Any:
        with service.database.reading() as session:
            return session.scalar(text("SELECT used FROM web_session"))

    at_first = used()
    clock.later(seconds=59)
    sessions.person_of(service, token)
    assert used() == at_first
    clock.later(seconds=1)
    sessions.person_of(service, token)
    assert used() != at_first


@pytest.mark.parametrize("how", ["password", "own password", "disable", "invite", "everywhere"])
def test_what_ends_every_session_of_an_account(service: Service, how: str) -> None:
    made(service, "root", "administrator")
    ada = made(service)
    other = enter(service, "root")
    tokens = [enter(service) for _ in range(2)]
    match how:
        case "password":
            accounts.set_password(service, ada.id, "an entirely new one", by="root")
        case "own password":
            accounts.change_password(service, ada.id, PASSWORD, "an entirely new one", by="ada")
        case "disable":
            accounts.disable(service, ada.id, by="root")
        case "invite":
            invitations.invite(service, ada.id, by="root")
        case _:
            sessions.end_all(service, ada.id, by="ada")
    assert [sessions.person_of(service, token) for token in tokens] == [None, None]
    assert sessions.person_of(service, other) is not None


def test_a_disabled_account_is_not_told_apart_and_can_be_let_in_again(service: Service) -> None:
    ada = made(service)
    token = enter(service)
    accounts.disable(service, ada.id, by="root")
    with pytest.raises(SignInError):
        enter(service)
    accounts.enable(service, ada.id, by="root")
    assert sessions.person_of(service, token) is None
    enter(service)


def test_another_role_counts_from_the_next_request(service: Service) -> None:
    ada = made(service)
    token = enter(service)
    accounts.set_role(service, ada.id, "viewer", by="root")
    person = sessions.person_of(service, token)
    assert person is not None
    assert person.permissions == {"read"}


def test_changing_a_password_needs_the_one_before_and_is_no_way_to_guess_it(service: Service) -> None:
    ada = made(service)
    for _ in range(5):
        with pytest.raises(AccountError, match="another"):
            accounts.change_password(service, ada.id, "not the password", "an entirely new one", by="ada")
    with pytest.raises(TooManyError):
        accounts.change_password(service, ada.id, PASSWORD, "an entirely new one", by="ada")


# --- keys -------------------------------------------------------------------------------------------------


def a_key(service: Service, owner: str, *scopes: str, **given: Any) -> tuple[keys.Key, str]:
    given.setdefault("name", "nightly")
    return keys.create(service, by="root", owner=owner, scopes=scopes or ("read",), **given)


def test_a_key_is_its_owners_machine(anywhere: Service) -> None:
    ada = made(anywhere)
    made_key, secret = a_key(anywhere, ada.id, "read", "books")
    assert secret.startswith(f"licet_{made_key.prefix}_")
    person = keys.person_of(anywhere, secret)
    assert person is not None
    assert (person.id, person.via) == (ada.id, "key")
    assert person.name == f"ada, key {made_key.prefix}"
    assert person.permissions == {"read", "books"}
    for wrong in (secret[:-1], secret[:-1] + "!", secret[:-1] + ("a" if secret[-1] != "a" else "b"), ""):
        assert keys.person_of(anywhere, wrong) is None


def test_a_key_never_does_more_than_its_owner_may(service: Service) -> None:
    ada = made(service)
    with pytest.raises(ApiKeyError, match="does not allow review"):
        a_key(service, ada.id, "read", "review")
    for scopes in ((), ("everything",)):
        with pytest.raises(ApiKeyError, match="one or more of the scopes"):
            keys.create(service, by="root", owner=ada.id, name="x", scopes=scopes)
    _, secret = a_key(service, ada.id, "read", "books")
    accounts.set_role(service, ada.id, "viewer", by="root")
    person = keys.person_of(service, secret)
    assert person is not None
    assert person.permissions == {"read"}
    accounts.disable(service, ada.id, by="root")
    assert keys.person_of(service, secret) is None
    with pytest.raises(ApiKeyError, match="disabled"):
        a_key(service, ada.id)


def test_a_key_ends_on_its_day_or_when_it_is_revoked(service: Service, clock: Clock) -> None:
    ada = made(service)
    with pytest.raises(ApiKeyError, match="future"):
        a_key(service, ada.id, until=START)
    _, ending = a_key(service, ada.id, until=START + timedelta(days=1))
    kept, revoked = a_key(service, ada.id)
    assert keys.person_of(service, ending) is not None
    clock.later(days=1)
    assert keys.person_of(service, ending) is None
    keys.revoke(service, kept.prefix, by="root")
    keys.revoke(service, kept.id, by="root")
    assert keys.person_of(service, revoked) is None
    assert told(service).count("key.revoked") == 1
    with pytest.raises(ApiKeyError, match="no key"):
        keys.revoke(service, "unknown", by="root")


def test_when_a_key_was_last_used_is_written_down_once_a_minute(service: Service, clock: Clock) -> None:
    ada = made(service)
    _, secret = a_key(service, ada.id)
    assert keys.listed(service)[0].used is None
    for seconds, expected in ((0, 0), (59, 0), (1, 60)):
        clock.later(seconds=seconds)
        keys.person_of(service, secret)
        assert keys.listed(service)[0].used == START + timedelta(seconds=expected)


# --- the last administrator -------------------------------------------------------------------------------


def test_the_last_administrator_stays(anywhere: Service) -> None:
    root = made(anywhere, "root", "administrator")
    second = accounts.create(anywhere, by="root", name="second", role="administrator")
    for act in (
        lambda: accounts.disable(anywhere, root.id, by="root"),
        lambda: accounts.set_role(anywhere, root.id, "viewer", by="root"),
        lambda: invitations.invite(anywhere, root.id, by="root"),
    ):
        # The second one has no password yet, and could let nobody in.
        with pytest.raises(AccountError, match="only administrator"):
            act()
    accounts.set_password(anywhere, second.id, PASSWORD, by="root")
    accounts.set_role(anywhere, root.id, "viewer", by="root")
    with pytest.raises(AccountError, match="only administrator"):
        accounts.disable(anywhere, second.id, by="root")


def test_two_administrators_who_turn_each_other_out_at_once_leave_one(anywhere: Service) -> None:
    for _ in range(5):
        both = [made(anywhere, f"admin{len(accounts.listed(anywhere))}", "administrator") for _ in range(2)]
        for one in accounts.listed(anywhere):
            if one.role == "administrator" and one.id not in {b.id for b in both}:
                accounts.set_role(anywhere, one.id, "viewer", by="root")
        turn = (accounts.disable, lambda s, a, by: accounts.set_role(s, a, "viewer", by=by))
        came = at_once(2, lambda n, turn=turn, both=both: turn[n](anywhere, both[n].id, by="x"))  # type: ignore[misc]
        assert sum(isinstance(c, AccountError) for c in came) == 1
        left = [a for a in accounts.listed(anywhere) if a.role == "administrator" and a.disabled is None]
        assert len(left) == 1


# --- the first run, and invitations -----------------------------------------------------------------------


def test_the_first_run_makes_one_administrator_once(service: Service, clock: Clock) -> None:
    old = accounts.first_run_token(service)
    token = accounts.first_run_token(service)
    assert old
    assert token
    with pytest.raises(InvitationError):
        invitations.first_run(service, old, "root", PASSWORD)
    with pytest.raises(PasswordError):
        invitations.first_run(service, token, "root", "short")
    with pytest.raises(AccountError):
        invitations.first_run(service, token, "no name", PASSWORD)
    assert invitations.first_run(service, token, "root", PASSWORD).role == "administrator"
    with pytest.raises(InvitationError):
        invitations.first_run(service, token, "second", PASSWORD)
    assert accounts.first_run_token(service) is None


def test_a_first_run_that_nobody_used_for_days_is_over(service: Service, clock: Clock) -> None:
    token = accounts.first_run_token(service)
    clock.later(days=2, seconds=1)
    with pytest.raises(InvitationError, match="too old"):
        invitations.first_run(service, token or "", "root", PASSWORD)


def test_of_many_first_runs_at_once_one_wins(anywhere: Service) -> None:
    token = accounts.first_run_token(anywhere) or ""
    came = at_once(8, lambda n: invitations.first_run(anywhere, token, f"root{n}", PASSWORD))
    assert sum(isinstance(c, accounts.Account) for c in came) == 1
    assert sum(isinstance(c, InvitationError) for c in came) == 7
    assert len(accounts.listed(anywhere)) == 1


def test_an_invitation_works_once(anywhere: Service, clock: Clock) -> None:
    ada = accounts.create(anywhere, by="root", name="ada", role="analyst")
    assert ada.pending
    first = invitations.invite(anywhere, ada.id, by="root")
    second = invitations.invite(anywhere, ada.id, by="root")
    with pytest.raises(InvitationError):
        invitations.accept(anywhere, first, PASSWORD)
    with pytest.raises(PasswordError):
        invitations.accept(anywhere, second, "short")
    came = at_once(4, lambda n: invitations.accept(anywhere, second, f"{PASSWORD} {n}"))
    assert sum(isinstance(c, accounts.Account) for c in came) == 1
    winner = next(n for n, c in enumerate(came) if isinstance(c, accounts.Account))
    enter(anywhere, password=f"{PASSWORD} {winner}")


def test_an_invitation_takes_the_password_away_and_does_not_let_a_disabled_account_in(
    service: Service,
) -> None:
    ada = made(service)
    token = invitations.invite(service, ada.id, by="root")
    with pytest.raises(SignInError):
        enter(service)
    accounts.disable(service, ada.id, by="root")
    with pytest.raises(InvitationError):
        invitations.accept(service, token, PASSWORD)
    with pytest.raises(AccountError, match="disabled"):
        invitations.invite(service, ada.id, by="root")


# --- what is kept -----------------------------------------------------------------------------------------


def test_nothing_that_is_kept_opens_anything_and_every_change_is_in_the_trail(anywhere: Service) -> None:
    first = accounts.first_run_token(anywhere) or ""
    root = invitations.first_run(anywhere, first, "root", PASSWORD)
    ada = accounts.create(anywhere, by="root", name="ada", role="analyst")
    invited = invitations.invite(anywhere, ada.id, by="root")
    invitations.accept(anywhere, invited, PASSWORD)
    session = enter(anywhere)
    kept, secret = a_key(anywhere, ada.id)
    accounts.set_password(anywhere, ada.id, "an entirely new one", by="root")
    with pytest.raises(SignInError):
        enter(anywhere, password="my old password")
    with pytest.raises(SignInError):
        # Some type it into the wrong field.
        enter(anywhere, name=PASSWORD.replace(" ", ""), password="ada")
    pending = invitations.invite(anywhere, ada.id, by="root")
    accounts.set_role(anywhere, ada.id, "reviewer", by="root")
    accounts.disable(anywhere, ada.id, by="root")
    keys.revoke(anywhere, kept.id, by="root")
    with anywhere.database.reading() as reading:
        everything = "\n".join(
            str(tuple(row))
            for table in Base.metadata.sorted_tables
            for row in reading.execute(table.select())
        )
    for hidden in (
        first, invited, session, secret, secret.rpartition("_")[2], pending, PASSWORD, "an entirely new one",
        "my old password", PASSWORD.replace(" ", ""),
    ):  # fmt: skip
        assert hidden not in everything
    assert root.id in everything
    assert whole(anywhere).holds
    assert told(anywhere) == [
        "account.created", "account.created", "account.invited", "account.password_changed", "session.begun",
        "key.created", "account.password_changed", "session.refused", "account.invited",
        "account.role_changed", "account.disabled", "key.revoked",
    ]  # fmt: skip


# --- the command line -------------------------------------------------------------------------------------


@pytest.fixture
def command(tmp_path: Path, regime: Regime, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Runs a command on a database of its own."""
    monkeypatch.setattr(Regime, "load", lambda: regime)
    monkeypatch.setenv("LICET_DATABASE", f"sqlite:///{tmp_path / 'service.sqlite'}")
    monkeypatch.setenv("LICET_LISTS", str(tmp_path / "none"))

    def run(group: Any, *arguments: str, given: str = "") -> Any:
        return CliRunner().invoke(group, arguments, input=given, standalone_mode=False)

    return run


def test_accounts_on_the_command_line(command: Callable[..., Any]) -> None:
    done = command(account, "create", "root", "--role", "administrator", "--password-stdin", given=PASSWORD)
    assert done.output == "root: administrator\n"
    done = command(account, "create", "Ada", "--role", "analyst")
    assert "http://127.0.0.1:8360/choose-password?token=" in done.stdout
    assert command(account, "role", "ada", "reviewer").output == "ada: reviewer\n"
    done = command(account, "password", "ada", given=f"{PASSWORD}\n{PASSWORD}\n")
    assert "another now" in done.output
    assert PASSWORD not in done.output
    assert "/choose-password" in command(account, "invite", "ada").stdout
    assert command(account, "disable", "ada").output == "ada: disabled\n"
    assert "disabled" in command(account, "list").output
    assert command(account, "enable", "ada").output == "ada: enabled\n"
    assert isinstance(command(account, "disable", "root").exception, AccountError)
    assert "no account 'eve'" in str(command(account, "disable", "eve").exception)


def test_keys_on_the_command_line(command: Callable[..., Any]) -> None:
    command(account, "create", "root", "--role", "administrator", "--password-stdin", given=PASSWORD)
    done = command(key, "create", "root", "--name", "nightly", "--scope", "read", "--scope", "books")
    secret = done.stdout.strip()
    assert secret.startswith("licet_")
    prefix = secret.split("_")[1]
    told = command(key, "list").output
    assert prefix in told
    assert secret not in told
    assert command(key, "revoke", prefix).output == f"{prefix}: revoked\n"
    assert isinstance(command(key, "revoke", "unknown").exception, ApiKeyError)


def test_the_audit_trail_on_the_command_line(command: Callable[..., Any], tmp_path: Path) -> None:
    command(account, "create", "root", "--role", "administrator", "--password-stdin", given=PASSWORD)
    command(account, "create", "ada", "--role", "analyst", "--password-stdin", given=PASSWORD)
    command(account, "role", "ada", "reviewer")
    done = command(audit_commands, "verify")
    assert "whole: 3 entries" in done.output
    head = done.output.strip().rpartition(" ")[2]
    assert command(audit_commands, "verify", "--head", head).return_value == 0
    assert command(audit_commands, "verify", "--head", "0" * 64).return_value == 4
    told = command(audit_commands, "list", "--what", "account.role_changed").output
    assert "reviewer" in told
    assert "account.created" not in told
    assert "root" in command(audit_commands, "list", "--what", "account", "--since", "2020-01-01").output
    assert "root" not in command(audit_commands, "list", "--until", "2020-01-01").output
    rows = [json.loads(line) for line in command(audit_commands, "export").stdout.splitlines()]
    assert [row["number"] for row in rows] == [1, 2, 3]
    assert rows[-1]["hash"] == head
    assert rows[1]["before"] == rows[0]["hash"]
    out = tmp_path / "trail.jsonl"
    command(audit_commands, "export", "--out", str(out))
    assert [json.loads(line) for line in out.read_text().splitlines()] == rows
    import sqlite3

    with sqlite3.connect(tmp_path / "service.sqlite") as database:
        for (trigger,) in database.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall():
            database.execute(f"DROP TRIGGER {trigger}")
        database.execute("UPDATE audit SET who = 'nobody' WHERE number = 2")
    database.close()
    done = command(audit_commands, "verify")
    assert done.return_value == 4
    assert "entry 2 is not what was written" in done.output
