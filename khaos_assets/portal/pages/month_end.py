"""Month end: how far each month has come, what its pack says, and its steps: sign, review, seal, verify, reopen."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends, File, Form, HTTPException, Query, Request, UploadFile
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from khaos_assets.cases.ledger import LedgerBusy
from khaos_assets.close import steps
from khaos_assets.close.ground import CloseError
from khaos_assets.close.periods import Period, PeriodError, named
from khaos_assets.close.preparing import folder_of
from khaos_assets.close.states import Close, closes_in
from khaos_assets.close.trial_balance import TrialBalanceError
from khaos_assets.close.workbook import TABS
from khaos_assets.portal import months
from khaos_assets.portal.access import Did, Person, Right, by, changing, confirmed, may
from khaos_assets.portal.access.access import PATIENCE
from khaos_assets.portal.closing import Busy, How, What, begin, last_work
from khaos_assets.portal.files import PREVIEW, Folder
from khaos_assets.portal.looks import render, wants_part
from khaos_assets.portal.pages.downloads import made
from khaos_assets.portal.site import Here, Site
from khaos_assets.portal.wording import in_page_words

router = APIRouter()
Text = Annotated[str, Form(max_length=4000)]
Number = Annotated[int, Form(ge=0, le=1_000_000)]
Closer = Annotated[Person, Depends(changing(Right.CLOSE))]
Sealer = Annotated[Person, Depends(confirmed(Right.CLOSE))]


@router.get("/month-end", response_class=HTMLResponse)
def list_months(request: Request, here: Here, person: Annotated[Person, Depends(may(Right.READ))]) -> HTMLResponse:
    """Every period, the newest first."""
    closes, nights = known(here), here.ledger.nights()
    periods = months.known_periods(here.settings, here.store, closes, nights[-1].as_of if nights else None)
    lines = [
        (p, closes.get(p.key, Close(p.key)), months.preview_of(here.store, p.key), last_work(here.store, p.key))
        for p in periods
    ]
    return render(request, "month_ends.html", person, lines=lines, ended=lambda p: p.cut_off <= here.clock(), How=How)


@router.get("/month-end/{key}", response_class=HTMLResponse)
def month_page(
    request: Request, key: str, here: Here, person: Annotated[Person, Depends(may(Right.READ))],
    every: Annotated[bool, Query()] = False,
) -> Response:  # fmt: skip
    """One period. While something is under way for it, htmx asks whether it has ended, and then for the whole page."""
    period = _period(here, key)
    if wants_part(request):
        work = last_work(here.store, key)
        ended = work is None or work.how is not How.UNDER_WAY
        return Response(status_code=204, headers={"hx-refresh": "true"} if ended else {})
    return _page(request, here, person, period, every=every)


@router.post("/month-end/{key}/sign", response_class=HTMLResponse)
def sign(request: Request, key: str, here: Here, person: Closer, *, note: Text = "", version: Number = 0) -> Response:
    """The preparer stands for the newest version, which is the one that they saw."""
    period = _period(here, key)
    take = partial(steps.sign, here.store, period, note=note)
    return _step(request, here, person, period, take=take, did="signed", typed=note, saw=version)


@router.post("/month-end/{key}/review", response_class=HTMLResponse)
def review(request: Request, key: str, here: Here, person: Closer, *, note: Text = "", version: Number = 0) -> Response:
    """Another person agrees with what was signed."""
    period = _period(here, key)
    take = partial(steps.review, here.store, period, note=note)
    return _step(request, here, person, period, take=take, did="reviewed", typed=note, saw=version)


@router.post("/month-end/{key}/trial-balance", response_class=HTMLResponse)
def bring(request: Request, key: str, here: Here, person: Closer, file: Annotated[UploadFile, File()]) -> Response:
    """The month's trial balance from the accounts, in place of an earlier one: read strictly, or not taken at all."""
    period, name = _period(here, key), _name_of(file)
    work = last_work(here.store, period.key)
    try:
        if work is not None and work.how is How.UNDER_WAY:
            raise CloseError(f"{work.by} began to {work.what.value} the month: wait until that has ended")
        body = file.file.read()
        accounts = steps.bring_trial_balance(here.store, period, body, name, patience=PATIENCE)
    except (CloseError, TrialBalanceError, LedgerBusy) as refusal:
        said = in_page_words(refusal, here.store)
        here.access.note(Did.REFUSED, by(request, person), month=period.key, asked="trial balance", why=said)
        wrong = isinstance(refusal, TrialBalanceError)
        return _page(request, here, person, period, refusal=said, status=422 if wrong else 409)
    sha256 = hashlib.sha256(body).hexdigest()
    told = {"month": period.key, "file": name, "accounts": len(accounts), "sha256": sha256}
    here.access.note(Did.DECIDED, by(request, person), decision="trial balance brought", **told)
    return RedirectResponse(f"/month-end/{period}", 303)


@router.post("/month-end/{key}/reopen", response_class=HTMLResponse)
def reopen(request: Request, key: str, here: Here, person: Sealer, reason: Text = "") -> Response:
    """Open a sealed month again, with a reason; the sealed ones after it are marked."""
    period = _period(here, key)
    take = partial(steps.reopen, here.store, period, reason=reason)
    return _step(request, here, person, period, take=take, did="reopened", typed=reason)


@router.post("/month-end/{key}/seal", response_class=HTMLResponse)
def seal(request: Request, key: str, here: Here, person: Sealer) -> Response:
    """Seal a month: begun here, done beside."""
    return _begin(request, here, person, key, What.SEAL)


@router.post("/month-end/{key}/prepare", response_class=HTMLResponse)
def prepare(request: Request, key: str, here: Here, person: Closer) -> Response:
    """Make the pack, or make it again: begun here, done beside."""
    return _begin(request, here, person, key, What.PREPARE)


@router.post("/month-end/{key}/verify", response_class=HTMLResponse)
def verify(request: Request, key: str, here: Here, person: Closer) -> Response:
    """Prove that a sealed month is what was sealed: begun here, done beside."""
    return _begin(request, here, person, key, What.VERIFY)


def _name_of(file: UploadFile) -> str:
    """What the file is called, for people: whoever sends it may call it anything."""
    name = (file.filename or "").replace("\\", "/").rpartition("/")[2]
    return "".join(c for c in name if c.isprintable())[:80] or "the file"


def known(here: Site) -> dict[str, Close]:
    """Every period that the ledger knows."""
    return here.memory.get("closes", here.ledger.head(), lambda: closes_in(here.ledger))


def _period(here: Site, key: str) -> Period:
    try:
        return named(here.settings.close.calendar, key)
    except PeriodError:
        raise HTTPException(404, "There is no such month") from None


def _newest(here: Site, close: Close | None) -> dict[str, Any] | None:
    """The manifest of the version that counts: the sealed one, else the newest."""
    number = _number(close)
    return months.pack_of(here.store, close.key, number) if close and number else None


def _number(close: Close | None) -> int | None:
    if close is None or close.newest is None:
        return None
    return close.sealed.version if close.sealed else close.newest.number


def _step(
    request: Request, here: Site, person: Person, period: Period, *, take: Callable[..., Close], did: str, typed: str,
    saw: int = 0,
) -> Response:  # fmt: skip
    newest = known(here).get(period.key, Close(period.key)).newest
    try:
        if saw and newest and saw != newest.number:
            raise CloseError(f"version {newest.number} was made after you opened version {saw}: look at it first")
        take(by=person.name, at=here.clock(), patience=PATIENCE)
    except (CloseError, LedgerBusy) as refusal:
        said = in_page_words(refusal, here.store)
        here.access.note(Did.REFUSED, by(request, person), month=period.key, asked=did, why=said)
        return _page(request, here, person, period, refusal=said, typed=typed, status=409)
    here.access.note(Did.DECIDED, by(request, person), month=period.key, decision=did)
    return RedirectResponse(f"/month-end/{period}", 303)


def _begin(request: Request, here: Site, person: Person, key: str, what: What) -> Response:
    period = _period(here, key)
    try:
        begin(here.settings, here.store, period, what, by=person.name, at=here.clock())
    except Busy as busy:
        return _page(request, here, person, period, refusal=f"{busy}.", status=409)
    here.access.note(Did.DECIDED, by(request, person), month=period.key, decision=what.value)
    return RedirectResponse(f"/month-end/{period}", 303)


def _page(
    request: Request, here: Site, person: Person, period: Period, *, every: bool = False, refusal: str = "",
    typed: str = "", status: int = 200,
) -> HTMLResponse:  # fmt: skip
    close = known(here).get(period.key, Close(period.key))
    number, pack = _number(close), _newest(here, close)
    folder = folder_of(here.store, period.key, number) if number else here.store.packs(period.key) / PREVIEW
    preview = months.preview_of(here.store, period.key) if number is None else None
    said = pack or preview
    lines = months.control(folder) if said else []
    named_versions = [f"v{v.number}" for v in reversed(close.versions)] or [PREVIEW]
    folders = [Folder("month", period.key, v, here.store.packs(period.key) / v) for v in named_versions]
    versions = here.memory.get(
        ("versions", period.key), tuple(v.figures for v in close.versions), lambda: months.versions(here.store, close)
    )
    return render(
        request, "month_end.html", person, status=status, period=period, close=close, number=number, now=here.clock(),
        ended=period.cut_off <= here.clock(), pack=said, preview=preview is not None,
        steps=months.checklist(here.settings, here.store, period, close, pack), owed=months.owed(said) if said else [],
        lines=lines if every else [c for c in lines if not c.ok], parts=Counter(c.part for c in lines if c.ok),
        of_lines=len(lines), every=every, versions=versions, tabs=TABS,
        packs=made(here, folders) if person.may(Right.DOWNLOAD) else [], work=last_work(here.store, period.key),
        How=How, What=What, refusal=refusal, typed=typed, closes=person.may(Right.CLOSE),
    )  # fmt: skip
