"""Container: use cases wired to the adapters of a run mode."""

from collections.abc import Sequence
from pathlib import Path

from dependency_injector import containers, providers

from graphwiz_trader import __version__
from graphwiz_trader.adapters.files.home import Home
from graphwiz_trader.adapters.files.journal import BACKTEST, LIVE, MIB, JournalOptions
from graphwiz_trader.adapters.files.lease import FileLeases
from graphwiz_trader.adapters.files.runs import FileRuns
from graphwiz_trader.adapters.files.tape import FileTapes
from graphwiz_trader.application.ask import Ask
from graphwiz_trader.application.backtest import Backtest
from graphwiz_trader.application.parity import Parity
from graphwiz_trader.application.project import Project
from graphwiz_trader.application.replicas import Replicas
from graphwiz_trader.application.rerun import Rerun
from graphwiz_trader.application.run_report import RunReport
from graphwiz_trader.application.run_tail import RunTails
from graphwiz_trader.application.start import Starter
from graphwiz_trader.bootstrap.assembly import engine_of, strategies_of
from graphwiz_trader.bootstrap.graphs import graph_of
from graphwiz_trader.bootstrap.rendering import canonical
from graphwiz_trader.bootstrap.settings import restored
from graphwiz_trader.domain.graph_keep import keep_of
from graphwiz_trader.domain.settings import GraphSettings, Settings
from graphwiz_trader.domain.value import evolve

LEASES = "leases"
"""Where a home keeps the leases of its runs."""


def _restored(text: str, assignments: Sequence[str]) -> Settings:
    return restored(text, assignments).settings


class FileGateways(containers.DeclarativeContainer):
    """Everything in folders: tapes where they were named, runs in a home."""

    folder = providers.Dependency(instance_of=Path)
    options = providers.Dependency(instance_of=JournalOptions)
    home = providers.Singleton(Home, folder)
    runs = providers.Singleton(FileRuns, home, options)
    leases = providers.Singleton(FileLeases, providers.Callable(Path.joinpath, folder, LEASES))
    tapes = providers.Singleton(FileTapes)
    store = providers.Dependency(instance_of=GraphSettings)
    graph = providers.Singleton(graph_of, store, folder)


class App(containers.DeclarativeContainer):
    """The use cases; a run mode is another set of gateways."""

    settings = providers.Dependency(instance_of=Settings)
    gateways = providers.DependenciesContainer()
    text = providers.Callable(canonical, settings)
    backtest = providers.Factory(
        Backtest,
        tapes=gateways.tapes,
        runs=gateways.runs,
        engines=providers.Object(engine_of),
        settings=settings,
        text=text,
        version=__version__,
        strategies=providers.Object(strategies_of),
    )
    rerun = providers.Factory(
        Rerun,
        tapes=gateways.tapes,
        runs=gateways.runs,
        engines=providers.Object(engine_of),
        restore=providers.Object(_restored),
    )
    report = providers.Factory(
        RunReport,
        tapes=gateways.tapes,
        runs=gateways.runs,
        restore=providers.Object(_restored),
        strategies=providers.Object(strategies_of),
    )
    parity = providers.Factory(
        Parity,
        tapes=gateways.tapes,
        runs=gateways.runs,
        engines=providers.Object(engine_of),
        restore=providers.Object(_restored),
        strategies=providers.Object(strategies_of),
    )
    tails = providers.Factory(
        RunTails,
        tapes=gateways.tapes,
        runs=gateways.runs,
        restore=providers.Object(_restored),
        switches=settings.provided.hft.knowledge_graph,
    )
    replicas = providers.Factory(
        Replicas,
        runs=gateways.runs,
        engines=providers.Object(engine_of),
        restore=providers.Object(_restored),
    )
    keep = providers.Callable(keep_of, settings.provided.graph)
    project = providers.Factory(Project, tails=tails, sink=gateways.graph, keep=keep)
    ask = providers.Factory(Ask, gateways.graph)
    starter = providers.Factory(
        Starter,
        runs=gateways.runs,
        leases=gateways.leases,
        engines=providers.Object(engine_of),
        settings=settings,
        text=text,
        version=__version__,
        restore=providers.Object(_restored),
    )


def backtest_app(settings: Settings, home: Path) -> App:
    """Return the use cases of simulations, whose journals need not survive a kill."""
    return _app(settings, home, BACKTEST)


def live_app(settings: Settings, home: Path) -> App:
    """Return the use cases with journals that survive whatever ends the process."""
    return _app(settings, home, LIVE)


def _app(settings: Settings, home: Path, options: JournalOptions) -> App:
    sized = evolve(options, segment_bytes=settings.journal.segment_mb * MIB)
    return App(
        settings=settings, gateways=FileGateways(folder=home, options=sized, store=settings.graph)
    )
