"""GraphWiz Trader: one deterministic core for many venues, and the memory of why."""

__version__ = "0.1.0"

__all__ = ["__version__"]
