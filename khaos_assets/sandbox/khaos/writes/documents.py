"""Documents that are imported, and which of their records are taken at all."""

from __future__ import annotations

from khaos_assets.sandbox.khaos.installation import Installation, Record
from khaos_assets.sandbox.khaos.markup import at, record_of
from khaos_assets.sandbox.khaos.soap import KhaosFault, parse_xml


def records_in(xml: str, root: str, name: str) -> list[Record]:
    """The records of an import document in wire shape. Raises KhaosFault for another root or broken XML."""
    node = parse_xml(xml, root)
    if node.tag != root:
        raise KhaosFault(f"The document is a {node.tag}, {root} is needed", actor="EDOMParseError")
    found = [record_of(child) for child in node if child.tag == name]
    return [r if isinstance(r, dict) else {} for r in found]


def client_ref_of(khaos: Installation, record: Record) -> str:
    """Takes the CLIENT_REF attribute off a record; without the extension nobody reads it."""
    client_ref = at(record, "@CLIENT_REF")
    record.pop("@CLIENT_REF", None)
    return client_ref if khaos.offers_extension() else ""


def part_of(khaos: Installation, method: str, refs: list[str]) -> set[str] | None:
    """The references that are looked at: all, or some (`partial_import`: parameter `refs` names the skipped ones, else
    every second), or None: nothing is imported and nothing said (`skip_silently`)."""
    if khaos.switches.take("skip_silently", method=method) is not None:
        return None
    partial = khaos.switches.take("partial_import", method=method)
    if partial is None:
        return set(refs)
    skipped = {str(r) for r in partial.get("refs", refs[1::2])}
    return set(refs) - skipped
