"""What the stories share: use cases wired as in production, with fakes for everything outside."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

import attrs

from graphwiz_trader.application.backtest import Backtest, Backtested
from graphwiz_trader.application.replay import Replayed
from graphwiz_trader.application.rerun import Rerun
from graphwiz_trader.bootstrap.assembly import engine_of, strategies_of
from graphwiz_trader.bootstrap.rendering import canonical
from graphwiz_trader.bootstrap.settings import load, restored
from graphwiz_trader.domain.events import MarketEvent
from graphwiz_trader.domain.facts import Entry, Fact
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.settings import Settings
from graphwiz_trader.domain.tape import Tape
from graphwiz_trader.domain.units import SECOND, RunId, Venue
from graphwiz_trader.ports.tape import Findings
from graphwiz_trader.testing import make
from graphwiz_trader.testing.runs import MemoryRuns
from graphwiz_trader.testing.tape import MemoryTapes
from tests.stories.session import Shown, play

ALPHA = make.instrument("BTC/USDT@alpha", "0.01")
BETA = make.instrument("BTC/USDT@beta", "0.01")
ARBITRAGE = "hft.strategies.cross_exchange_arbitrage"
STATISTICAL = "hft.strategies.statistical_arbitrage"


@attrs.define
class Desk:
    """Tapes and runs in memory, and the use cases on them."""

    tapes: MemoryTapes = attrs.field(factory=MemoryTapes)
    runs: MemoryRuns = attrs.field(factory=MemoryRuns)
    progress: list[float] = attrs.field(factory=list)

    def record(self, name: str, of: Sequence[Instrument], events: Sequence[MarketEvent]) -> None:
        """Keep *events* as the tape *name*."""
        with self.tapes.writer(name, tuple(of)) as writer:
            for event in events:
                writer.append(event)
            writer.seal(Findings("made", records=len(events)))

    def keep(self, tape: Tape) -> None:
        """Keep a tape made elsewhere."""
        messages = range(len(tape))
        self.record(tape.name, tape.instruments, [tape.event(i) for i in messages])

    def backtest(
        self,
        names: Sequence[str],
        *assignments: str,
        offsets: Mapping[Venue, Decimal] | None = None,
    ) -> Backtested:
        """Run a backtest of *names* under the defaults and *assignments*."""
        settings = settings_of(*assignments)
        use_case = Backtest(
            self.tapes, self.runs, engine_of, settings, canonical(settings), "0.1.0", strategies_of
        )
        return use_case.run(names, offsets or {}, 1, self.progress.append)

    def session(self, seconds: int, seed: int, *assignments: str) -> Shown:
        """Run a session on venues that make their own market."""
        return play(self.runs, settings_of(*assignments), seconds, seed, self.progress.append)

    def replay(self, run: RunId, *assignments: str) -> Replayed:
        """Run *run* again, with some keys changed."""
        use_case = Rerun(self.tapes, self.runs, engine_of, _restored)
        return use_case.run(run, assignments, self.progress.append)

    def entries(self, run: RunId) -> list[Entry]:
        """Everything in *run*'s journal."""
        return list(self.runs.reader(run).entries())

    def facts(self, run: RunId, kind: type[Fact]) -> list[Fact]:
        """All facts of *kind* in *run*'s journal."""
        found = (fact for entry in self.entries(run) for fact in entry.outcome.facts)
        return [fact for fact in found if isinstance(fact, kind)]


def settings_of(*assignments: str) -> Settings:
    """The defaults under *assignments*."""
    return load([], {}, assignments).settings


def _restored(text: str, assignments: Sequence[str]) -> Settings:
    return restored(text, assignments).settings


def two_venues(seconds: int = 300) -> Desk:
    """A desk with tapes of two venues whose prices part and meet again."""
    desk = Desk()
    for of, size in ((ALPHA, 0), (BETA, 40)):
        events = []
        for second in range(seconds):
            cents = 100_00 + (second * second) % 97 + size * (second % 20 < 3)
            bid, ask = f"{cents / 100:.2f}", f"{(cents + 2) / 100:.2f}"
            deeper = [(f"{(cents - 20) / 100:.2f}", "5")], [(f"{(cents + 30) / 100:.2f}", "5")]
            events.append(
                make.book_update(
                    of,
                    [(bid, "1"), *deeper[0]],
                    [(ask, "1"), *deeper[1]],
                    make.START + second * SECOND,
                )
            )
        desk.record(f"{of.venue}.tape", [of], events)
    return desk


TWO = ("alpha.tape", "beta.tape")
FREE = (
    f"{ARBITRAGE}.min_profit_bps=0",
    "backtest.fee_bps=0",
    "backtest.latency_ms=0",
    "hft.risk.max_position_size=100",
    "hft.risk.max_exposure=1000000",
)
"""Neither fee nor latency, and room for every cross."""
