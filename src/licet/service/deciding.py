"""Deciding a run: a job that decides some lines at a time, and keeps each step with how far it came."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from sqlalchemy import delete, insert
from sqlalchemy.orm import Session

from licet.decisions.book import Line
from licet.regime import Regime
from licet.service import audit, books, holds, jobs
from licet.service.books import Book
from licet.service.jobs import Work
from licet.service.runs import DECIDE, Run, RunLine, digest_after, row_kept

STEP = 250


@jobs.handles(DECIDE)
def decide_run(work: Work) -> str:
    """Decide what an earlier attempt has not decided yet."""
    regime = work.service.regime
    with work.writing() as session:
        run = session.get_one(Run, work.job.about)
        _under_one_law(session, run, regime)
    for lines in _in_steps(_decided(work, run, regime)):
        with work.writing() as session:
            run = session.get_one(Run, run.id)
            _keep(session, run, lines)
            work.progress(session, run.done, run.lines, f"{run.done:,} of {run.lines:,} lines decided")
    with work.writing() as session:
        run = session.get_one(Run, run.id)
        _finish(session, run, work)
        return work.finish(session, _words(run))


def _under_one_law(session: Session, run: Run, regime: Regime) -> None:
    """One run is one law and one state of the lists: if they changed while it waited, it begins anew."""
    at_hand = (regime.digest, regime.lists_digest)
    if run.done and (run.law, run.lists) != at_hand:
        session.execute(delete(RunLine).where(RunLine.run == run.id))
        run.done, run.sums, run.results = 0, {}, ""
    run.law, run.lists = at_hand
    run.compared_with = regime.compared_with


def _decided(work: Work, run: Run, regime: Regime) -> Iterator[Line]:
    from licet.columns.alike import decide_alike

    with work.service.database.reading() as session:
        book = session.get_one(Book, run.book)
    acts = books.acts_of(work.service, book, run.reading, after=run.done)
    return decide_alike(acts, regime, *run.view, run.unrelieved)


def _in_steps(lines: Iterator[Line]) -> Iterator[list[Line]]:
    while some := list(islice(lines, STEP)):
        yield some


def _keep(session: Session, run: Run, lines: list[Line]) -> None:
    rows = [row_kept(run, line, run.done + i) for i, line in enumerate(lines, 1)]
    session.execute(insert(RunLine), rows)
    sums = run.summed
    sums.add(lines)
    run.sums = sums.kept
    for row in rows:
        run.results = digest_after(run.results, row)
    run.done += len(rows)


def _finish(session: Session, run: Run, work: Work) -> None:
    run.finished_at = work.service.now()
    session.flush()
    holds.look_again(session, run, run.finished_at)
    detail = {
        "book": run.book, "as_of": run.as_of or "the date of each line", "known_at": run.known_at,
        "assume_unauthorised": run.unrelieved, "law": run.law, "lists": run.lists, "lines": run.lines,
        "outcomes": {name: one.lines for name, one in run.summed.ordered}, "results": run.results,
    }  # fmt: skip
    audit.record(
        session, at=run.finished_at, who=run.made_by, what="run.finished", about=run.id, detail=detail
    )


def _words(run: Run) -> str:
    told = ", ".join(f"{one.lines:,} {name.replace('_', ' ')}" for name, one in run.summed.ordered)
    return f"{run.done:,} lines decided: {told}."
