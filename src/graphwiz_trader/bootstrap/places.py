"""Places: where a live run of each mode trades."""

import os

from graphwiz_trader.adapters.secrets import EnvironmentSecrets
from graphwiz_trader.application.live_run import PAPER
from graphwiz_trader.application.places import Places
from graphwiz_trader.application.start import Identity
from graphwiz_trader.bootstrap.accounts import AccountPlaces
from graphwiz_trader.bootstrap.paper import PaperPlaces
from graphwiz_trader.domain.settings import Settings
from graphwiz_trader.ports.clock import Clock


def places_of(settings: Settings, identity: Identity, clock: Clock) -> Places:
    """Return the venues of *settings*, as the mode of *identity* meets them."""
    if identity.mode == PAPER:
        return PaperPlaces(settings, clock)
    secrets = EnvironmentSecrets(os.environ)
    return AccountPlaces(settings, secrets, clock, identity.installation)
