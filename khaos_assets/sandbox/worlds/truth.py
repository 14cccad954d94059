"""What a perfect product reports, night by night: the lines of `truth.ndjson`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class TruthLine:
    """A planted exception, or a decoy with the code that would be wrong. `units`, `amount_gbp` None: not given."""

    kind: str
    code: str
    systems: str
    record_key: str
    scope: str
    field: str | None
    units: str | None
    amount_gbp: str | None
    note: str

    def identity(self) -> tuple[str, str, str, str]:
        return (self.code, self.systems, self.record_key, self.scope)


@dataclass
class Truth:
    """All lines of all nights."""

    lines: dict[int, list[TruthLine]] = field(default_factory=dict)
    planted: dict[str, int] = field(default_factory=dict)
    """Exceptions per code, each once however many nights it stands."""
    decoys: int = 0

    def exception(
        self,
        nights: Iterable[int],
        code: str,
        systems: str,
        record_key: str,
        *,
        note: str,
        scope: str = "",
        field: str | None = None,
        units: Decimal | None = None,
        amount: Decimal | None = None,
        again: bool = False,
    ) -> None:
        """Must be found on these nights. `amount` GBP, rounded already; `again`: the same difference, other figures."""
        line = TruthLine("exception", code, systems, record_key, scope, field, plain(units), money_text(amount), note)
        self._add(nights, line)
        if not again:
            self.planted[code] = self.planted.get(code, 0) + 1

    def decoy(
        self, nights: Iterable[int], code: str, systems: str, record_key: str, *, scope: str = "", note: str
    ) -> None:
        """Must not be reported as open on these nights."""
        self._add(nights, TruthLine("decoy", code, systems, record_key, scope, None, None, None, note))
        self.decoys += 1

    def of(self, night: int) -> list[dict[str, str | None]]:
        """The lines of a night, sorted, as records."""
        lines = sorted(
            self.lines.get(night, []), key=lambda x: (x.kind != "exception", *x.identity(), x.field or "", x.note)
        )
        return [asdict(x) for x in lines]

    def _add(self, nights: Iterable[int], line: TruthLine) -> None:
        for night in nights:
            self.lines.setdefault(night, []).append(line)


def plain(value: Decimal | None) -> str | None:
    """A decimal as people write it, without trailing zeros; None stays None."""
    if value is None:
        return None
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def money_text(value: Decimal | None) -> str | None:
    return None if value is None else format(value, ".2f")
