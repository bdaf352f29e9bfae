"""Metrics: the latest readings, served to Prometheus on loopback."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TypeAlias

from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.registry import Collector
from typing_extensions import override

from graphwiz_trader.domain.errors import DataError
from graphwiz_trader.domain.metrics import METRICS, Kind, Metric, Reading, Spread

HOST = "127.0.0.1"
Family: TypeAlias = GaugeMetricFamily | CounterMetricFamily | HistogramMetricFamily


class PrometheusMetrics(Collector):
    """Tells whoever asks the readings it was given last."""

    def __init__(self) -> None:
        self._latest: tuple[Sequence[Reading], Sequence[Spread]] = ((), ())

    def show(self, readings: Sequence[Reading], spreads: Sequence[Spread] = ()) -> None:
        """Tell *readings* and *spreads* from now on."""
        self._latest = (readings, spreads)

    @override
    def collect(self) -> Iterator[Family]:
        """Return the metrics that have a reading."""
        readings, spreads = self._latest
        for metric in METRICS:
            found = [reading for reading in readings if reading.name == metric.name]
            if found:
                yield _family(metric, found)
            sized = [spread for spread in spreads if spread.name == metric.name]
            if sized:
                yield _histogram(metric, sized)


@contextmanager
def served(metrics: PrometheusMetrics, port: int) -> Iterator[None]:
    """
    Answer at *port* of loopback, in a thread, for as long as the block takes.

    Raises:
        DataError: the port is taken.
    """
    registry = CollectorRegistry()
    registry.register(metrics)
    try:
        server, thread = start_http_server(port, HOST, registry)
    except OSError as error:
        raise DataError(f"metrics cannot be served at {HOST}:{port}: {error.strerror}") from error
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _histogram(metric: Metric, found: Sequence[Spread]) -> HistogramMetricFamily:
    family = HistogramMetricFamily(metric.name, metric.meaning, labels=metric.labels)
    for spread in found:
        durations = spread.durations
        buckets = [(f"{bound:g}", count) for bound, count in durations.at_most]
        buckets.append(("+Inf", durations.count))
        family.add_metric(list(spread.labels), buckets, durations.total_s)
    return family


def _family(metric: Metric, found: Sequence[Reading]) -> GaugeMetricFamily | CounterMetricFamily:
    kind = CounterMetricFamily if metric.kind is Kind.COUNTER else GaugeMetricFamily
    family = kind(metric.name, metric.meaning, labels=metric.labels)
    for reading in found:
        family.add_metric(list(reading.labels), reading.figure)
    return family
