-- Tables that keep every night. Re-running a night replaces its rows.

CREATE TABLE IF NOT EXISTS exception (
    night DATE NOT NULL, code VARCHAR NOT NULL, case_key VARCHAR NOT NULL, state VARCHAR NOT NULL, severity VARCHAR NOT NULL,
    owner VARCHAR NOT NULL, systems VARCHAR NOT NULL, entity VARCHAR NOT NULL, record_key VARCHAR NOT NULL,
    scope VARCHAR NOT NULL, counterpart_key VARCHAR, field VARCHAR NOT NULL, expected_value VARCHAR, actual_value VARCHAR,
    reason VARCHAR, units DECIMAL(28, 5), amount DECIMAL(18, 2), currency VARCHAR, amount_gbp DECIMAL(18, 2),
    observed_at TIMESTAMPTZ, as_of TIMESTAMPTZ NOT NULL, expected_snapshot VARCHAR, actual_snapshot VARCHAR,
    suppressed_by VARCHAR, correction VARCHAR, evidence VARCHAR NOT NULL, first_seen TIMESTAMPTZ NOT NULL
);

CREATE TABLE IF NOT EXISTS control_code (
    night DATE NOT NULL, code VARCHAR NOT NULL, systems VARCHAR NOT NULL, tested BOOLEAN NOT NULL, not_tested_reason VARCHAR,
    compared BIGINT NOT NULL, matched BIGINT NOT NULL, expected BIGINT NOT NULL, open BIGINT NOT NULL,
    suppressed BIGINT NOT NULL, open_gbp DECIMAL(18, 2) NOT NULL,
    closes BOOLEAN NOT NULL -- what the code does not show tonight is gone: it saw all it needs
);

CREATE TABLE IF NOT EXISTS control_read (
    night DATE NOT NULL, system VARCHAR NOT NULL, entity VARCHAR NOT NULL, extracted BIGINT NOT NULL, loaded BIGINT NOT NULL,
    quarantined BIGINT NOT NULL, verdict VARCHAR NOT NULL, proof VARCHAR NOT NULL, snapshot VARCHAR NOT NULL,
    reasons VARCHAR NOT NULL, newest_change TIMESTAMPTZ, control_units DECIMAL(38, 5), control_value DECIMAL(38, 4)
);

CREATE TABLE IF NOT EXISTS flow_latency (
    night DATE NOT NULL, flow VARCHAR NOT NULL, systems VARCHAR NOT NULL, things BIGINT NOT NULL, median_minutes BIGINT NOT NULL,
    p95_minutes BIGINT NOT NULL, target_minutes BIGINT NOT NULL, late BIGINT NOT NULL, waiting BIGINT NOT NULL
);

-- Records of this night that broke the wire contract (not kept: made anew each night)
CREATE OR REPLACE TABLE quarantine (
    system VARCHAR NOT NULL, entity VARCHAR NOT NULL, key VARCHAR NOT NULL, key_readable BOOLEAN NOT NULL, page BIGINT NOT NULL,
    row BIGINT NOT NULL, field VARCHAR NOT NULL, reason VARCHAR NOT NULL, raw VARCHAR NOT NULL
);
