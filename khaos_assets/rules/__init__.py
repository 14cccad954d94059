"""The exception catalogue: one `.sql` and one `.toml` per code, the comparisons they read, suppression, evaluation.

A new rule is one `<CODE>.sql` (two statements: population, exceptions), one `<CODE>.toml`, one page in docs/runbook/
and one planted case. Not here: reading systems, checks, reports.
"""

from khaos_assets.rules.evaluation import RulesResult, evaluate

__all__ = ["RulesResult", "evaluate"]
