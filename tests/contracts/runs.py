"""What every keeper of runs promises."""

from collections.abc import Callable, Sequence

import pytest

from graphwiz_trader.domain.errors import DataError
from graphwiz_trader.domain.units import RunId
from graphwiz_trader.ports.runs import RunFolder, Runs
from tests.contracts.journal import entry

Fills = Callable[[RunFolder], Sequence[object]]
"""Also reads orders."""


def finished(runs: Runs, mode: str) -> RunFolder:
    """A run that began and ended."""
    folder = runs.create(mode)
    folder.finish({})
    return folder


class RunsContract:
    """Subclasses offer `runs`, empty; `fills` and `orders` read what a folder was given."""

    @pytest.fixture
    def runs(self) -> Runs:
        raise NotImplementedError

    @pytest.fixture
    def fills(self) -> Fills:
        raise NotImplementedError

    @pytest.fixture
    def orders(self) -> Fills:
        raise NotImplementedError

    def test_every_run_has_a_name_of_its_own_that_says_its_mode(self, runs: Runs) -> None:
        made = [finished(runs, mode) for mode in ("bt", "demo", "bt")]

        assert [folder.run for folder in made] == ["bt-0001", "demo-0001", "bt-0002"]
        assert len({folder.path for folder in made}) == 3

    def test_names_are_told_oldest_first(self, runs: Runs) -> None:
        before = runs.names()
        made = tuple(finished(runs, mode).run for mode in ("demo", "bt", "demo"))

        assert before == ()
        assert runs.names() == made

    def test_what_was_journaled_is_read_back(self, runs: Runs) -> None:
        folder, other = runs.create("bt"), runs.create("bt")
        journal = folder.journal()
        journal.append(entry(1))
        journal.close()
        other.journal().close()
        for written in (folder, other):
            written.finish({})

        assert list(runs.reader(folder.run).entries()) == [entry(1)]
        assert list(runs.reader(other.run).entries()) == []

    def test_fills_are_kept_in_order(self, runs: Runs, fills: Fills) -> None:
        folder = runs.create("bt")

        for price in ("1.50", "1.40"):
            folder.add_fill({"ts": 1, "price": price})
        folder.finish({})

        assert fills(folder) == [{"ts": 1, "price": "1.50"}, {"ts": 1, "price": "1.40"}]

    def test_orders_are_kept_in_order(self, runs: Runs, orders: Fills) -> None:
        folder = runs.create("paper")

        for name in ("a1", "a2"):
            folder.add_order({"cl_ord_id": name})
        folder.finish({})

        assert orders(folder) == [{"cl_ord_id": "a1"}, {"cl_ord_id": "a2"}]

    def test_a_reopened_run_goes_on_with_its_journal_alone(
        self, runs: Runs, fills: Fills, orders: Fills
    ) -> None:
        folder = runs.create("paper")
        journal = folder.journal()
        journal.append(entry(1))
        journal.close()
        folder.add_fill({"ts": 1})
        folder.add_order({"cl_ord_id": "a1"})
        folder.finish({"remaining": ["a1"]})

        again = runs.reopen(folder.run)
        more = again.journal()
        more.append(entry(2))
        more.close()
        again.add_fill({"ts": 2})
        again.add_order({"cl_ord_id": "a2"})
        again.finish({"remaining": []})

        assert [e.outcome.seq for e in runs.reader(folder.run).entries()] == [1, 2]
        assert (fills(again), orders(again)) == ([{"ts": 2}], [{"cl_ord_id": "a2"}])
        assert runs.names() == (folder.run,)

    def test_what_is_kept_for_good_is_read_alone(self, runs: Runs) -> None:
        folder = runs.create("paper")
        journal = folder.journal()
        journal.append(entry(1))
        journal.append(entry(2))
        journal.close()
        folder.finish({})

        assert list(runs.decisions(folder.run)) == [entry(1), entry(2)]

    def test_a_run_that_is_written_loses_nothing(self, runs: Runs) -> None:
        folder = runs.create("paper")
        journal = folder.journal()
        journal.append(entry(1))

        assert runs.prune(0.0, 0) == ()
        assert tuple(runs.squeeze()) == ()

        journal.close()
        folder.finish({})
        assert list(runs.reader(folder.run).entries()) == [entry(1)]

    def test_a_summary_is_there_once_the_run_is_finished(self, runs: Runs) -> None:
        folder = runs.create("bt")
        before = runs.summary(folder.run)

        folder.finish({"pnl": {"net": "1.10"}, "orders": 2})

        assert before == {}
        assert runs.summary(folder.run) == {"pnl": {"net": "1.10"}, "orders": 2}

    def test_a_run_that_is_not_there_names_the_nearest(self, runs: Runs) -> None:
        finished(runs, "bt")

        for asked in (runs.reader, runs.summary, runs.reopen):
            with pytest.raises(DataError, match=r"no run bt-0002.*nearest are bt-0001"):
                asked(RunId("bt-0002"))
