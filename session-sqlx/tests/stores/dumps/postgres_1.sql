-- A table of version 1, with two live sessions and one that has expired, as pg_dump shows it.

SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;



CREATE TABLE public.sessions (
    handle uuid NOT NULL,
    digest bytea NOT NULL,
    revision bigint NOT NULL,
    principal text,
    fields bytea NOT NULL,
    persistent boolean NOT NULL,
    label text,
    created timestamp with time zone NOT NULL,
    authenticated timestamp with time zone,
    seen timestamp with time zone NOT NULL,
    expires timestamp with time zone NOT NULL,
    absolute timestamp with time zone NOT NULL,
    sweep_at timestamp with time zone NOT NULL,
    CONSTRAINT sessions_digest_check CHECK ((octet_length(digest) = 32)),
    CONSTRAINT sessions_revision_check CHECK ((revision > 0))
)
WITH (fillfactor='80');

CREATE TABLE public.sessions_versions (
    version integer NOT NULL,
    applied timestamp with time zone DEFAULT now() NOT NULL
);

INSERT INTO public.sessions VALUES ('019a0000-0000-7000-8000-000000000001', '\xca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb', 1, NULL, '\x01', false, 'Firefox', '2026-11-01 00:00:00+00', NULL, '2026-11-02 00:00:00+00', '2100-01-01 00:00:00+00', '2100-01-02 00:00:00+00', '2100-01-01 00:00:00+00');
INSERT INTO public.sessions VALUES ('019a0000-0000-7000-8000-000000000002', '\x3e23e8160039594a33894f6564e1b1348bbd7a0088d42c4acb73eeaed59c009d', 7, 'ann', '\x0203', true, NULL, '2026-11-01 00:00:00+00', '2026-11-02 00:00:00+00', '2026-11-03 00:00:00+00', '2100-01-01 00:00:00+00', '2100-01-02 00:00:00+00', '2026-12-01 00:00:00+00');
INSERT INTO public.sessions VALUES ('019a0000-0000-7000-8000-000000000003', '\x2e7d2c03a9507ae265ecf5b5356885a53393a2029d241394997265a1a25aefc6', 2, 'ann', '\x', false, 'Chromium', '2026-11-01 00:00:00+00', '2026-11-02 00:00:00+00', '2026-11-03 00:00:00+00', '2026-11-04 00:00:00+00', '2026-11-05 00:00:00+00', '2026-11-04 00:00:00+00');

INSERT INTO public.sessions_versions VALUES (1, '2026-11-01 00:00:00+00');

ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_pkey PRIMARY KEY (handle);

ALTER TABLE ONLY public.sessions_versions
    ADD CONSTRAINT sessions_versions_pkey PRIMARY KEY (version);

CREATE INDEX sessions_by_principal ON public.sessions USING btree (principal) WHERE (principal IS NOT NULL);

CREATE INDEX sessions_by_sweep_at ON public.sessions USING btree (sweep_at);
