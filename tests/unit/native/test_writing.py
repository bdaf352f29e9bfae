"""What the compiler is given: exact values have constructors, and nothing else differs."""

import ast
from pathlib import Path

import attrs
import pytest

from graphwiz_trader import native
from graphwiz_trader.native.writing import written_out

SOURCE = '''"""Two values."""

from graphwiz_trader.domain.value import exact_value, value


@value
class Wish:
    """Made by anybody."""

    price: int


@exact_value
class Order:
    """Made by us."""

    name: str
    price: "int | None" = (
        7
    )

    def doubled(self) -> int:
        """Return twice the price."""
        return 2 * (self.price or 0)
'''


def run(source: str) -> dict[str, type]:
    found: dict[str, type] = {"__name__": str}
    exec(source, found)
    return found


def test_an_exact_value_is_made_by_a_constructor_in_the_source() -> None:
    order = run(written_out(SOURCE))["Order"]

    assert vars(order)["__init__"].__code__.co_filename == "<string>"
    assert repr(order("a")) == "Order(name='a', price=7)"
    assert attrs.evolve(order("a"), price=3).doubled() == 6


def test_it_keeps_the_types_of_its_fields() -> None:
    order = run(written_out(SOURCE))["Order"]

    assert order.__annotations__ == {"name": str, "price": "int | None"}


def test_other_values_and_all_lines_stay() -> None:
    written = written_out(SOURCE).splitlines()

    for number, line in enumerate(SOURCE.splitlines()):
        if line.startswith(("class", "@value", '    """', "        return", "    def doubled")):
            assert written[number] == line


def test_the_last_field_may_end_the_file() -> None:
    source = SOURCE[: SOURCE.index("    def doubled")].rstrip()

    assert repr(run(written_out(source))["Order"]("a")) == "Order(name='a', price=7)"


def test_source_without_exact_values_stays_as_it_is() -> None:
    source = "import attrs\n\nX = 1\n"

    assert written_out(source) == source


def test_a_field_with_something_right_below_is_refused() -> None:
    source = SOURCE.replace("    )\n\n", "    )\n")

    with pytest.raises(SyntaxError, match="Order: found '    def doubled"):
        written_out(source)


@pytest.mark.parametrize("source", native.sources(), ids=lambda path: path.stem)
def test_whatever_is_compiled_can_be_written_out(source: Path) -> None:
    text = source.read_text()

    assert len(ast.parse(written_out(text)).body) >= len(ast.parse(text).body)
