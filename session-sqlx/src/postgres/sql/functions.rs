//! The functions of a table: their bodies name its schema, which somebody may rename.
//!
//! A body is a text that the server reads anew in each session: `ALTER SCHEMA … RENAME` does not change it.

use sqlx::postgres::{PgConnection, PgRow};
use sqlx::{AssertSqlSafe, Row as _};

use super::quote::{body_tag, identifier, literal};
use super::table::Table;

/// Whoever lets the search path find the table needs no schema in a body.
const SQL: &str = r"
SELECT nspname::text, pg_get_functiondef(p.oid), prosrc,
    to_regclass($1) IS NOT DISTINCT FROM c.oid
FROM pg_class AS c
JOIN pg_namespace AS n ON n.oid = c.relnamespace
JOIN pg_proc AS p ON p.pronamespace = n.oid
WHERE c.oid = to_regclass(:'table') AND proname = ANY ($2)
ORDER BY p.oid";

/// A function of the table, as it is.
struct Function {
    /// The schema that it is in, as the table is.
    schema: String,
    definition: String,
    body: String,
    /// Whether the search path leads to this table.
    is_in_path: bool,
}

/// The text that creates those functions anew whose bodies name another schema than the one that they
/// are in. Empty if there are none.
pub(crate) async fn renaming(connection: &mut PgConnection, table: &Table) -> sqlx::Result<String> {
    let rows = sqlx::query(AssertSqlSafe(table.render(SQL)))
        .bind(table.unqualified())
        .bind(table.functions())
        .persistent(false)
        .fetch_all(connection)
        .await?;
    let functions = rows.iter().map(Function::of).collect::<sqlx::Result<Vec<_>>>()?;
    let texts = functions.iter().filter_map(|function| function.renamed(table));
    Ok(texts.collect::<Vec<_>>().join("\n\n"))
}

impl Function {
    fn of(row: &PgRow) -> sqlx::Result<Self> {
        Ok(Self {
            schema: row.try_get(0)?,
            definition: row.try_get(1)?,
            body: row.try_get(2)?,
            is_in_path: row.try_get(3)?,
        })
    }

    /// The text that creates it anew; none if its body names the right schema.
    fn renamed(&self, table: &Table) -> Option<String> {
        let implied = self.is_in_path || table.schema().is_none();
        let body = requalified(&self.body, &table.unqualified(), &self.schema, implied)?;
        let (before, _) = self.definition.rsplit_once(&self.body)?;
        let (head, _) = before.rsplit_once("AS $")?;
        let tag = body_tag(&body);
        Some(format!("{head}AS {tag}{body}{tag};"))
    }
}

/// This body with the schema before each name of the table and of what belongs to it; none if it is
/// there already, or is nowhere and `implied`.
fn requalified(body: &str, table: &str, schema: &str, implied: bool) -> Option<String> {
    let belongs = |name: &str| {
        let rest = name.strip_prefix(&table[..table.len() - 1]);
        rest.is_some_and(|rest| rest.starts_with(['"', '_']))
    };
    let right = identifier(schema);
    let mut is_changed = false;
    let mut changed = String::with_capacity(body.len());
    let mut rest = body;
    while let Some(at) = rest.find('"') {
        let (before, from) = rest.split_at(at);
        changed.push_str(before);
        let (first, mut after) = split_name(from);
        let second = after.strip_prefix('.').filter(|it| it.starts_with('"')).map(split_name);
        let name = match second {
            Some((name, behind)) if belongs(name) => {
                is_changed |= first != right;
                after = behind;
                Some(name)
            }
            None if belongs(first) && !implied => {
                is_changed = true;
                Some(first)
            }
            _ => None,
        };
        match name.map(|name| format!("{right}.{name}")) {
            Some(name) => match quotes_around(&changed, after) {
                0 => changed.push_str(&name),
                quotes => {
                    changed.truncate(changed.len() - quotes);
                    changed.push_str(&literal(&name));
                    after = &after[quotes..];
                }
            },
            None => changed.push_str(first),
        }
        rest = after;
    }
    is_changed.then(|| changed + rest)
}

/// The length of a literal's quotes between these texts: an apostrophe, or a tag.
fn quotes_around(before: &str, after: &str) -> usize {
    let tag = before.strip_suffix('$').and_then(|head| head.rfind('$')).map(|at| &before[at..]);
    let is_quote = |quote: &&str| before.ends_with(quote) && after.starts_with(quote);
    ["'"].into_iter().chain(tag).find(is_quote).map_or(0, str::len)
}

/// The quoted name that this text begins with, and what follows it.
fn split_name(text: &str) -> (&str, &str) {
    let mut end = 1;
    while let Some(at) = text[end..].find('"') {
        end += at + 1;
        if !text[end..].starts_with('"') {
            return text.split_at(end);
        }
        end += 1;
    }
    (text, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_names_the_schema_that_it_is_in() {
        let body = r#"FROM "app"."it""s", '"app"."it""s"' "app"."it""s_b"() "app"."other" "it""s""#;
        let new = r#"FROM "it""s_b"."it""s", '"it""s_b"."it""s"' "it""s_b"."it""s_b"() "app"."other" "it""s""#;
        let requalified = |body, schema| requalified(body, r#""it""s""#, schema, true);
        assert_eq!(requalified(body, "it\"s_b").as_deref(), Some(new));
        assert_eq!(requalified(new, "it\"s_b"), None);
        assert_eq!(requalified(new, "app").as_deref(), Some(body));
    }

    #[test]
    fn a_literal_keeps_a_name_with_whatever_quotes_it_needs() {
        let [plain, with_apostrophe, with_tag] = [
            r#"('"app"."s"'::regclass)"#,
            r#"($name$"it's"."s"$name$::regclass)"#,
            r#"($name_$"it's $name$"."s"$name_$::regclass)"#,
        ];
        let requalified = |body, schema| requalified(body, r#""s""#, schema, true);
        assert_eq!(requalified(plain, "it's").as_deref(), Some(with_apostrophe));
        assert_eq!(requalified(with_apostrophe, "it's $name$").as_deref(), Some(with_tag));
        assert_eq!(requalified(with_tag, "app").as_deref(), Some(plain));
    }

    #[test]
    fn a_body_without_a_schema_gets_one_where_the_search_path_has_another() {
        let body = r#"FROM "sessions" JOIN "sessions_b" JOIN "sessionsb" "x""#;
        let new = r#"FROM "app"."sessions" JOIN "app"."sessions_b" JOIN "sessionsb" "x""#;
        assert_eq!(requalified(body, "\"sessions\"", "app", true), None);
        assert_eq!(requalified(body, "\"sessions\"", "app", false).as_deref(), Some(new));
    }
}
