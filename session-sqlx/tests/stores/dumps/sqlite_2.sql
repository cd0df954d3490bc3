-- A table of version 2, with two live sessions and one that has expired, as `.dump` of sqlite3 shows it.

PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE sessions_versions (version INTEGER NOT NULL PRIMARY KEY, applied INTEGER NOT NULL) STRICT;
INSERT INTO sessions_versions VALUES(1,1793491200000000);
INSERT INTO sessions_versions VALUES(2,1793491200000000);
CREATE TABLE IF NOT EXISTS "sessions" (
    handle        BLOB    NOT NULL PRIMARY KEY CHECK (length(handle) = 16),
    digest        BLOB    NOT NULL CHECK (length(digest) = 32),
    revision      INTEGER NOT NULL CHECK (revision > 0),
    principal     TEXT,
    persistent    INTEGER NOT NULL CHECK (persistent IN (0, 1)),
    label         TEXT,
    created       INTEGER NOT NULL,
    authenticated INTEGER,
    seen          INTEGER NOT NULL,
    expires       INTEGER NOT NULL,
    absolute      INTEGER NOT NULL,
    -- When the cleaner looks at the row next: never after `expires`. A touch moves `expires` and
    -- leaves this alone, so that it changes no index and writes one page instead of three.
    sweep_at      INTEGER NOT NULL,
    -- Last, because it is the longest: what comes before is read without it.
    fields        BLOB    NOT NULL
) STRICT;
INSERT INTO sessions VALUES(X'019a0000000070008000000000000001',X'ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb',1,NULL,0,'Firefox',1793491200000000,NULL,1793577600000000,4102444800000000,4102531200000000,4102444800000000,X'01');
INSERT INTO sessions VALUES(X'019a0000000070008000000000000002',X'3e23e8160039594a33894f6564e1b1348bbd7a0088d42c4acb73eeaed59c009d',7,'ann',1,NULL,1793491200000000,1793577600000000,1793664000000000,4102444800000000,4102531200000000,1796083200000000,X'0203');
INSERT INTO sessions VALUES(X'019a0000000070008000000000000003',X'2e7d2c03a9507ae265ecf5b5356885a53393a2029d241394997265a1a25aefc6',2,'ann',0,'Chromium',1793491200000000,1793577600000000,1793664000000000,1793750400000000,1793836800000000,1793750400000000,X'');
CREATE TABLE IF NOT EXISTS "sessions_revocations" (
    principal TEXT    NOT NULL PRIMARY KEY,
    revoked   INTEGER NOT NULL,
    -- The handle of the session that was left.
    spared    BLOB    CHECK (length(spared) = 16)
) STRICT, WITHOUT ROWID;
INSERT INTO sessions_revocations VALUES('eve',4070908800000000,NULL);
CREATE INDEX "sessions_by_principal" ON "sessions" (principal) WHERE principal IS NOT NULL;
CREATE INDEX "sessions_by_sweep_at" ON "sessions" (sweep_at);
CREATE INDEX "sessions_revoked_at" ON "sessions_revocations" (revoked);
COMMIT;
