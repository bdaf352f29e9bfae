"""Metrics: the latest readings, served to Prometheus on loopback."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector
from typing_extensions import override

from graphwiz_trader.domain.errors import DataError
from graphwiz_trader.domain.metrics import METRICS, Kind, Metric, Reading

HOST = "127.0.0.1"


class PrometheusMetrics(Collector):
    """Tells whoever asks the readings it was given last."""

    def __init__(self) -> None:
        self._latest: Sequence[Reading] = ()

    def show(self, readings: Sequence[Reading]) -> None:
        """Tell *readings* from now on."""
        self._latest = readings

    @override
    def collect(self) -> Iterator[GaugeMetricFamily | CounterMetricFamily]:
        """Return the metrics that have a reading."""
        latest = self._latest
        for metric in METRICS:
            found = [reading for reading in latest if reading.name == metric.name]
            if found:
                yield _family(metric, found)


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


def _family(metric: Metric, found: Sequence[Reading]) -> GaugeMetricFamily | CounterMetricFamily:
    kind = CounterMetricFamily if metric.kind is Kind.COUNTER else GaugeMetricFamily
    family = kind(metric.name, metric.meaning, labels=metric.labels)
    for reading in found:
        family.add_metric(list(reading.labels), reading.figure)
    return family
