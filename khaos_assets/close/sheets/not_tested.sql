-- Not tested: what the night that closes the period could not look at, and why. It is not a pass.

-- name: rows
SELECT code, systems, not_tested_reason AS why FROM results.control_code
WHERE night = getvariable('night') AND NOT tested
ORDER BY code, systems
