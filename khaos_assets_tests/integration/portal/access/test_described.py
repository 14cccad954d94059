"""Whatever its own description allows, and what it does not, is asked of the served portal: schemathesis finds nothing.

All its checks are on: no error of the server, no status, content type or form of answer but those described, nothing
accepted that the description forbids, and nothing refused that it allows.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.generation import GenerationMode

from khaos_assets.portal.access import csrf, sessions
from khaos_assets.portal.app import create_app
from khaos_assets_tests.integration.portal.access.conftest import Served

EXAMPLES = 4
"""Of each address, right ones and as many wrong ones."""
NO_PLACE = "400"
"""The answer to a place in a list that no page of it gave: a text like any other, as far as a description can say."""
TOO_LARGE = ["413", "414"]
"""Answers to what is wrong by its size, beside those that schemathesis expects."""


@pytest.fixture(scope="module")
def schema(served: Served) -> Any:
    described = create_app(served.installation.settings, served.installation.store).openapi()
    found = schemathesis.openapi.from_dict(described)
    found.config.update(base_url=served.url)
    found.config.generation.allow_x00 = False  # no address has one: they are tried in test_not_allowed
    accepted, rejected = found.config.checks.positive_data_acceptance, found.config.checks.negative_data_rejection
    accepted.expected_statuses = [*accepted.expected_statuses, NO_PLACE]
    rejected.expected_statuses = [*rejected.expected_statuses, *TOO_LARGE]
    return found


def browser_of(served: Served, name: str) -> dict[str, str]:
    with served.installation.access() as access, access.writing() as connection:
        secret = sessions.begin(connection, name, via="password", address="", browser="", at=access.clock())
    return {"Cookie": f"reconciliation={secret}", csrf.HEADER: csrf.token_for(secret)}


def ask(operation: Any, mode: GenerationMode, headers: dict[str, str]) -> int:
    """Ask one address, right or wrong; how often. With an address that takes nothing, nothing can be wrong."""
    asked: list[Any] = []

    @seed(20261120)
    @settings(
        max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )  # fmt: skip
    @given(case=operation.as_strategy(generation_mode=mode))
    def each(case: Any) -> None:
        asked.append(case)
        case.call_and_validate(headers=headers)

    with suppress(Unsatisfiable):
        each()
    return len(asked)


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=lambda m: m.value)
def test_every_address_answers_as_it_is_described(served: Served, schema: Any, mode: GenerationMode) -> None:
    asked = 0
    for found in schema.get_all_operations():
        operation = found.ok()
        who = "root" if operation.path.startswith(("/people", "/audit")) else "finance"
        asked += ask(operation, mode, browser_of(served, who))
    assert asked > 100
