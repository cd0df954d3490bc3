//! Users, their groups, the groups' permissions, and prices, in a database. A real application has them in its own tables.

use std::path::Path;

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool};

pub(crate) type UserId = i64;
pub(crate) type GroupId = i64;

#[derive(Clone, Debug)]
pub(crate) struct Directory(SqlitePool);

#[derive(Debug)]
pub(crate) struct User {
    pub(crate) id: UserId,
    pub(crate) name: String,
    /// The names of the groups.
    pub(crate) groups: String,
}

#[derive(Debug)]
pub(crate) struct Group {
    pub(crate) id: GroupId,
    pub(crate) name: String,
    /// The names of the users in it.
    pub(crate) members: String,
}

#[derive(Debug)]
pub(crate) struct Price {
    pub(crate) sku: String,
    pub(crate) cents: i64,
}

impl Directory {
    /// Opens this file; fills it if it is new.
    pub(crate) async fn open(file: &Path) -> Result<Self, sqlx::Error> {
        let options = SqliteConnectOptions::new()
            .filename(file)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal);
        let pool = SqlitePool::connect_with(options).await?;
        let exists = "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = 'users')";
        let mut transaction = pool.begin_with("BEGIN IMMEDIATE").await?;
        if !sqlx::query_scalar(exists).fetch_one(&mut *transaction).await? {
            sqlx::raw_sql(include_str!("schema.sql")).execute(&mut *transaction).await?;
        }
        transaction.commit().await?;
        Ok(Self(pool))
    }

    /// Whether a group of this user has the permission.
    pub(crate) async fn may(
        &self,
        user: Option<UserId>,
        permission: &str,
    ) -> Result<bool, sqlx::Error> {
        sqlx::query_scalar(
            "SELECT EXISTS (
                SELECT 1 FROM members JOIN permissions USING (group_id)
                WHERE members.user_id = ? AND permissions.name = ?
            )",
        )
        .bind(user)
        .bind(permission)
        .fetch_one(&self.0)
        .await
    }

    pub(crate) async fn is_in(
        &self,
        user: Option<UserId>,
        group: &str,
    ) -> Result<bool, sqlx::Error> {
        sqlx::query_scalar(
            "SELECT EXISTS (
                SELECT 1 FROM members JOIN groups ON groups.id = members.group_id
                WHERE members.user_id = ? AND groups.name = ?
            )",
        )
        .bind(user)
        .bind(group)
        .fetch_one(&self.0)
        .await
    }

    pub(crate) async fn users(&self) -> Result<Vec<User>, sqlx::Error> {
        let rows = sqlx::query_as(
            "SELECT users.id, users.name, coalesce(group_concat(groups.name, ', '), '') AS groups
             FROM users
             LEFT JOIN members ON members.user_id = users.id
             LEFT JOIN groups ON groups.id = members.group_id
             GROUP BY users.id ORDER BY users.name",
        )
        .fetch_all(&self.0);
        let user = |(id, name, groups)| User { id, name, groups };
        Ok(rows.await?.into_iter().map(user).collect())
    }

    /// The name of a user; none if there is no such user.
    pub(crate) async fn name(&self, user: UserId) -> Result<Option<String>, sqlx::Error> {
        let query = sqlx::query_scalar("SELECT name FROM users WHERE id = ?").bind(user);
        query.fetch_optional(&self.0).await
    }

    pub(crate) async fn groups(&self) -> Result<Vec<Group>, sqlx::Error> {
        let rows = sqlx::query_as(
            "SELECT groups.id, groups.name, coalesce(group_concat(users.name, ', '), '') AS members
             FROM groups
             LEFT JOIN members ON members.group_id = groups.id
             LEFT JOIN users ON users.id = members.user_id
             GROUP BY groups.id ORDER BY groups.name",
        )
        .fetch_all(&self.0);
        let group = |(id, name, members)| Group { id, name, members };
        Ok(rows.await?.into_iter().map(group).collect())
    }

    /// The permissions of all groups.
    pub(crate) async fn permissions(&self) -> Result<Vec<(GroupId, String)>, sqlx::Error> {
        sqlx::query_as("SELECT group_id, name FROM permissions").fetch_all(&self.0).await
    }

    pub(crate) async fn give(&self, group: GroupId, permission: &str) -> Result<(), sqlx::Error> {
        let query = "INSERT INTO permissions VALUES (?, ?) ON CONFLICT DO NOTHING";
        sqlx::query(query).bind(group).bind(permission).execute(&self.0).await?;
        Ok(())
    }

    pub(crate) async fn take(&self, group: GroupId, permission: &str) -> Result<(), sqlx::Error> {
        let query = "DELETE FROM permissions WHERE group_id = ? AND name = ?";
        sqlx::query(query).bind(group).bind(permission).execute(&self.0).await?;
        Ok(())
    }

    pub(crate) async fn prices(&self) -> Result<Vec<Price>, sqlx::Error> {
        let rows = sqlx::query_as("SELECT sku, cents FROM prices ORDER BY sku").fetch_all(&self.0);
        Ok(rows.await?.into_iter().map(|(sku, cents)| Price { sku, cents }).collect())
    }

    /// Changes a price, and answers whether there is such an article.
    pub(crate) async fn set_price(&self, sku: &str, cents: u32) -> Result<bool, sqlx::Error> {
        let query = "UPDATE prices SET cents = ? WHERE sku = ?";
        let done = sqlx::query(query).bind(cents).bind(sku).execute(&self.0).await?;
        Ok(done.rows_affected() == 1)
    }
}
