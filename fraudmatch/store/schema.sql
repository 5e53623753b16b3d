CREATE TABLE alembic_version (
    version_num VARCHAR(32) NOT NULL,
    CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
CREATE TABLE outcome_events (
    sequence INTEGER NOT NULL,
    idempotency_key VARCHAR(100) NOT NULL,
    recorded_at VARCHAR(20) NOT NULL,
    supersedes INTEGER,
    flag_key VARCHAR(32) NOT NULL,
    rule_id VARCHAR(40) NOT NULL,
    rule_version INTEGER,
    partner VARCHAR(31) NOT NULL,
    outcome VARCHAR(20) NOT NULL,
    reason VARCHAR(40),
    decided_by VARCHAR(100),
    decided_on DATE NOT NULL,
    minutes INTEGER,
    value_actual_pence BIGINT,
    value_estimate_pence BIGINT,
    value_notional_pence BIGINT,
    value_prevented_pence BIGINT,
    note TEXT,
    left_ref TEXT,
    right_ref TEXT,
    basis TEXT,
    PRIMARY KEY (sequence),
    CONSTRAINT one_flag_an_event UNIQUE (flag_key, sequence),
    CONSTRAINT supersedes_the_same_flag FOREIGN KEY(flag_key, supersedes) REFERENCES outcome_events (flag_key, sequence),
    UNIQUE (idempotency_key),
    UNIQUE (supersedes)
);
CREATE TABLE ledger (
    seq INTEGER NOT NULL,
    recorded_at VARCHAR(20) NOT NULL,
    actor VARCHAR(100) NOT NULL,
    role VARCHAR(40),
    partner VARCHAR(31),
    action VARCHAR(40) NOT NULL,
    object VARCHAR(300),
    before_digest VARCHAR(64),
    after_digest VARCHAR(64),
    detail TEXT NOT NULL,
    prev VARCHAR(64) NOT NULL,
    hash VARCHAR(64) NOT NULL,
    PRIMARY KEY (seq)
);
CREATE TABLE store_secrets (
    name VARCHAR(40) NOT NULL,
    secret BLOB NOT NULL,
    PRIMARY KEY (name)
);
CREATE TABLE case_events (
    sequence INTEGER NOT NULL,
    idempotency_key VARCHAR(100) NOT NULL,
    recorded_at VARCHAR(20) NOT NULL,
    case_key VARCHAR(16) NOT NULL,
    version INTEGER NOT NULL,
    partner VARCHAR(31) NOT NULL,
    actor VARCHAR(100) NOT NULL,
    kind VARCHAR(20) NOT NULL,
    flags TEXT NOT NULL,
    detail TEXT NOT NULL,
    note TEXT,
    PRIMARY KEY (sequence),
    CONSTRAINT one_version_a_case UNIQUE (case_key, version),
    UNIQUE (idempotency_key)
);
CREATE TABLE accounts (
    username VARCHAR(100) NOT NULL,
    display_name VARCHAR(200) NOT NULL,
    partner VARCHAR(31),
    roles TEXT NOT NULL,
    password_hash VARCHAR(300),
    active INTEGER NOT NULL,
    changed_at VARCHAR(20) NOT NULL,
    PRIMARY KEY (username)
);
CREATE UNIQUE INDEX one_first_event_a_flag ON outcome_events (flag_key) WHERE supersedes IS NULL;
CREATE INDEX ledger_by_action ON ledger (action, object);
CREATE TRIGGER outcome_events_no_UPDATE BEFORE UPDATE ON outcome_events
BEGIN SELECT RAISE(ABORT, 'decisions are never changed or removed'); END;
CREATE TRIGGER outcome_events_no_DELETE BEFORE DELETE ON outcome_events
BEGIN SELECT RAISE(ABORT, 'decisions are never changed or removed'); END;
CREATE TRIGGER outcome_events_next_only BEFORE INSERT ON outcome_events
WHEN NEW.sequence <> (SELECT coalesce(max(sequence), 0) + 1 FROM outcome_events)
  OR EXISTS (SELECT 1 FROM outcome_events WHERE idempotency_key = NEW.idempotency_key)
  OR EXISTS (SELECT 1 FROM outcome_events WHERE supersedes = NEW.supersedes)
  OR (NEW.supersedes IS NULL AND EXISTS (SELECT 1 FROM outcome_events WHERE flag_key = NEW.flag_key))
BEGIN SELECT RAISE(ABORT, 'events are added at the end, each once'); END;
CREATE TRIGGER ledger_no_UPDATE BEFORE UPDATE ON ledger
BEGIN SELECT RAISE(ABORT, 'entries of the ledger are never changed or removed'); END;
CREATE TRIGGER ledger_no_DELETE BEFORE DELETE ON ledger
BEGIN SELECT RAISE(ABORT, 'entries of the ledger are never changed or removed'); END;
CREATE TRIGGER ledger_next_only BEFORE INSERT ON ledger
WHEN NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM ledger)
  OR NEW.prev <> coalesce((SELECT hash FROM ledger ORDER BY seq DESC LIMIT 1), '0000000000000000000000000000000000000000000000000000000000000000')
BEGIN SELECT RAISE(ABORT, 'entries are added at the end, each chained to the one before'); END;
CREATE TRIGGER case_events_no_UPDATE BEFORE UPDATE ON case_events
BEGIN SELECT RAISE(ABORT, 'what was done about a case is never changed or removed'); END;
CREATE TRIGGER case_events_no_DELETE BEFORE DELETE ON case_events
BEGIN SELECT RAISE(ABORT, 'what was done about a case is never changed or removed'); END;
CREATE TRIGGER case_events_next_only BEFORE INSERT ON case_events
WHEN NEW.sequence <> (SELECT coalesce(max(sequence), 0) + 1 FROM case_events)
  OR EXISTS (SELECT 1 FROM case_events WHERE idempotency_key = NEW.idempotency_key)
  OR NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM case_events WHERE case_key = NEW.case_key)
BEGIN SELECT RAISE(ABORT, 'acts are added at the end, each once'); END;
INSERT INTO alembic_version VALUES ('0003');
