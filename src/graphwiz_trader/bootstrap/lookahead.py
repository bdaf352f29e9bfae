"""Lookahead: a backtest run again and again over tapes whose future was tampered with."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

from graphwiz_trader.adapters.files.records import outcome_bytes
from graphwiz_trader.adapters.files.tape import FileTapes
from graphwiz_trader.application.backtest import REFERENCE
from graphwiz_trader.application.lookahead import Lookahead, Tampered, check
from graphwiz_trader.application.recordings import moved
from graphwiz_trader.bootstrap.changed_tapes import ChangedTapes
from graphwiz_trader.bootstrap.container import backtest_app
from graphwiz_trader.domain.facts import Entry
from graphwiz_trader.domain.settings import Settings
from graphwiz_trader.domain.tape import Tape
from graphwiz_trader.domain.units import SECOND, Nanos, Venue
from graphwiz_trader.domain.value import evolve


def checked(
    settings: Settings,
    names: Sequence[str],
    offsets: Mapping[Venue, Decimal],
    seed: int,
    progress: Callable[[float], None],
    cuts: int = 5,
) -> Lookahead:
    """
    Return what a backtest of *settings* over the tapes *names* knew of what came after.

    Raises:
        DataError: a tape cannot be read.
    """
    # The compiled engine, whose decisions are the same, keeps no journal of them.
    plain = evolve(settings.backtest, engine=REFERENCE, bounds=False)
    journaled = evolve(settings, backtest=plain)
    runs = 2 * cuts + 1
    done = 0

    def decide(tampered: Tampered) -> Iterator[Entry]:
        nonlocal done

        def change(tape: Tape) -> Tape:
            by = _offset(tape, offsets)
            return moved(tampered(moved(tape, by)), Nanos(-by))

        with TemporaryDirectory(prefix="graphwiz-lookahead-") as home:
            app = backtest_app(journaled, Path(home))
            app.gateways.tapes.override(ChangedTapes(FileTapes(), change))
            ran = app.backtest().run(names, offsets, seed, _nothing)
            ran.folder.finish({})
            done += 1
            progress(done / runs)
            yield from app.gateways.runs().reader(ran.run).entries()

    opened = map(FileTapes().open, names)
    known = [moved(tape, _offset(tape, offsets)) for tape in opened]
    return check(decide, outcome_bytes, known, cuts)


def _offset(tape: Tape, offsets: Mapping[Venue, Decimal]) -> Nanos:
    return Nanos(int(offsets.get(tape.instruments[0].venue, Decimal(0)) * SECOND))


def _nothing(_: float) -> None:
    """Show nothing: the check shows its own progress."""
