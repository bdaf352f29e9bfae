"""What is told of a compiled run, order by order, is what is told of the reference's."""

from random import Random

import pytest

from graphwiz_trader.adapters.parquet.run import write_run
from graphwiz_trader.application.again import WHY
from graphwiz_trader.application.run_report import RunReport, Told
from graphwiz_trader.domain.commands import SubmitOrder
from graphwiz_trader.domain.run_detail import HeatMap
from graphwiz_trader.domain.units import RunId
from graphwiz_trader.entrypoints.commands.report import drawn
from tests.parity.test_compiled import making, reports
from tests.parity.versus import SPOT, market
from tests.stories.wiring import Desk


@pytest.fixture(scope="module")
def desk() -> Desk:
    desk, tape = Desk(), market(5, SPOT)
    desk.keep(tape)
    return desk


@pytest.fixture(scope="module")
def runs(desk: Desk) -> tuple[RunId, RunId]:
    """The reference's and the compiled run of one market."""
    found = []
    for engine in ("reference", "compiled"):
        name = market(5, SPOT).name
        done = desk.backtest([name], *making(Random(5)), f"backtest.engine={engine}")
        done.folder.finish({"digest": done.simulated.digest})
        found.append(done.run)
    return found[0], found[1]


def test_every_order_is_audited_with_what_became_of_it(
    desk: Desk, runs: tuple[RunId, RunId]
) -> None:
    theirs, ours = (orders_of(reports(desk).of(run)) for run in runs)

    assert ours == theirs
    assert any(row[-3] for row in ours)


def test_an_audit_says_that_a_kernel_gives_no_reasons(
    desk: Desk, runs: tuple[RunId, RunId]
) -> None:
    told = reports(desk).of(runs[1])

    assert {row.why for row in told.audit.rows if row.what == "order"} == {WHY}


def test_every_fill_is_shown_where_it_happened(desk: Desk, runs: tuple[RunId, RunId]) -> None:
    theirs, ours = (fills_of(reports(desk).of(run)) for run in runs)

    assert ours == theirs
    assert len(ours) > 10


def test_the_book_around_a_fill_is_the_one_that_was_known(
    desk: Desk, runs: tuple[RunId, RunId]
) -> None:
    pictures = []
    for run in runs:
        known = reports(desk)
        pictures.append(known.film(run, known.of(run).detail.fills[3]))
    theirs, ours = pictures

    assert theirs is not None
    assert ours is not None
    assert 10 < len(ours.ts) <= 400
    assert abs(float(ours.price.mean() - theirs.price.mean())) < float(ours.price.std())
    assert {touch(ours, ts) for ts in ours.ts.tolist()} & {
        touch(theirs, ts) for ts in theirs.ts.tolist()
    }


def test_a_page_and_tables_are_made_of_it(
    desk: Desk, runs: tuple[RunId, RunId], tmp_path_factory: pytest.TempPathFactory
) -> None:
    known: RunReport = reports(desk)
    told = known.of(runs[1])
    folder = tmp_path_factory.mktemp("parquet")

    page = drawn(known, told, None)
    rows = write_run(folder, told.report, told.detail, known.entries(runs[1]))

    assert "<html" in page
    assert rows["fills"] == len(told.detail.fills)
    assert rows["events"] > rows["fills"]


def test_its_steps_are_what_its_record_stands_for(desk: Desk, runs: tuple[RunId, RunId]) -> None:
    sent = [
        [
            (command.side, command.price, command.order_qty)
            for entry in reports(desk).entries(run)
            for command in entry.outcome.commands
            if isinstance(command, SubmitOrder)
        ]
        for run in runs
    ]

    assert sent[0] == sent[1]
    assert len(sent[1]) > 10


def orders_of(told: Told) -> list[tuple[object, ...]]:
    """Return what both engines know of every order."""
    return [
        (
            row.ts,
            row.instrument,
            row.side,
            row.price,
            row.qty,
            row.ord_status,
            row.cum_qty,
            row.average_price,
            row.fees,
        )
        for row in told.audit.rows
        if row.what == "order"
    ]


def fills_of(told: Told) -> list[tuple[object, ...]]:
    """Return every fill without the name of its order, which each engine gives."""
    return [
        (
            fill.ts,
            fill.instrument,
            fill.side,
            fill.price,
            fill.qty,
            fill.position,
            fill.slippage_bps,
        )
        for fill in told.detail.fills
    ]


def touch(picture: HeatMap, ts: int) -> tuple[int, float, float]:
    """Return *ts*, and the best bid and ask that are shown."""
    shown = picture.size[picture.ts.tolist().index(ts)]
    bid, ask = picture.price[shown > 0].max(), picture.price[shown < 0].min()
    return ts, round(float(bid), 6), round(float(ask), 6)
