"""The catalogue's metadata: what stands in `rules/<CODE>.toml`, typed."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

import msgspec

HERE = Path(__file__).parent

FAMILIES = {
    "FEED": "Feeds",
    "MAP": "Mappings",
    "SKU": "Item identity",
    "PIM": "Product data",
    "STK": "Stock",
    "ORD": "Orders and dispatch",
    "FIN": "Money",
    "CUS": "Customers",
}


class Need(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A read that must have a certificate for the code to open or close."""

    read: str
    """`system.entity`; `<system>` stands for the pair's only system."""
    absence: bool = False
    """Something is concluded from a record that is not there: needs a proof better than overlap_only."""
    total: bool = False
    """Something is concluded from a sum over its records."""
    by_reference: bool = False
    """Single records are asked by name, so an absence is believed even on an overlap_only side."""
    earlier: bool = False
    """Also needs what an earlier night saw."""
    if_read: bool = False
    """Only where that system is switched on."""

    @property
    def concludes(self) -> bool:
        """From what is not there, or from a sum over what is."""
        return self.absence or self.total


class Code(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One exception code."""

    title: str
    pairs: dict[str, list[Need]]
    """systems ("wair>khaos") → needs. `<system>` stands for each system that is read."""
    owner: str
    severity: str
    """critical, high, medium, low, or "by value" (bands in results.sql)."""
    fires: str
    correction: str
    unless: str = ""
    amount: str = ""
    rests_on: list[str] = []
    """Codes whose exceptions it looks at instead of records: it is evaluated after them."""
    code: str = ""

    @property
    def family(self) -> str:
        """The part before the dash: one sheet of the workbook each."""
        return self.code.split("-")[0]

    @property
    def statements(self) -> dict[str, str]:
        """The two statements of `<CODE>.sql` by name: population and exceptions."""
        return named_statements(HERE / f"{self.code}.sql")


def named_statements(path: Path) -> dict[str, str]:
    """Parts of an SQL file by the marks `-- name: <name>`; what stands before the first mark is the heading comment."""
    parts = path.read_text(encoding="utf-8").split("-- name: ")[1:]
    found = {head.strip(): body.strip().rstrip(";") for head, _, body in (p.partition("\n") for p in parts)}
    if set(found) != {"population", "exceptions"}:
        raise ValueError(
            f"{path.name}: expected the marks '-- name: population' and '-- name: exceptions', found {sorted(found)}"
        )
    return found


@cache
def load_catalogue() -> dict[str, Code]:
    """All codes, in the order of their names. A file that breaks the form raises with its name and the key."""
    codes: dict[str, Code] = {}
    for path in sorted(HERE.glob("*-*.toml")):
        try:
            code = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), Code)
        except (msgspec.ValidationError, tomllib.TOMLDecodeError) as e:
            raise ValueError(f"rules/{path.name}: {e}") from e
        codes[path.stem] = msgspec.structs.replace(code, code=path.stem)
    return codes
