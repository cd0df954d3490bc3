//! The table: its name and the names of what belongs to it, put into each SQL text once.

/// As for PostgreSQL, so that a name which is good here is good there.
const MAX_NAME: usize = 50;

/// The table that holds the sessions.
#[derive(Clone, Debug)]
pub(crate) struct Table(String);

impl Table {
    /// Quotes could carry any name; keeping to plain ones means that there is nothing to escape,
    /// here or in whatever an operator writes by hand. SQLite keeps `sqlite_…` to itself.
    pub(crate) fn new(name: String) -> Result<Self, InvalidName> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        let first = name.bytes().next();
        let begins_well = first.is_some_and(|byte| !byte.is_ascii_digit());
        let reserved = name.to_ascii_lowercase().starts_with("sqlite_");
        if begins_well && !reserved && name.len() <= MAX_NAME && name.bytes().all(plain) {
            Ok(Self(name))
        } else {
            Err(InvalidName { name, longest: MAX_NAME })
        }
    }

    /// This SQL text with the names in place of `:"table"` and the like.
    pub(crate) fn render(&self, sql: &str) -> String {
        let Self(name) = self;
        sql.replace(":\"table\"", &format!("\"{name}\""))
            .replace(":\"versions\"", &format!("\"{name}_versions\""))
            .replace(":\"revocations\"", &format!("\"{name}_revocations\""))
            .replace(":\"revoked_at\"", &format!("\"{name}_revoked_at\""))
            .replace(":\"by_principal\"", &format!("\"{name}_by_principal\""))
            .replace(":\"by_sweep_at\"", &format!("\"{name}_by_sweep_at\""))
    }

    /// The name of the table of the migrations that were applied.
    pub(crate) fn versions(&self) -> String {
        format!("{}_versions", self.0)
    }
}

impl std::fmt::Display for Table {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// A name that would need escaping, is too long, or is SQLite's own.
#[derive(Debug)]
pub(crate) struct InvalidName {
    pub(crate) name: String,
    pub(crate) longest: usize,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_quoted_and_put_in_everywhere() {
        let table = Table::new("logins".to_owned()).unwrap();
        assert_eq!(
            table
                .render(r#"CREATE INDEX :"by_sweep_at", :"by_principal" ON :"table"; :"versions""#),
            r#"CREATE INDEX "logins_by_sweep_at", "logins_by_principal" ON "logins"; "logins_versions""#,
        );
    }

    #[test]
    fn a_name_that_would_need_escaping_is_refused() {
        for name in
            ["", "1st", "a-b", "a b", "a\"b", "a.b", "a;b", "naïve", "a\0", "sqlite_a", "SQLite_a"]
        {
            assert!(Table::new(name.to_owned()).is_err(), "{name:?}");
        }
        for name in ["s", "_s", "S1", "select", "sqlite"] {
            assert!(Table::new(name.to_owned()).is_ok(), "{name:?}");
        }
        assert!(Table::new("a".repeat(50)).is_ok());
        assert!(Table::new("a".repeat(51)).is_err());
    }
}
