-- The names in :"…" are put in by `migrate()`; psql reads them too, as variables.

CREATE TABLE :"table" (
    handle        uuid        PRIMARY KEY,
    digest        bytea       NOT NULL CHECK (octet_length(digest) = 32),
    revision      bigint      NOT NULL CHECK (revision > 0),
    principal     text,
    fields        bytea       NOT NULL,
    persistent    boolean     NOT NULL,
    label         text,
    created       timestamptz NOT NULL,
    authenticated timestamptz,
    seen          timestamptz NOT NULL,
    expires       timestamptz NOT NULL,
    absolute      timestamptz NOT NULL,
    -- When the cleaner looks at the row next: never after `expires`. A touch moves `expires` and
    -- leaves this alone, so that it changes no index and stays a heap-only update.
    sweep_at      timestamptz NOT NULL
)
-- Every request may touch its row: room for the next version on the same page keeps that update
-- heap-only, and the page is cleaned of the old one without a vacuum.
WITH (fillfactor = 80);

CREATE INDEX :"by_principal" ON :"table" (principal) WHERE principal IS NOT NULL;

CREATE INDEX :"by_sweep_at" ON :"table" (sweep_at);
