"""Downloads: every report of each night and every pack of each month, for people, and for machines with a token.

A file goes out only as it was made: its SHA-256 is taken before the first byte is sent. Each download is in the audit.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, HTTPException, Query, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response, StreamingResponse

from khaos_assets.close.states import closes_in
from khaos_assets.portal.access import Did, Person, Right, by, may
from khaos_assets.portal.access.keys import key
from khaos_assets.portal.files import (
    PREVIEW,
    Changed,
    Download,
    Folder,
    by_address,
    chunks,
    downloads,
    months,
    nights,
    open_unchanged,
    version_of,
)
from khaos_assets.portal.looks import render
from khaos_assets.portal.site import Here, Site

router = APIRouter()
SHOWN = 7
"""Nights, or months, of a page."""
Kind = Literal["nights", "months"]
Before = Annotated[str, Query(max_length=10)]
Taker = Annotated[Person, Depends(may(Right.DOWNLOAD))]


class NotAsMade(HTTPException):
    """The file is not what was made."""

    advice = "Nothing was sent. Tell whoever runs the product: making the report again, or restoring it, puts it right."

    def __init__(self) -> None:
        super().__init__(409, "This file is not what was made, so it is not handed on")


@dataclass(frozen=True)
class Made:
    """What was made together, as it is listed."""

    folder: Folder
    files: list[Download]
    by: str
    """Who made it, in words."""


@router.get("/downloads", response_class=HTMLResponse)
def list_page(request: Request, here: Here, person: Taker, kind: Kind = "nights", before: Before = "") -> HTMLResponse:
    """The files of some nights, or months: the newest first."""
    shown, more = listed(here, kind, before)
    return render(
        request, "downloads.html", person, kind=kind, shown=shown, more=more, first=not before,
    )  # fmt: skip


@router.get("/downloads.json", response_class=JSONResponse, dependencies=[Depends(may(Right.DOWNLOAD))])
def list_for_machines(here: Here, kind: Kind = "nights", before: Before = "") -> JSONResponse:
    """The same as data. `next` is the address of what is older, null at the end. Instants in UTC."""
    shown, more = listed(here, kind, before)
    files = [
        {"id": d.id, "url": f"/downloads/{d.id}", "name": d.name, "about": d.about, "made_by": made.by,
         ("month" if d.folder.kind == "month" else "night"): d.folder.of, "version": d.folder.version or None,
         "kind": d.folder.kind, "bytes": d.filed.bytes, "sha256": d.filed.sha256, "content_type": d.content_type,
         "made_at": d.made_at.isoformat(), "product": d.product}
        for group in shown.values() for made in group for d in made.files
    ]  # fmt: skip
    return JSONResponse({"files": files, "next": f"/downloads.json?kind={kind}&before={more}" if more else None})


@router.get("/downloads/{file_id}", response_class=StreamingResponse)
def download(request: Request, file_id: str, here: Here, person: Taker) -> Response:
    """One file, by its opaque id. Answers 409 where it is not what was made, and sends none of it."""
    every = [*nights(here.store), *months(here.store)]
    known: Mapping[str, Download] = here.memory.get(
        "downloads", version_of(every), lambda: by_address(every, key(here.access, "downloads"))
    )
    found = known.get(file_id)
    if found is None:
        raise HTTPException(404, "There is no such file")
    said: dict[str, Any] = {"file": f"{found.folder.key}/{found.file}", "sha256": found.filed.sha256}
    try:
        file = open_unchanged(found)
    except Changed:
        here.access.note(
            Did.REFUSED, by(request, person), asked=f"download {file_id}", why="not as it was made", **said
        )
        raise NotAsMade from None
    try:
        here.access.note(Did.DOWNLOADED, by(request, person), bytes=found.filed.bytes, via=person.via, **said)
    except BaseException:
        file.close()
        raise
    headers = {
        "content-disposition": f'attachment; filename="{found.name}"', "content-length": str(found.filed.bytes),
        "content-digest": f"sha-256=:{b64encode(bytes.fromhex(found.filed.sha256)).decode()}:",
        "cache-control": "no-store", "x-content-type-options": "nosniff",
    }  # fmt: skip
    return StreamingResponse(chunks(file), media_type=found.content_type, headers=headers)


def listed(here: Site, kind: Kind, before: str) -> tuple[dict[str, list[Made]], str]:
    """What was made, by night or month; and the last one shown where there is more."""
    folders = nights(here.store) if kind == "nights" else months(here.store)
    names = [of for of in dict.fromkeys(f.of for f in folders) if not before or of < before]
    wanted = names[:SHOWN]
    groups = {of: made(here, (f for f in folders if f.of == of)) for of in wanted}
    return {of: g for of, g in groups.items() if g}, wanted[-1] if len(names) > SHOWN else ""


def made(here: Site, folders: Iterable[Folder]) -> list[Made]:
    """The folders of which something may be downloaded, with who made them."""
    secret = key(here.access, "downloads")
    found = ((folder, downloads(folder, secret)) for folder in folders)
    return [Made(folder, files, _maker(here, folder)) for folder, files in found if files]


def _maker(here: Site, folder: Folder) -> str:
    if folder.kind != "month":
        return "the nightly run" if folder.kind == "night" else "the list of corrections"
    if folder.version == PREVIEW:
        return "nobody: it is a preview"
    closes = here.memory.get("closes", here.ledger.head(), lambda: closes_in(here.ledger))
    close = closes.get(folder.of)
    versions = {f"v{v.number}": v.by for v in close.versions} if close else {}
    return versions.get(folder.version, "nobody that the ledger knows")
