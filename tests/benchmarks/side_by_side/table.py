"""The Markdown table: a row for each measure, a column for each client."""

from __future__ import annotations

from statistics import median

from .contest import BASE

Rounds = dict[str, list[dict[str, float]]]


class Table:
    """A table printed row by row."""

    def __init__(self, names: list[str]) -> None:
        self._names = names

    def head(self) -> None:
        """Print the names of the columns."""
        print(f"| | {' | '.join(self._names)} |")
        print(f"|{'---|' * (len(self._names) + 1)}", flush=True)

    def ratios(self, title: str, found: Rounds, what: str) -> None:
        """Print the median ratio of each client to the base."""
        self._row(title, {name: f"{self.over(found, name, what):.2f}" for name in found})

    def figures(self, title: str, found: Rounds, what: str, form: str, unit: float = 1) -> None:
        """Print the median of each client."""
        medians = {name: median(one[what] for one in each) for name, each in found.items()}
        self._row(title, {name: format(one * unit, form) for name, one in medians.items()})

    def over(self, found: Rounds, name: str, what: str, base: str = BASE) -> float:
        """Return the median ratio to the base, each round against the same round of the base."""
        return median(
            one[what] / other[what] for one, other in zip(found[name], found[base], strict=True)
        )

    def _row(self, title: str, cells: dict[str, str]) -> None:
        print(
            f"| {title} | {' | '.join(cells.get(name, '') for name in self._names)} |", flush=True
        )
