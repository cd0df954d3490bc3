//! The table: its name and the names of what belongs to it, put into each SQL text once.

use super::quote::{body_tag, identifier, literal};

/// In bytes. PostgreSQL cuts a longer name off without an error.
const MAX_NAME: usize = 63;

/// Its indexes: `:"by_principal"` is `sessions_by_principal`, which is created in the table's own
/// schema; `:"existing_by_principal"` names it with the schema, to be dropped.
const INDEXES: [&str; 3] = ["by_principal", "by_sweep_at", "revoked_at"];

/// The tables beside it in its schema: `:"versions"` is `sessions_versions`.
const TABLES: [&str; 2] = ["versions", "revocations"];

/// The functions, likewise.
const FUNCTIONS: [&str; 12] = [
    "admit",
    "admit_all",
    "superfluous",
    "end_oldest",
    "take_turns",
    "refused",
    "make_room",
    "log_in_fresh",
    "log_in",
    "log_in_known",
    "revoke",
    "tell_ended",
];

/// The table that holds the sessions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Table {
    schema: Option<String>,
    name: String,
}

impl Table {
    pub(crate) fn new(schema: Option<String>, name: String) -> Result<Self, InvalidName> {
        if let Some(schema) = &schema {
            check("schema", schema, MAX_NAME)?;
        }
        check("table", &name, MAX_NAME - "_by_principal".len())?;
        Ok(Self { schema, name })
    }

    /// This SQL text with the names in place of `:"table"` and the like, the table's as a literal in
    /// place of `:'table'`, and the clock in place of `:now`, which every statement takes as its first
    /// parameter. What stands between `$$` may hold any name.
    pub(crate) fn render(&self, sql: &str) -> String {
        let mut rendered = String::with_capacity(2 * sql.len());
        let mut rest = sql;
        // In one go: a name may look like a placeholder.
        while let Some(at) = rest.find([':', '$']) {
            rendered.push_str(&rest[..at]);
            rest = &rest[at..];
            let (placeholder, value) = self.placeholder(rest).unwrap_or((1, rest[..1].to_owned()));
            rendered.push_str(&value);
            rest = &rest[placeholder..];
        }
        rendered + rest
    }

    /// The length of the placeholder that this text begins with, and what it stands for.
    fn placeholder(&self, text: &str) -> Option<(usize, String)> {
        if text.starts_with("$$") {
            return Some((2, body_tag(&self.qualified(""))));
        }
        if text.starts_with(":now") {
            return Some((4, "coalesce($1::timestamptz, current_timestamp)".to_owned()));
        }
        if text.starts_with(":'table'") {
            return Some((8, literal(&self.qualified(""))));
        }
        let name = text.strip_prefix(":\"")?.split('"').next()?;
        let value = if let Some(index) = name.strip_prefix("existing_") {
            self.qualified(&format!("_{index}"))
        } else if name == "schema" {
            identifier(self.schema()?)
        } else if name == "table" {
            self.qualified("")
        } else if TABLES.contains(&name) || FUNCTIONS.contains(&name) {
            self.qualified(&format!("_{name}"))
        } else if INDEXES.contains(&name) {
            identifier(&format!("{}_{name}", self.name))
        } else {
            return None;
        };
        Some((name.len() + 3, value))
    }

    /// The name without the schema, in quotes.
    pub(super) fn unqualified(&self) -> String {
        identifier(&self.name)
    }

    /// The schema, if one was named.
    pub(crate) fn schema(&self) -> Option<&str> {
        self.schema.as_deref()
    }

    /// The table of the migrations that were applied: its name alone, without quotes.
    pub(crate) fn versions(&self) -> String {
        format!("{}_versions", self.name)
    }

    /// The functions: their names alone, without quotes.
    pub(super) fn functions(&self) -> Vec<String> {
        FUNCTIONS.iter().map(|function| format!("{}_{function}", self.name)).collect()
    }

    fn qualified(&self, suffix: &str) -> String {
        let name = identifier(&format!("{}{suffix}", self.name));
        match &self.schema {
            Some(schema) => format!("{}.{name}", identifier(schema)),
            None => name,
        }
    }
}

impl Default for Table {
    fn default() -> Self {
        Self { schema: None, name: "sessions".to_owned() }
    }
}

impl std::fmt::Display for Table {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.qualified(""))
    }
}

/// A name that PostgreSQL cannot keep as it is.
#[derive(Debug)]
pub(crate) struct InvalidName {
    /// `table` or `schema`.
    pub(crate) kind: &'static str,
    pub(crate) name: String,
    pub(crate) longest: usize,
}

fn check(kind: &'static str, name: &str, longest: usize) -> Result<(), InvalidName> {
    if (1..=longest).contains(&name.len()) && !name.contains('\0') {
        return Ok(());
    }
    Err(InvalidName { kind, name: name.to_owned(), longest })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(schema: Option<&str>, name: &str) -> Result<Table, InvalidName> {
        Table::new(schema.map(str::to_owned), name.to_owned())
    }

    #[test]
    fn names_are_quoted_and_put_in_everywhere() {
        let table = table(Some("App"), "logins").unwrap();
        for (sql, rendered) in [
            (
                r#"CREATE INDEX :"by_sweep_at" ON :"table" (:now); :"versions""#,
                r#"CREATE INDEX "logins_by_sweep_at" ON "App"."logins" (coalesce($1::timestamptz, current_timestamp)); "App"."logins_versions""#,
            ),
            (r#":"revoke"($2)"#, r#""App"."logins_revoke"($2)"#),
            (r#"DROP INDEX :"existing_by_sweep_at""#, r#"DROP INDEX "App"."logins_by_sweep_at""#),
            (r":'table'::regclass", r#"'"App"."logins"'::regclass"#),
            (r#"$$ -- The names in :"…" $$"#, r#"$$ -- The names in :"…" $$"#),
        ] {
            assert_eq!(table.render(sql), rendered);
        }
    }

    #[test]
    fn any_name_is_quoted() {
        let table = table(Some("my\"app$$"), ":now it's $body$ :'table'").unwrap();
        assert_eq!(
            table.render(r#"$$:"table"$$"#),
            r#"$body_$"my""app$$".":now it's $body$ :'table'"$body_$"#,
        );
        assert_eq!(
            table.render(":'table'"),
            r#"$name$"my""app$$".":now it's $body$ :'table'"$name$"#,
        );
    }

    #[test]
    fn a_name_that_cannot_be_kept_is_refused() {
        for name in ["", "a\0"] {
            assert!(table(None, name).is_err(), "{name:?}");
            assert!(table(Some(name), "sessions").is_err(), "{name:?}");
        }
        for name in ["s", "_s", "1st", "select", "my-app", "a b", "a\"b", "a.b", "a;b", "naïve"] {
            assert!(table(Some(name), name).is_ok(), "{name:?}");
        }
    }

    #[test]
    fn a_name_is_short_enough_for_its_index_names_too() {
        assert!(table(None, &"a".repeat(50)).is_ok());
        assert!(table(None, &"a".repeat(51)).is_err());
        assert!(table(None, &"ä".repeat(25)).is_ok());
        assert!(table(None, &"ä".repeat(26)).is_err(), "bytes are counted");
        assert!(table(Some(&"a".repeat(63)), "a").is_ok());
        assert!(table(Some(&"a".repeat(64)), "a").is_err());
    }

    #[test]
    fn no_name_is_cut_off() {
        let table = table(None, &"a".repeat(50)).unwrap();
        let longest = TABLES.iter().chain(&INDEXES).chain(&FUNCTIONS).map(|name| name.len() + 1);
        assert!(longest.max().unwrap() + table.name.len() <= MAX_NAME);
    }
}
