-- Sessions that end are told to whoever listens, by whatever hand they end: a statement of any
-- release, a function, somebody at a prompt. The channel is named for the table's number.
--
-- A message holds handles. Another message says that there is more to it than handles tell. Only
-- endings are told: a transaction that notifies waits at its commit for others that do, so that
-- nothing else may.

CREATE FUNCTION :"tell_ended"() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    channel text := 'session_endings_' || TG_RELID;
    handles text;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        PERFORM pg_notify(channel, NEW.handle::text);
    ELSIF TG_OP = 'TRUNCATE' THEN
        PERFORM pg_notify(channel, 'all');
    -- Expired sessions end by themselves: the sweep says of itself that it deletes no others.
    ELSIF current_setting('session.sweeping', true) IS DISTINCT FROM 'on' THEN
        handles := (SELECT string_agg(handle::text, ' ') FROM gone);
        -- A message has less than 8000 bytes: 200 handles, each with a space behind it.
        FOR part IN 0 .. coalesce((length(handles) - 1) / 7400, -1) LOOP
            PERFORM pg_notify(channel, substr(handles, 7400 * part + 1, 7400));
        END LOOP;
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER session_ending_deleted
AFTER DELETE ON :"table" REFERENCING OLD TABLE AS gone
FOR EACH STATEMENT EXECUTE FUNCTION :"tell_ended"();

CREATE TRIGGER session_ending_truncated
AFTER TRUNCATE ON :"table"
FOR EACH STATEMENT EXECUTE FUNCTION :"tell_ended"();

-- A condition costs every statement that names the column, whether or not it holds. So an update
-- that keeps the principal does not name it.
CREATE TRIGGER session_ending_passed_on
AFTER UPDATE OF principal ON :"table"
FOR EACH ROW WHEN (OLD.principal IS NOT NULL AND OLD.principal IS DISTINCT FROM NEW.principal)
EXECUTE FUNCTION :"tell_ended"();

-- A record begins anew only where that of an ended session takes its place.
CREATE TRIGGER session_ending_remembered
AFTER UPDATE OF created ON :"table"
FOR EACH ROW EXECUTE FUNCTION :"tell_ended"();

-- As in step 2, but no statement runs where there is room: the trigger would run with it.
CREATE OR REPLACE FUNCTION :"make_room"(
    newcomers uuid[],
    moments timestamptz[], handles uuid[], principals text[], limits integer[]
) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    superfluous uuid[] := ARRAY(
        SELECT other.handle
        FROM unnest(moments, handles, principals, limits) AS item (moment, key, principal, most)
        CROSS JOIN LATERAL (
            SELECT s.handle FROM :"table" AS s
            WHERE s.principal = item.principal AND s.handle <> key AND s.expires > moment
            ORDER BY s.authenticated DESC NULLS LAST, s.handle DESC
            OFFSET most - 1
        ) AS other
        WHERE most IS NOT NULL AND key = ANY (newcomers)
    );
BEGIN
    IF cardinality(superfluous) > 0 THEN
        DELETE FROM :"table" WHERE handle = ANY (superfluous);
    END IF;
END $$;
