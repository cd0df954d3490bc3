-- Log-ins without a function around them: what is left to a function is to take turns, as those of step 2 do,
-- and to see afterwards which of them a revocation refuses. The functions of the steps before stay for releases
-- that go by them; all take the same turns, so that each waits for the others where it has to.
--
-- An expression costs the server a tenth of a statement. An array in a query of its own has as many
-- elements for the planner whenever it looks: a plan serves lone and many, and is not made anew.

-- Every statement that wrote to the table prepared these two anew, for a fifth of its cost. What is
-- stored is as they say: no program can have a digest or a revision that is otherwise.
DO $$
DECLARE
    found record;
BEGIN
    FOR found IN
        SELECT conname FROM pg_constraint
        WHERE conrelid = :'table'::regclass AND contype = 'c' AND pg_get_constraintdef(oid) IN (
            'CHECK ((octet_length(digest) = 32))', 'CHECK ((revision > 0))'
        )
    LOOP
        EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', :'table'::regclass, found.conname);
    END LOOP;
END $$;

-- Those of a principal's live records that are too many beside this newcomer: the ones that
-- authenticated the longest ago.
CREATE FUNCTION :"superfluous"(
    moment timestamptz, newcomer uuid, whose text, most integer
) RETURNS uuid[]
LANGUAGE plpgsql STRICT AS $$
#variable_conflict use_variable
BEGIN
    RETURN ARRAY(
        SELECT s.handle FROM :"table" AS s
        WHERE s.principal = whose AND s.handle <> newcomer AND s.expires > moment
        ORDER BY s.authenticated DESC NULLS LAST, s.handle DESC
        OFFSET most - 1
    );
END $$;

-- Ends them, and answers how many they were; without a limit there are none.
CREATE FUNCTION :"end_oldest"(
    moment timestamptz, newcomer uuid, whose text, most integer
) RETURNS integer
LANGUAGE plpgsql STRICT AS $$
#variable_conflict use_variable
DECLARE
    handles uuid[] := :"superfluous"(moment, newcomer, whose, most);
BEGIN
    -- No statement where there is room: the trigger would run with it.
    IF cardinality(handles) > 0 THEN
        DELETE FROM :"table" AS s WHERE s.handle = ANY (handles);
    END IF;
    RETURN cardinality(handles);
END $$;

-- Takes the turn of a log-in, which lasts until the transaction ends, and answers when it is; null if the log-in
-- began before all sessions of its principal were ended. Whoever has no limit shares the
-- principal's turn; whoever has one has it alone, and so has a revocation.
CREATE FUNCTION :"admit"(
    moment timestamptz, key uuid, whose text, began timestamptz, most integer
) RETURNS timestamptz
LANGUAGE plpgsql AS $$
#variable_conflict use_variable
DECLARE
    number bigint := hashtextextended(whose, :'table'::regclass::oid::bigint);
    turn text;
    handles uuid[];
BEGIN
    IF most IS NULL THEN
        turn := pg_advisory_xact_lock_shared(number)::text;
    ELSE
        turn := pg_advisory_xact_lock(number)::text;
        handles := key || :"superfluous"(coalesce(moment, clock_timestamp()), key, whose, most);
        -- Rows are locked in one order, whoever locks several.
        PERFORM FROM :"table" AS s WHERE s.handle = ANY (handles) ORDER BY s.handle FOR UPDATE;
    END IF;
    IF EXISTS (
        SELECT FROM :"revocations" AS r
        WHERE r.principal = whose AND (r.spared = key OR began >= r.revoked) IS NOT TRUE
    ) THEN
        RETURN NULL;
    END IF;
    -- The clock after the wait: now() was before it.
    RETURN coalesce(moment, clock_timestamp());
END $$;

-- The same for many, who are admitted or not each by itself. All turns are taken in one order and then
-- all rows in one order: nobody waits for somebody who waits for him.
CREATE FUNCTION :"admit_all"(
    moments timestamptz[], handles uuid[], principals text[], beginnings timestamptz[],
    limits integer[]
) RETURNS timestamptz[]
LANGUAGE plpgsql AS $$
#variable_conflict use_variable
DECLARE
    are_limited boolean := array_remove(limits, NULL) <> '{}';
    shown timestamptz;
BEGIN
    -- The order is that of the inner query: what it sorts, it hands over one by one.
    IF are_limited THEN
        PERFORM
            CASE
                WHEN alone THEN pg_advisory_xact_lock(number)
                ELSE pg_advisory_xact_lock_shared(number)
            END
        FROM (
            SELECT
                hashtextextended(whose, :'table'::regclass::oid::bigint) AS number,
                bool_or(most IS NOT NULL) AS alone
            FROM unnest((SELECT principals), limits) AS item (whose, most)
            GROUP BY number ORDER BY number
        ) AS turn;
    ELSE
        PERFORM pg_advisory_xact_lock_shared(number)
        FROM (
            SELECT DISTINCT
                hashtextextended(whose, :'table'::regclass::oid::bigint) AS number
            FROM unnest((SELECT principals)) AS item (whose)
            ORDER BY number
        ) AS turn;
    END IF;
    shown := clock_timestamp();
    IF array_remove(moments, NULL) = '{}' THEN
        moments := array_fill(shown, ARRAY[cardinality(handles)]);
    ELSE
        moments := ARRAY(SELECT coalesce(named, shown) FROM unnest(moments) AS given (named));
    END IF;
    IF are_limited THEN
        PERFORM FROM :"table" AS s
        WHERE s.handle = ANY (handles || ARRAY(
            SELECT unnest(:"superfluous"(item.moment, item.key, item.whose, item.most))
            FROM unnest(moments, (SELECT handles), principals, limits)
                AS item (moment, key, whose, most)
            WHERE item.most IS NOT NULL
        ))
        ORDER BY s.handle FOR UPDATE;
    END IF;
    -- Mostly there is nothing to go by, which is known for less than the join below.
    IF NOT EXISTS (
        SELECT FROM :"revocations" AS r WHERE r.principal = ANY ((SELECT principals)::text[])
    ) THEN
        RETURN moments;
    END IF;
    RETURN ARRAY(
        SELECT CASE
            WHEN r.principal IS NULL OR r.spared = item.key OR item.began >= r.revoked
            THEN item.moment
        END
        FROM unnest(moments, (SELECT handles), principals, beginnings)
            WITH ORDINALITY AS item (moment, key, whose, began, place)
        LEFT JOIN :"revocations" AS r ON r.principal = item.whose
        ORDER BY item.place
    );
END $$;
