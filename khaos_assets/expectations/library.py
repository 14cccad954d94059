"""Great Expectations, loaded: importing this module takes four seconds, so only functions that need it do.

Whoever can, imports it where there is time (`beside.py` names it to a process that forks others from itself).
"""

import os

os.environ["GX_ANALYTICS_ENABLED"] = "false"  # asked for while it is imported

import great_expectations as gx
import great_expectations.expectations as gxe
from great_expectations.core.run_identifier import RunIdentifier
from great_expectations.data_context.types.base import (
    DataContextConfig,
    InMemoryStoreBackendDefaults,
    ProgressBarsConfig,
)
from great_expectations.render.renderer.page_renderer import (
    ExpectationSuitePageRenderer,
    ValidationResultsPageRenderer,
)
from great_expectations.render.view.view import DefaultJinjaPageView
from great_expectations.validator.v1_validator import Validator

__all__ = [
    "DataContextConfig",
    "DefaultJinjaPageView",
    "ExpectationSuitePageRenderer",
    "InMemoryStoreBackendDefaults",
    "ProgressBarsConfig",
    "RunIdentifier",
    "ValidationResultsPageRenderer",
    "Validator",
    "gx",
    "gxe",
]
