"""
Chance: our own seeded generator, so that a run means the same on every machine and version.

xoshiro256** filled by splitmix64, which its authors recommend for the purpose.
`numpy.random` may change its streams between versions; this may not: its vectors are tests.
"""

from collections.abc import MutableSequence, Sequence
from hashlib import blake2b
from math import log, sqrt
from typing import TypeVar

import numpy as np

from graphwiz_trader.domain.units import Float64s

T = TypeVar("T")

_MASK = (1 << 64) - 1
_TO_UNIT = 1.0 / (1 << 53)


class Chance:
    """
    A stream of draws, a function of its seed alone.

    Source: Blackman & Vigna, "Scrambled linear pseudorandom number generators", ACM TOMS 47:4,
    2021, and https://prng.di.unimi.it (xoshiro256starstar.c, splitmix64.c).
    """

    __slots__ = ("_a", "_b", "_c", "_d", "_seed", "_spare")

    def __init__(self, seed: int) -> None:
        self._seed = seed & _MASK
        self._a, self._b, self._c, self._d = splitmix64(self._seed, 4)
        self._spare: float | None = None

    @classmethod
    def of_state(cls, a: int, b: int, c: int, d: int) -> "Chance":
        """Return the generator whose four 64-bit words are given; not all may be 0."""
        stream = cls(a)
        stream._a, stream._b, stream._c, stream._d = a, b, c, d
        return stream

    def split(self, name: str) -> "Chance":
        """
        Return the stream called *name*, which depends on the seed and the name alone.

        What was drawn here before, and who else splits, changes nothing.
        """
        key = self._seed.to_bytes(8, "little")
        return Chance(int.from_bytes(blake2b(name.encode(), digest_size=8, key=key).digest()))

    def bits(self) -> int:
        """Return 64 even bits, as a number in [0, 2⁶⁴)."""
        a, b, c, d = self._a, self._b, self._c, self._d
        x = (b * 5) & _MASK
        c ^= a
        d ^= b
        self._a = a ^ d
        self._b = b ^ c
        self._c = c ^ ((b << 17) & _MASK)
        self._d = ((d << 45) | (d >> 19)) & _MASK
        return ((((x << 7) | (x >> 57)) & _MASK) * 9) & _MASK

    def unit(self) -> float:
        """Return a number in [0, 1), a multiple of 2⁻⁵³."""
        return (self.bits() >> 11) * _TO_UNIT

    def below(self, n: int) -> int:
        """
        Return a whole number in [0, *n*), each as likely, for 0 < *n* ≤ 2⁶⁴.

        Source: Lemire, "Fast random integer generation in an interval", ACM TOMACS 29:1, 2019.
        """
        wide = self.bits() * n
        if wide & _MASK < n:
            short = (1 << 64) % n
            while wide & _MASK < short:
                wide = self.bits() * n
        return wide >> 64

    def exponential(self, mean: float) -> float:
        """Return a waiting time of the given *mean*, ≥ 0, by inversion."""
        return -mean * log(1.0 - self.unit())

    def normal(self) -> float:
        """
        Return a standard normal number.

        Source: Marsaglia & Bray, "A convenient method for generating normal variables",
        SIAM Review 6:3, 1964 (the polar method, which makes two numbers at a time).
        """
        spare = self._spare
        if spare is not None:
            self._spare = None
            return spare
        while True:
            x = 2.0 * self.unit() - 1.0
            y = 2.0 * self.unit() - 1.0
            square = x * x + y * y
            if 0.0 < square < 1.0:
                scale = sqrt(-2.0 * log(square) / square)
                self._spare = y * scale
                return x * scale

    def choice(self, options: Sequence[T]) -> T:
        """Return one of *options*, each as likely; there must be one."""
        return options[self.below(len(options))]

    def shuffle(self, items: MutableSequence[T]) -> None:
        """Put *items* into an order of which each is as likely (Fisher & Yates)."""
        for last in range(len(items) - 1, 0, -1):
            other = self.below(last + 1)
            items[last], items[other] = items[other], items[last]


def splitmix64(state: int, count: int) -> tuple[int, ...]:
    """Return the first *count* numbers of splitmix64 begun at *state*."""
    numbers = []
    for step in range(1, count + 1):
        z = (state + step * 0x9E3779B97F4A7C15) & _MASK
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _MASK
        numbers.append(z ^ (z >> 31))
    return tuple(numbers)


def units(seed: int, count: int) -> Float64s:
    """
    Return *count* numbers in [0, 1), multiples of 2⁻⁵³: splitmix64 begun at *seed*, all at once.

    For arithmetic on many draws; a `Chance` is the better generator.
    """
    state = np.uint64(seed & _MASK)
    steps = np.arange(1, count + 1, dtype=np.uint64)
    # Numbers of 64 bits wrap around, as they must.
    z = state + steps * np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(((z ^ (z >> np.uint64(31))) >> np.uint64(11)) * _TO_UNIT, np.float64)
