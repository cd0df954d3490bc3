CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE groups (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE members (
    user_id  INTEGER NOT NULL REFERENCES users,
    group_id INTEGER NOT NULL REFERENCES groups,
    PRIMARY KEY (user_id, group_id)
) STRICT;
CREATE TABLE permissions (
    group_id INTEGER NOT NULL REFERENCES groups,
    name     TEXT NOT NULL,
    PRIMARY KEY (group_id, name)
) STRICT;
CREATE TABLE prices (sku TEXT PRIMARY KEY, cents INTEGER NOT NULL CHECK (cents >= 0)) STRICT;

INSERT INTO users VALUES (1, 'Ann'), (2, 'Ben'), (3, 'Cleo'), (4, 'Dan');
INSERT INTO groups VALUES (1, 'administrators'), (2, 'editors'), (3, 'readers');
INSERT INTO members VALUES (1, 1), (1, 2), (2, 2), (3, 3);
INSERT INTO permissions VALUES
    (1, 'groups.read'), (2, 'prices.read'), (2, 'prices.edit'), (3, 'prices.read');
INSERT INTO prices VALUES ('cup', 900), ('pot', 2400), ('tea', 450);
