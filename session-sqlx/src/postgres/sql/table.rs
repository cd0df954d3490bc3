//! The table: its name and the names of what belongs to it, put into each SQL text once.

/// PostgreSQL cuts a longer name off without an error.
const MAX_NAME: usize = 63;

/// Its indexes: `:"by_principal"` is `sessions_by_principal`, which is created in the table's own
/// schema; `:"existing_by_principal"` names it with the schema, to be dropped.
const INDEXES: [&str; 3] = ["by_principal", "by_sweep_at", "revoked_at"];

/// The tables and functions beside it in its schema: `:"revoke"` is `sessions_revoke`.
const IN_SCHEMA: [&str; 10] = [
    "versions",
    "revocations",
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

    /// This SQL text with the names in place of `:"table"` and the like, and the clock in place
    /// of `:now`, which every statement takes as its first parameter.
    pub(crate) fn render(&self, sql: &str) -> String {
        let mut sql = sql.replace(":\"table\"", &self.qualified(""));
        for name in IN_SCHEMA {
            sql = sql.replace(&format!(":\"{name}\""), &self.qualified(&format!("_{name}")));
        }
        for index in INDEXES {
            sql = sql
                .replace(&format!(":\"{index}\""), &format!("\"{}_{index}\"", self.name))
                .replace(&format!(":\"existing_{index}\""), &self.qualified(&format!("_{index}")));
        }
        sql.replace(":now", "coalesce($1::timestamptz, now())")
    }

    /// The quoted schema, if one was named.
    pub(crate) fn schema(&self) -> Option<String> {
        self.schema.as_ref().map(|schema| format!("\"{schema}\""))
    }

    /// The quoted table of the migrations that were applied.
    pub(crate) fn versions(&self) -> String {
        self.qualified("_versions")
    }

    fn qualified(&self, suffix: &str) -> String {
        match self.schema() {
            Some(schema) => format!("{schema}.\"{}{suffix}\"", self.name),
            None => format!("\"{}{suffix}\"", self.name),
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

/// A name that would need escaping, or is too long.
#[derive(Debug)]
pub(crate) struct InvalidName {
    /// `table` or `schema`.
    pub(crate) kind: &'static str,
    pub(crate) name: String,
    pub(crate) longest: usize,
}

/// Quotes could carry any name; keeping to plain ones means that there is nothing to escape, here
/// or in whatever an operator writes by hand.
fn check(kind: &'static str, name: &str, longest: usize) -> Result<(), InvalidName> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let begins_well = name.bytes().next().is_some_and(|byte| !byte.is_ascii_digit());
    if begins_well && name.len() <= longest && name.bytes().all(plain) {
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
        assert_eq!(
            table.render(r#"CREATE INDEX :"by_sweep_at" ON :"table" (:now); :"versions""#),
            r#"CREATE INDEX "logins_by_sweep_at" ON "App"."logins" (coalesce($1::timestamptz, now())); "App"."logins_versions""#,
        );
        assert_eq!(table.render(r#":"revoke"()"#), r#""App"."logins_revoke"()"#);
        assert_eq!(
            table.render(r#"DROP INDEX :"existing_by_sweep_at""#),
            r#"DROP INDEX "App"."logins_by_sweep_at""#,
        );
    }

    #[test]
    fn a_name_that_would_need_escaping_is_refused() {
        for name in ["", "1st", "a-b", "a b", "a\"b", "a.b", "a;b", "naïve", "a\0"] {
            assert!(table(None, name).is_err(), "{name:?}");
            assert!(table(Some(name), "sessions").is_err(), "{name:?}");
        }
        for name in ["s", "_s", "S1", "select"] {
            assert!(table(Some(name), name).is_ok(), "{name:?}");
        }
    }

    #[test]
    fn a_name_is_short_enough_for_its_index_names_too() {
        assert!(table(None, &"a".repeat(50)).is_ok());
        assert!(table(None, &"a".repeat(51)).is_err());
        assert!(table(Some(&"a".repeat(63)), "a").is_ok());
        assert!(table(Some(&"a".repeat(64)), "a").is_err());
    }
}
