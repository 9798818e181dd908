"""Markdown tables, and what stands in their cells."""

from __future__ import annotations


def table(title: str, note: str, columns: list, rows: list) -> str:
    """A title, what the figures are, and the rows. The first column says what a row is about, the others are figures."""
    ruler = ["---"] + ["---:"] * (len(columns) - 1)
    return "\n".join([f"**{title}.** {note}", "", *map(_line, [columns, ruler, *rows])])


def ratio(value: float) -> str:
    return f"**{value:.2f}**" if value >= 0.1 else f"**{value:.3f}**"


def of_budget(value: int, budget: int | None) -> str:
    """`value` as a fraction of its budget, where it has one."""
    return "" if budget is None else ratio(value / budget)


def _line(cells: list) -> str:
    return f"| {' | '.join(map(_text, cells))} |"


def _text(cell: object) -> str:
    if isinstance(cell, int):
        return f"{cell:,}".replace(",", " ")
    return f"{cell:.1f}" if isinstance(cell, float) else str(cell)
