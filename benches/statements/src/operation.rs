//! What is asked of a store.

use std::num::NonZeroU32;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use session_core::store::{Insert, LogIn, Record, Update};
use session_core::{Now, Store as _};
use session_sqlx::PostgresStore;
use session_test_support::records::{DAY, HOUR, insert, insert_of, stored, update_of, with};

/// One call of the store, on a session that nothing else was done to.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Operation {
    Read,
    /// So many, for a row each.
    ReadsTogether(usize),
    WriteOfNobody,
    WriteOfSomebody,
    WritesTogether(usize),
    Touch,
    Insert,
    LogIn,
    LogInWithRoom,
    LogInFresh,
    LogInFreshBeyondLimit,
    LogOut,
    LogOutRemembered,
    LogOutKept,
    Revocation,
    LogInsTogether,
    LogInOfMany,
}

impl Operation {
    pub(crate) const ALL: [Self; 19] = [
        Self::Read,
        Self::ReadsTogether(16),
        Self::ReadsTogether(48),
        Self::WriteOfNobody,
        Self::WriteOfSomebody,
        Self::WritesTogether(16),
        Self::WritesTogether(48),
        Self::Touch,
        Self::Insert,
        Self::LogIn,
        Self::LogInWithRoom,
        Self::LogInFresh,
        Self::LogInFreshBeyondLimit,
        Self::LogOut,
        Self::LogOutRemembered,
        Self::LogOutKept,
        Self::Revocation,
        Self::LogInsTogether,
        Self::LogInOfMany,
    ];

    pub(crate) fn name(self) -> String {
        let name = match self {
            Self::Read => "read",
            Self::ReadsTogether(number) => return format!("{number} reads in one statement"),
            Self::WriteOfNobody => "write, nobody's session",
            Self::WriteOfSomebody => "write, somebody's session",
            Self::WritesTogether(number) => return format!("{number} writes in one statement"),
            Self::Touch => "touch",
            Self::Insert => "new session of nobody",
            Self::LogIn => "log-in, existing session",
            Self::LogInWithRoom => "log-in, existing session, at most 3 each",
            Self::LogInFresh => "log-in, new session",
            Self::LogInFreshBeyondLimit => "log-in, new session, which ends the oldest",
            Self::LogOut => "log-out, deleted",
            Self::LogOutRemembered => "log-out, remembered",
            Self::LogOutKept => "log-out, the session goes to nobody",
            Self::Revocation => "end of all sessions of somebody who has one",
            Self::LogInsTogether => "16 log-ins in one statement, existing sessions",
            Self::LogInOfMany => "log-in, existing session, all of one principal",
        };
        name.to_owned()
    }

    /// How many sessions it is done with at once.
    fn together(self) -> usize {
        match self {
            Self::ReadsTogether(number) | Self::WritesTogether(number) => number,
            Self::LogInsTogether => 16,
            _ => 1,
        }
    }

    /// So many sessions.
    pub(crate) async fn prepare(self, store: &PostgresStore, times: usize) -> Vec<Record> {
        let mut records = Vec::new();
        // Together, since a server under callgrind is slow.
        for _ in 0..times {
            let inserts = (0..self.together()).map(|_| self.begin(store.clone()));
            for record in inserts.map(tokio::spawn).collect::<Vec<_>>() {
                records.push(record.await.expect("no panic"));
            }
        }
        records
    }

    /// One session.
    async fn begin(self, store: PostgresStore) -> Record {
        let insert = match self {
            Self::WriteOfNobody
            | Self::LogIn
            | Self::LogInWithRoom
            | Self::LogInsTogether
            | Self::LogInOfMany => insert(),
            _ => insert_of(&somebody()),
        };
        stored(&store, insert).await
    }

    /// Does it with each of these.
    pub(crate) async fn run(self, store: &PostgresStore, records: Vec<Record>) {
        // Not of one page of the table, which has no room for new versions of all.
        let apart = records.len() / self.together();
        for first in 0..apart {
            let together = records.iter().skip(first).step_by(apart).cloned();
            let calls = together.map(|record| {
                let store = store.clone();
                tokio::spawn(async move { self.run_once(&store, &record).await })
            });
            for call in calls.collect::<Vec<_>>() {
                call.await.expect("no panic");
            }
        }
    }

    async fn run_once(self, store: &PostgresStore, record: &Record) {
        let now = Now::Store;
        let at_most = |limit| LogIn::new(Some(record.times.now), NonZeroU32::new(limit));
        let log_in = |terms| {
            with(update_of(record), |update| {
                update.principal = Some(somebody().into());
                update.authenticated = Some(DAY);
                update.log_in = terms;
            })
        };
        let theirs = |terms| {
            with(
                insert_of(record.principal.as_deref().unwrap_or_default()),
                |insert: &mut Insert| insert.log_in = terms,
            )
        };
        let update =
            async |update: Update| _ = store.update(update, now).await.expect("the store works");
        let add =
            async |insert: Insert| _ = store.insert(insert, now).await.expect("the store works");
        let delete = async |memory: Option<Duration>| {
            assert!(store.delete(record.handle, memory, now).await.expect("the store works"));
        };
        match self {
            Self::Read | Self::ReadsTogether(_) => {
                assert!(store.load(record.handle, now).await.expect("the store works").is_some());
            }
            Self::WriteOfNobody | Self::WriteOfSomebody | Self::WritesTogether(_) => {
                update(update_of(record)).await;
            }
            Self::Touch => {
                assert!(store.touch(record.handle, HOUR, now).await.expect("the store works"));
            }
            Self::Insert => add(insert()).await,
            Self::LogIn | Self::LogInsTogether => update(log_in(LogIn::default())).await,
            Self::LogInWithRoom => update(log_in(at_most(3))).await,
            Self::LogInOfMany => {
                update(with(log_in(LogIn::default()), |it| it.principal = Some("1".into()))).await;
            }
            Self::LogInFresh => add(theirs(LogIn::default())).await,
            Self::LogInFreshBeyondLimit => add(theirs(at_most(1))).await,
            Self::LogOut => delete(None).await,
            Self::LogOutRemembered => delete(Some(HOUR)).await,
            Self::LogOutKept => {
                update(with(update_of(record), |update| update.principal = None)).await;
            }
            Self::Revocation => {
                let whose = record.principal.as_deref().unwrap_or_default();
                store.delete_all(whose, None, now).await.expect("the store works");
            }
        }
    }
}

/// Somebody new.
fn somebody() -> String {
    static NEXT: AtomicUsize = AtomicUsize::new(1);
    format!("\"user {}\"", NEXT.fetch_add(1, Ordering::Relaxed))
}
