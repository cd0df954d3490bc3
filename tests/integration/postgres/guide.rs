//! The guide's statements for a look at the sessions (`docs/guide/stores.md`).

use session_axum::testing::sign_in;
use session_axum::{Sessions, session};
use session_sqlx::PostgresStore;
use session_test_support::Postgres;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

const STORES: &str = include_str!("../../../docs/guide/stores.md");

#[session]
struct Shop {
    #[session(principal)]
    user: Option<String>,
}

#[tokio::test(flavor = "multi_thread")]
async fn the_guides_statements_find_a_user_and_count_the_users() {
    let statements = STORES.split("```sql\n").nth(1).and_then(|rest| rest.split("```").next());
    let statements = statements.expect("the chapter has a block of SQL").trim_end();
    let [find, count] = statements.split_terminator(';').collect::<Vec<_>>()[..] else {
        panic!("two statements: {statements}")
    };

    let url = Postgres::shared().await.database().await;
    let store = PostgresStore::connect(&url).await.expect("the server runs");
    store.migrate().await.expect("the database is new");
    let sessions = Sessions::builder(store).build().expect("the defaults are sound");
    for user in ["ann", "ann", "bob"] {
        sign_in(&sessions, Shop { user: Some(user.to_owned()) }).await;
    }
    let mut database = PgConnection::connect(&url).await.expect("the server runs");
    let found = sqlx::query(AssertSqlSafe(find)).fetch_all(&mut database).await;
    assert_eq!(found.expect("it is a statement").len(), 2);
    let users: i64 = sqlx::query_scalar(AssertSqlSafe(count))
        .fetch_one(&mut database)
        .await
        .expect("it is a statement");
    assert_eq!(users, 2);
}
