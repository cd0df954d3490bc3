//! The users, in a table beside the sessions.

use std::path::Path;

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqliteSynchronous};

pub(crate) type UserId = i64;

/// A user has a password or comes through the provider. Those who come through the provider bring
/// names that we did not give: such a name never leads to somebody else's account.
const TABLE: &str = "
    CREATE TABLE IF NOT EXISTS users (
        id      INTEGER PRIMARY KEY,
        name    TEXT NOT NULL,
        hash    TEXT,
        subject TEXT UNIQUE,
        CHECK ((hash IS NULL) <> (subject IS NULL))
    ) STRICT;
    CREATE UNIQUE INDEX IF NOT EXISTS users_by_name
        ON users (name COLLATE NOCASE) WHERE subject IS NULL;
";

#[derive(Clone, Debug)]
pub(crate) struct Users(SqlitePool);

pub(crate) struct User {
    pub(crate) name: String,
    /// Of the password, if the user has one here.
    pub(crate) hash: Option<String>,
}

impl Users {
    pub(crate) async fn open(file: &Path) -> Result<Self, sqlx::Error> {
        let options = SqliteConnectOptions::new()
            .filename(file)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full);
        let pool = SqlitePool::connect_with(options).await?;
        sqlx::raw_sql(TABLE).execute(&pool).await?;
        Ok(Self(pool))
    }

    /// A new user; none if the name is taken.
    pub(crate) async fn add(&self, name: &Name, hash: &str) -> Result<Option<UserId>, sqlx::Error> {
        sqlx::query_scalar(
            "INSERT INTO users (name, hash) VALUES (?, ?) ON CONFLICT DO NOTHING RETURNING id",
        )
        .bind(&name.0)
        .bind(hash)
        .fetch_optional(&self.0)
        .await
    }

    /// Whom this name logs in, and the hash of the password that it takes.
    pub(crate) async fn find(&self, name: &str) -> Result<Option<(UserId, String)>, sqlx::Error> {
        sqlx::query_as(
            "SELECT id, hash FROM users WHERE name = ? COLLATE NOCASE AND subject IS NULL",
        )
        .bind(name)
        .fetch_optional(&self.0)
        .await
    }

    pub(crate) async fn get(&self, user: UserId) -> Result<User, sqlx::Error> {
        let (name, hash) = sqlx::query_as("SELECT name, hash FROM users WHERE id = ?")
            .bind(user)
            .fetch_one(&self.0)
            .await?;
        Ok(User { name, hash })
    }

    /// Replaces the password of a user who has one.
    pub(crate) async fn change_password(
        &self,
        user: UserId,
        hash: &str,
    ) -> Result<(), sqlx::Error> {
        sqlx::query("UPDATE users SET hash = ? WHERE id = ? AND subject IS NULL")
            .bind(hash)
            .bind(user)
            .execute(&self.0)
            .await?;
        Ok(())
    }

    /// Whom the provider means by this subject: a new user, if it is the first time.
    pub(crate) async fn of_provider(
        &self,
        subject: &str,
        name: &str,
    ) -> Result<UserId, sqlx::Error> {
        sqlx::query_scalar(
            "INSERT INTO users (name, subject) VALUES (?, ?)
             ON CONFLICT (subject) DO UPDATE SET name = excluded.name RETURNING id",
        )
        .bind(name)
        .bind(subject)
        .fetch_one(&self.0)
        .await
    }
}

/// A name that somebody may sign up with: 1 to 32 of a to z, digits, `.`, `_` and `-`, so that no two look alike.
#[derive(Debug)]
pub(crate) struct Name(String);

impl Name {
    pub(crate) fn new(text: &str) -> Option<Self> {
        let fits = (1..=32).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte));
        fits.then(|| Self(text.to_owned()))
    }
}
