"""Great Expectations: a contract suite per snapshot, an expectation per catalogue code, the tie-out, Data Docs.

Here: turning what SQL found into pass, fail or NOT TESTED, with figures and evidence that can be kept. Only this folder
imports great_expectations, and only inside the functions that need it: importing it takes four seconds
(`beside.py` says who waits for them).
Not here: finding exceptions (`rules/`), showing checks (`orchestration/`), anything about one system: what a system's
contract says of its values stands beside it, in `systems/<name>/contract.toml`.
"""

from khaos_assets.expectations.beside import Beside
from khaos_assets.expectations.result import CheckKind, CheckResult, read_results
from khaos_assets.expectations.tie_out import TieOutError
from khaos_assets.expectations.validate import validate

__all__ = ["Beside", "CheckKind", "CheckResult", "TieOutError", "read_results", "validate"]
