-- Whose sessions were all ended, and when: who began to log in before that comes too late. Remembered
-- for an hour.

CREATE TABLE :"revocations" (
    principal TEXT    NOT NULL PRIMARY KEY,
    revoked   INTEGER NOT NULL,
    -- The handle of the session that was left.
    spared    BLOB    CHECK (length(spared) = 16)
) STRICT, WITHOUT ROWID;

CREATE INDEX :"revoked_at" ON :"revocations" (revoked);
