"""
Writing: what the compiler is given, which is the source but for the constructors of exact values.

attrs makes a constructor while a module is imported, when it is too late to compile it. So it is
written out here, on the empty line below the last field: line numbers stay as they are.
"""

import ast
from collections.abc import Iterator

DECORATOR = "exact_value"
_COMPILED = "@attr.s(auto_attribs=True, init=False, order=False)"


def written_out(source: str) -> str:
    """
    Return *source* with the constructor of each `exact_value` written out.

    The types of its fields are stated once more at the end, since a compiled class forgets those
    that are no single name.

    Raises:
        SyntaxError: there is no empty line below the fields of such a class.
    """
    module = ast.parse(source)
    found = list(_exact_values(module))
    if not found:
        return source
    lines = source.splitlines()
    for each in found:
        _write_out(each, lines)
    place = next(n.lineno - 1 for n in module.body if isinstance(n, ast.Import | ast.ImportFrom))
    lines[place] = f"import attr; {lines[place]}"
    return "\n".join((*lines, *map(_types, found), ""))


def exact_names(source: str) -> list[str]:
    """Return which classes of *source* are exact values."""
    return [found.name for found in _exact_values(ast.parse(source))]


def _exact_values(module: ast.Module) -> Iterator[ast.ClassDef]:
    for each in module.body:
        if isinstance(each, ast.ClassDef) and any(
            isinstance(made, ast.Name) and made.id == DECORATOR for made in each.decorator_list
        ):
            yield each


def _write_out(found: ast.ClassDef, lines: list[str]) -> None:
    fields = _fields(found)
    below = fields[-1].end_lineno or 0
    if below == len(lines):
        lines.append("")
    if lines[below]:
        raise SyntaxError(f"{found.name}: found {lines[below]!r}, expected an empty line")
    params = ", ".join(ast.unparse(field) for field in fields)
    kept = "; ".join(f"self.{name} = {name}" for name in map(_name, fields))
    lines[below] = f"    def __init__(self, {params}) -> None: {kept}"
    for field in fields:
        place = field.lineno - 1
        lines[place] = f"    {_name(field)}: {ast.unparse(field.annotation)}"
        for more in range(place + 1, field.end_lineno or 0):
            lines[more] = ""
    lines[found.decorator_list[0].lineno - 1] = _COMPILED


def _fields(found: ast.ClassDef) -> list[ast.AnnAssign]:
    return [each for each in found.body if isinstance(each, ast.AnnAssign)]


def _name(field: ast.AnnAssign) -> str:
    return ast.unparse(field.target)


def _types(found: ast.ClassDef) -> str:
    types = (f'"{_name(each)}": {ast.unparse(each.annotation)}' for each in _fields(found))
    return f"vars({found.name})['__annotations__'].update({{{', '.join(types)}}})"
