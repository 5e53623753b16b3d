BEGIN TRANSACTION;
PRAGMA user_version = 1;
PRAGMA application_id = 1718447989;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0001');
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
INSERT INTO "outcome_events" VALUES(1,'a','2026-03-31T14:05:09Z',NULL,'00000000000000000000000000000001','FM-CT-001',NULL,'northshire','cleared',NULL,'Ada Example','2026-03-01',NULL,NULL,NULL,NULL,NULL,'Seen',NULL,NULL,NULL);
INSERT INTO "outcome_events" VALUES(2,'b','2026-03-31T14:05:09Z',NULL,'00000000000000000000000000000002','FM-CT-001',NULL,'northshire','confirmed',NULL,'Ada Example','2026-03-01',NULL,12500,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "outcome_events" VALUES(3,'c','2026-03-31T14:05:09Z',1,'00000000000000000000000000000001','FM-CT-001',NULL,'northshire','error',NULL,'Ada Example','2026-03-01',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
CREATE UNIQUE INDEX one_first_event_a_flag ON outcome_events (flag_key) WHERE supersedes IS NULL;
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
COMMIT;
