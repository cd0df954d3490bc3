//! Rooms: the folders of a crate, and which may use which.

use std::path::Path;

use crate::arrows::Arrows;

/// The rooms of one folder.
#[derive(Debug)]
pub struct Rooms {
    /// The folder, from the repository's root.
    pub folder: &'static str,
    /// A row for each room in it.
    pub rows: &'static [Room],
}

/// One room: a folder, or a file of the same name. `"."` is every file of the folder that has no row.
#[derive(Debug)]
pub struct Room {
    /// The folder's or file's name.
    pub name: &'static str,
    /// The rooms that it may use besides itself.
    pub uses: &'static [&'static str],
}

const fn room(name: &'static str, uses: &'static [&'static str]) -> Room {
    Room { name, uses }
}

/// The table: a new room gets a row here.
pub const ROOMS: &[Rooms] = &[
    Rooms {
        folder: "session-core/src",
        rows: &[
            room("axum", &["engine", "store", "state", "cookie", "crypto"]),
            room("engine", &["store", "state", "cookie", "crypto"]),
            room("store", &["crypto"]),
            room("state", &[]),
            room("cookie", &[]),
            room("crypto", &[]),
        ],
    },
    Rooms {
        folder: "session-macros/src",
        rows: &[
            room(".", &["require_session", "session"]),
            room("require_session", &["errors", "options", "spans", "suggestion"]),
            room("session", &["errors", "options", "spans", "suggestion"]),
            room("options", &["errors", "spans", "suggestion"]),
            room("errors", &[]),
            room("spans", &[]),
            room("suggestion", &[]),
        ],
    },
    Rooms {
        folder: "session-macros/src/require_session",
        rows: &[
            room("expand", &["parse", "model", "print"]),
            room("print", &["model", "parse"]),
            room("model", &["parse"]),
            room("parse", &[]),
        ],
    },
    Rooms {
        folder: "session-macros/src/session",
        rows: &[
            room("expand", &["parse", "model", "print"]),
            room("print", &["model", "parse"]),
            room("model", &["parse"]),
            room("parse", &[]),
        ],
    },
    Rooms {
        folder: "session-sqlx/src",
        rows: &[room("postgres", &["version"]), room("sqlite", &["version"]), room("version", &[])],
    },
    Rooms {
        folder: "session-sqlx/src/postgres",
        rows: &[
            room(".", &["batch", "connection", "sql"]),
            room("batch", &["connection", "sql"]),
            room("connection", &["sql"]),
            room("sql", &[]),
        ],
    },
    Rooms {
        folder: "session-sqlx/src/sqlite",
        rows: &[
            room(".", &["batch", "connection", "sql"]),
            room("batch", &["connection", "sql"]),
            room("connection", &["sql"]),
            room("sql", &[]),
        ],
    },
];

/// The arrows of a target against the direction of its rooms, and the folders that are no room yet.
pub fn violations(rooms: &Rooms, arrows: &Arrows, root: &Path) -> Vec<String> {
    let folder = root.join(rooms.folder);
    let inside = |file: &Path| file.strip_prefix(&folder).ok().and_then(|file| rooms.room_of(file));
    let mut found = Vec::new();
    for file in &arrows.files {
        if let Some(Err(name)) = inside(file) {
            found.push(format!(
                "{}/{name} stands in no row: add `room(\"{name}\", &[…])` to tests/layout/src/rooms.rs with the rooms that it may use",
                rooms.folder
            ));
        }
    }
    for (from, to, names) in arrows.all() {
        let (Some(Ok(importer)), Some(Ok(target))) = (inside(from), inside(to)) else { continue };
        if importer.name != target.name && !importer.uses.contains(&target.name) {
            let [from, to] =
                [from, to].map(|file| file.strip_prefix(root).unwrap_or(file).display());
            found.push(format!(
                "`{}` may not use `{}`: {from} uses {} of {to}",
                importer.name,
                target.name,
                names.join(", ")
            ));
        }
    }
    found.dedup();
    found
}

/// Rows whose folder or file is gone.
pub fn empty_rows(rooms: &Rooms, root: &Path) -> Vec<String> {
    let folder = root.join(rooms.folder);
    let gone = |room: &&Room| {
        !folder.join(room.name).is_dir() && !folder.join(room.name).with_extension("rs").is_file()
    };
    let rows = rooms.rows.iter().filter(gone);
    rows.map(|room| {
        format!(
            "{} has no `{}`: take its row out of tests/layout/src/rooms.rs",
            rooms.folder, room.name
        )
    })
    .collect()
}

impl Rooms {
    /// The room of a file; `None` for the table of contents, the name of what has no row as the error.
    fn room_of(&self, file: &Path) -> Option<Result<&Room, String>> {
        let first = file.iter().next()?;
        let is_folder = file.iter().nth(1).is_some();
        let name = Path::new(first).with_extension("").display().to_string();
        let row = |name: &str| self.rows.iter().find(|room| room.name == name);
        if let Some(room) = row(&name) {
            return Some(Ok(room));
        }
        match row(".") {
            Some(room) if !is_folder => Some(Ok(room)),
            _ if !is_folder && ["lib", "mod", "main"].contains(&name.as_str()) => None,
            _ => Some(Err(name)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::Fixture;

    const TWO: Rooms =
        Rooms { folder: "src", rows: &[room("upper", &["lower"]), room("lower", &[])] };

    fn check(rooms: &Rooms, tree: &[(&str, &str)]) -> Vec<String> {
        let tree = Fixture::new(tree);
        violations(rooms, &Arrows::read(&tree.path().join("src/lib.rs")), tree.path())
    }

    #[test]
    fn an_arrow_against_the_direction_is_found() {
        let found = check(
            &TWO,
            &[
                ("src/lib.rs", "mod upper; mod lower;"),
                ("src/upper/mod.rs", "mod a; pub use a::A;"),
                ("src/upper/a.rs", "pub struct A;"),
                ("src/lower/mod.rs", "mod b;"),
                ("src/lower/b.rs", "use crate::upper::A; struct B;"),
            ],
        );
        assert_eq!(found, ["`lower` may not use `upper`: src/lower/b.rs uses A of src/upper/a.rs"]);
    }

    #[test]
    fn an_arrow_in_the_direction_is_allowed() {
        let found = check(
            &TWO,
            &[
                ("src/lib.rs", "mod upper; mod lower;"),
                ("src/upper.rs", "use crate::lower::B;"),
                ("src/lower.rs", "pub struct B;"),
            ],
        );
        assert!(found.is_empty(), "{found:?}");
    }

    #[test]
    fn a_room_without_a_row_is_found_with_the_cure() {
        let tree = [
            ("src/lib.rs", "mod attic;"),
            ("src/attic/mod.rs", "mod a;"),
            ("src/attic/a.rs", "struct A;"),
        ];
        let found = check(&TWO, &tree);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(
            found[0].starts_with("src/attic stands in no row: add `room(\"attic\", &[…])`"),
            "{found:?}"
        );
    }

    #[test]
    fn a_row_without_a_room_is_found() {
        let tree = Fixture::new(&[("src/lib.rs", "mod upper;"), ("src/upper.rs", "")]);
        assert_eq!(
            empty_rows(&TWO, tree.path()),
            ["src has no `lower`: take its row out of tests/layout/src/rooms.rs"]
        );
    }

    #[test]
    fn files_without_a_row_share_one_where_the_table_has_it() {
        const FRONT: Rooms =
            Rooms { folder: "src", rows: &[room(".", &["lower"]), room("lower", &[])] };
        let tree = |lower| {
            [
                ("src/lib.rs", "mod a; mod b; mod lower;"),
                ("src/a.rs", "use crate::b::B;"),
                ("src/b.rs", "use crate::lower::C; pub struct B;"),
                ("src/lower/mod.rs", "pub mod c; pub use c::C;"),
                ("src/lower/c.rs", lower),
            ]
        };
        assert!(check(&FRONT, &tree("pub struct C;")).is_empty());
        assert_eq!(check(&FRONT, &tree("use crate::b::B; pub struct C;")).len(), 1);
    }
}
