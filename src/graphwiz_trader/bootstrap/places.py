"""Places: where a live run of each mode trades."""

from graphwiz_trader.application.live import Places
from graphwiz_trader.bootstrap.paper import PaperPlaces
from graphwiz_trader.domain.settings import Settings
from graphwiz_trader.ports.clock import Clock


def places_of(settings: Settings, mode: str, clock: Clock) -> Places:
    """Return the venues of *settings*, as *mode* meets them."""
    return PaperPlaces(settings, clock)
