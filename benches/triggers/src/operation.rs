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
    WriteOfNobody,
    WriteOfSomebody,
    WritesTogether,
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
}

/// How many writes go together.
const TOGETHER: usize = 16;

impl Operation {
    pub(crate) const ALL: [Self; 13] = [
        Self::WriteOfNobody,
        Self::WriteOfSomebody,
        Self::WritesTogether,
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
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::WriteOfNobody => "write, nobody's session",
            Self::WriteOfSomebody => "write, somebody's session",
            Self::WritesTogether => "16 writes in one statement",
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
        }
    }

    /// So many sessions.
    pub(crate) async fn prepare(self, store: &PostgresStore, times: usize) -> Vec<Record> {
        let times = if matches!(self, Self::WritesTogether) { times * TOGETHER } else { times };
        let mut records = Vec::new();
        for _ in 0..times {
            let record = match self {
                Self::WriteOfNobody | Self::LogIn | Self::LogInWithRoom => insert(),
                _ => insert_of(&somebody()),
            };
            records.push(stored(store, record).await);
        }
        records
    }

    /// Does it with each of these.
    pub(crate) async fn run(self, store: &PostgresStore, records: Vec<Record>) {
        if matches!(self, Self::WritesTogether) {
            // Not of one page of the table, which has no room for new versions of all.
            let apart = records.len() / TOGETHER;
            for first in 0..apart {
                let together = records.iter().skip(first).step_by(apart);
                let writes = together.map(|record| {
                    let (store, update) = (store.clone(), update_of(record));
                    tokio::spawn(async move { store.update(update, Now::Store).await })
                });
                for write in writes.collect::<Vec<_>>() {
                    _ = write.await.expect("no panic").expect("the store works");
                }
            }
            return;
        }
        for record in records {
            self.run_once(store, &record).await;
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
            Self::WriteOfNobody | Self::WriteOfSomebody | Self::WritesTogether => {
                update(update_of(record)).await;
            }
            Self::Touch => {
                assert!(store.touch(record.handle, HOUR, now).await.expect("the store works"));
            }
            Self::Insert => add(insert()).await,
            Self::LogIn => update(log_in(LogIn::default())).await,
            Self::LogInWithRoom => update(log_in(at_most(3))).await,
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
