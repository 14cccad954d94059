"""The sections of `merchant.toml` for cases: how soon, how severe, whose."""

from __future__ import annotations

from decimal import Decimal
from fnmatch import fnmatchcase
from typing import Literal, Self, get_args

from pydantic import Field, field_validator, model_validator

from khaos_assets.config.section import Count, Section

Severity = Literal["critical", "high", "medium", "low"]
SEVERITIES: tuple[Severity, ...] = get_args(Severity)
"""The worst first."""


class Cases(Section):
    """How cases are worked."""

    service_hours: dict[Severity, Count] = Field(
        default={"critical": 24, "high": 48, "medium": 120, "low": 240},
        description="hours from its opening within which somebody must have acted; what is not named keeps its default",
    )
    severity_from_gbp: dict[Literal["critical", "high", "medium"], Decimal] = Field(
        default={"critical": Decimal(2500), "high": Decimal(250), "medium": Decimal(25)},
        description='pounds from which a code whose severity is "by value" has each; all three are given together',
    )
    second_person_from_gbp: Decimal = Field(
        default=Decimal(1000), description="accepting this or more takes a second person; so does an unknown amount"
    )
    reasons: list[str] = Field(
        default=["corrected", "timing", "duplicate", "agreed with the other side", "written off", "false positive"],
        description="what a person may give as the reason for closing a case",
    )

    @field_validator("service_hours", mode="after")
    @classmethod
    def _all_severities(cls, given: dict[Severity, int]) -> dict[Severity, int]:
        return {"critical": 24, "high": 48, "medium": 120, "low": 240, **given}

    @model_validator(mode="after")
    def _bands_rise(self) -> Self:
        bands = self.severity_from_gbp
        if len(bands) < 3 or not bands["critical"] >= bands["high"] >= bands["medium"] >= 0:
            raise ValueError("severity_from_gbp: critical, high and medium are wanted, none less than the next")
        return self


class Route(Section):
    """Who works some codes, how severe they are and how soon. Of several routes that fit, the last one says."""

    codes: list[str] = Field(min_length=1, description='"FIN-01", or a family: "FIN-*", or "*"')
    from_gbp: Decimal = Field(default=Decimal(0), description="only cases of this many pounds or more, without sign")
    owner: str | None = Field(default=None, min_length=1)
    severity: Severity | None = None
    service_hours: Count | None = None

    def names(self, code: str) -> bool:
        return any(fnmatchcase(code, pattern) for pattern in self.codes)

    def fits(self, code: str, amount_gbp: Decimal | None) -> bool:
        """Whether it speaks of a case of this code and amount; one without an amount has no pounds."""
        return self.names(code) and abs(amount_gbp or Decimal(0)) >= self.from_gbp
