-- The names in :"…" are put in by `migrate()`. Times are whole microseconds since 1970-01-01 UTC.

CREATE TABLE :"table" (
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

CREATE INDEX :"by_principal" ON :"table" (principal) WHERE principal IS NOT NULL;

CREATE INDEX :"by_sweep_at" ON :"table" (sweep_at);
