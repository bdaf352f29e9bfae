"""Decimal text: how the made-up frames of a benchmark write numbers."""


def decimal_text(number: int, decimals: int) -> str:
    """Return *number* units of the last of *decimals* places as text."""
    digits = str(number).rjust(decimals + 1, "0")
    return f"{digits[:-decimals]}.{digits[-decimals:]}"
