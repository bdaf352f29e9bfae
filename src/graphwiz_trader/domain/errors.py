"""
Errors, drawn as a tree; a caller chooses how general to be by choosing the node.

TraderError
├── DataError              a file or tape is missing, torn or of another format (exit 4)
│   └── ClocksDisagree     two venues' clocks are seconds apart and no offset was declared
├── DomainError            the caller broke a rule
│   ├── OffGrid · UnknownInstrument · IllegalTransition
│   └── InvariantViolation          fatal: state can no longer be trusted
├── ConfigError            lists every problem at once, each with its path (exit 2)
├── NotRunning             no engine answers (exit 3)
├── LeaseTaken             another process has what only one may have
├── LeftOpen               ended by a failure with orders not proven gone (exit 5)
├── PortError              raised by adapters only, always `from` the vendor's error
│   ├── Transient          try again
│   │   └── Disconnected · TimedOut · RateLimited · VenueDown
│   ├── OutcomeUnknown     sent, no answer: the order may live; ask, never resend
│   ├── Rejected           answered no; do not retry
│   │   └── InsufficientFunds · InvalidOrder · OrderNotFound · DuplicateOrder · MarketClosed
│   ├── AccessDenied       keys, permissions, region; needs a person
│   ├── Unsupported        the venue cannot
│   └── Garbled            malformed message, bad checksum, sequence gap
└── JournalError           fatal: JournalFull · JournalTorn
"""

from collections.abc import Sequence

from graphwiz_trader.domain.value import value


class TraderError(Exception):
    """Anything this package raises on purpose."""


class DataError(TraderError):
    """A file or tape is missing, torn or of another format; says which file and where."""


class ClocksDisagree(DataError):
    """Two venues' clocks differ and nobody declared by how much."""

    def __init__(self, message: str, offset_s: float) -> None:
        super().__init__(message)
        self.offset_s = offset_s


class DomainError(TraderError):
    """The caller broke a rule of the domain."""


class OffGrid(DomainError):
    """A price or quantity is not a whole number of ticks or lots."""


class UnknownInstrument(DomainError):
    """No such instrument is configured."""


class IllegalTransition(DomainError):
    """An order cannot go from its status by that report."""


class InvariantViolation(DomainError):
    """State can no longer be trusted; the engine must stop."""


@value
class Problem:
    """One thing that is wrong with a configuration."""

    path: str
    found: str
    expected: str
    nearest: str | None = None

    def __str__(self) -> str:
        hint = f"; did you mean {self.nearest}?" if self.nearest else ""
        return f"{self.path}: found {self.found}, expected {self.expected}{hint}"


class ConfigError(TraderError):
    """Every problem of a configuration at once."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = tuple(problems)


class NotRunning(TraderError):
    """No engine is running in this home."""


class LeaseTaken(TraderError):
    """Another process has what only one may have; says which."""


class LeftOpen(TraderError):
    """A run was ended by a failure, and orders of it are not proven gone; names them."""


class PortError(TraderError):
    """Something outside failed; raised by adapters only."""


class Transient(PortError):
    """Try again."""


class Disconnected(Transient):
    """The connection was lost or could not be made."""


class TimedOut(Transient):
    """No answer came in time to a request that changes nothing."""


class RateLimited(Transient):
    """The venue counts too many requests; it did nothing."""


class VenueDown(Transient):
    """The venue is in maintenance or not available."""


class OutcomeUnknown(PortError):
    """Sent without an answer: the order may live. Ask, never resend."""


class Rejected(PortError):
    """The venue answered no; asking again gives the same answer."""


class InsufficientFunds(Rejected):
    """The account does not hold what the order needs."""


class InvalidOrder(Rejected):
    """The request breaks a rule of the venue."""


class OrderNotFound(Rejected):
    """The venue knows no such order."""


class DuplicateOrder(Rejected):
    """The venue has seen that client order id before."""


class MarketClosed(Rejected):
    """The instrument does not trade now."""


class AccessDenied(PortError):
    """Keys, permissions or region; it needs a person."""


class Unsupported(PortError):
    """The venue offers no such thing."""


class Garbled(PortError):
    """What a venue sent is malformed, fails its checksum or leaves a gap."""


class JournalError(TraderError):
    """The journal cannot be trusted or written; sending must stop."""


class JournalFull(JournalError):
    """No room is left for another entry."""


class JournalTorn(JournalError):
    """A record inside the journal is damaged; says segment and offset."""


class Stopped(DomainError):
    """A compiled run came to something that only the reference engine can decide."""
