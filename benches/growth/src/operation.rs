//! What is asked of a store.

use fastrand::Rng;
use session_core::store::{Contents, Inserted, ListQuery, Updated};
use session_core::{Now, Store};

use crate::population::{IDLE, Population, fresh};

/// One call of the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operation {
    Read,
    Write,
    Touch,
    /// On a session that is there: somebody else, and another secret.
    LogIn,
    /// With a new session.
    LogInFresh,
    /// The sessions of somebody.
    List,
    /// The removal of one expired session, by a statement for a thousand.
    Clean,
}

impl Operation {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Touch => "touch",
            Self::LogIn => "log-in, existing session",
            Self::LogInFresh => "log-in, new session",
            Self::List => "list of a principal",
            Self::Clean => "cleaning, per row",
        }
    }

    /// Does it with this session. It must succeed: whatever else happened would not be what was to be measured.
    pub(crate) async fn run<S: Store>(
        self,
        store: &S,
        population: &Population,
        n: u64,
        draw: &mut Rng,
    ) {
        let now = Now::Store;
        let is_saved = |updated| matches!(updated, Updated::Saved(_));
        let done = match self {
            Self::Read => store.load(population.handle(n), now).await.map(|it| it.is_some()),
            Self::Write => store.update(population.write(n, draw), now).await.map(is_saved),
            Self::LogIn => store.update(population.log_in(n, draw), now).await.map(is_saved),
            Self::Touch => store.touch(population.handle(n), IDLE, now).await,
            Self::LogInFresh => {
                let inserted = store.insert(population.insert(n, fresh(draw), draw), now).await;
                inserted.map(|inserted| matches!(inserted, Inserted::Saved(_)))
            }
            // How many there are changes: whoever logs in on a session takes it from another.
            Self::List => {
                let query = ListQuery::first(Contents::WithoutFields, 100);
                store.list(&population.principal(n), query, now).await.map(|_| true)
            }
            Self::Clean => unreachable!("a sweep is for many sessions"),
        };
        let done = done.unwrap_or_else(|error| panic!("{} failed: {error}", self.name()));
        assert!(done, "{} did not find session {n} as it should be", self.name());
    }
}
