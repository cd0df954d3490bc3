//! The table: its name and the names of what belongs to it, put into each SQL text once.

/// In bytes. As for PostgreSQL, so that a name which is good here is good there.
const MAX_NAME: usize = 50;

/// What belongs to it: `:"revoked_at"` is `sessions_revoked_at`.
const PARTS: [&str; 5] = ["versions", "revocations", "revoked_at", "by_principal", "by_sweep_at"];

/// The table that holds the sessions.
#[derive(Clone, Debug)]
pub(crate) struct Table(String);

impl Table {
    /// SQLite keeps `sqlite_…` to itself.
    pub(crate) fn new(name: String) -> Result<Self, InvalidName> {
        let reserved = name.to_ascii_lowercase().starts_with("sqlite_");
        if !reserved && (1..=MAX_NAME).contains(&name.len()) && !name.contains('\0') {
            Ok(Self(name))
        } else {
            Err(InvalidName { name, longest: MAX_NAME })
        }
    }

    /// This SQL text with the names in place of `:"table"` and the like.
    pub(crate) fn render(&self, sql: &str) -> String {
        let mut rendered = String::with_capacity(2 * sql.len());
        let mut rest = sql;
        // In one go: a name may look like a placeholder.
        while let Some(at) = rest.find(":\"") {
            let (before, from) = rest.split_at(at);
            rendered.push_str(before);
            let placeholder = from[2..].split('"').next().unwrap_or_default();
            if let Some(name) = self.name_of(placeholder) {
                rendered = format!("{rendered}\"{}\"", name.replace('"', "\"\""));
                rest = &from[placeholder.len() + 3..];
            } else {
                rendered.push_str(&from[..2]);
                rest = &from[2..];
            }
        }
        rendered + rest
    }

    /// The name that a placeholder stands for, without quotes.
    fn name_of(&self, placeholder: &str) -> Option<String> {
        let Self(name) = self;
        match placeholder {
            "table" => Some(name.clone()),
            part if PARTS.contains(&part) => Some(format!("{name}_{part}")),
            _ => None,
        }
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

/// A name that is empty, too long, or SQLite's own.
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
        let table = Table::new("log\"ins:\"table\"".to_owned()).unwrap();
        assert_eq!(
            table.render(r#"CREATE INDEX :"by_sweep_at" ON :"table"; :"versions", :"…""#),
            r#"CREATE INDEX "log""ins:""table""_by_sweep_at" ON "log""ins:""table"""; "log""ins:""table""_versions", :"…""#,
        );
    }

    #[test]
    fn a_name_that_cannot_be_kept_is_refused() {
        for name in ["", "a\0", "sqlite_a", "SQLite_a", &"a".repeat(51), &"ä".repeat(26)] {
            assert!(Table::new(name.to_owned()).is_err(), "{name:?}");
        }
        for name in ["s", "1st", "select", "sqlite", "my-app", "a\"b", "naïve", &"a".repeat(50)] {
            assert!(Table::new(name.to_owned()).is_ok(), "{name:?}");
        }
    }
}
