//! The opening of a feed, and the reasons for which there is none.

use std::sync::{Arc, PoisonError};

use session_core::StoreError;
use session_core::store::Endings;

use super::listener::Listener;
use super::message;
use super::outbox::Outbox;
use crate::postgres::batch::{Queue, Shared};
use crate::postgres::connection::StatementError;
use crate::postgres::sql::Channel;

/// Why a server or a table tells no endings.
const NO_TRIGGERS: &str = "the triggers that tell of the sessions that end are missing or disabled; \
    call `migrate()` on the store when the program starts";
const POOLER: &str = "notifications of the sessions that end do not arrive, as behind a pooler in \
    transaction mode; connect to the server itself, or to a pooler in session mode";

/// How often a listening connection is compared with others before it listens.
const COMPARISONS: usize = 8;

/// A feed that was tested, or none and a warning.
pub(crate) async fn open(queue: &Queue) -> Result<Option<Endings>, StoreError> {
    let shared = queue.shared();
    let failed = |error: StatementError| shared.store_error(&error);
    let ask = |message| queue.run(Channel { message }, queue.deadline());
    // A worker knows sooner than a new connection that the server cannot be reached.
    if ask(None).await?.is_none() {
        return Ok(shared.has_no_feed(NO_TRIGGERS));
    }
    let connected = Listener::connect(Arc::clone(shared)).await;
    let Some(mut listener) = connected.map_err(|error| error.store_error(shared))? else {
        return Ok(shared.has_no_feed(NO_TRIGGERS));
    };
    // A pooler that lends a process to everybody would lend one that listens as well: whoever has
    // it is sent what it does not expect.
    for _ in 0..COMPARISONS {
        let Some(other) = ask(None).await? else {
            return Ok(shared.has_no_feed(NO_TRIGGERS));
        };
        if !listener.is_apart_from(&other).await.map_err(failed)? {
            return Ok(shared.has_no_feed(POOLER));
        }
    }
    listener.subscribe().await.map_err(failed)?;
    let (mut outbox, inbox) = Outbox::new();
    let test = message::test();
    ask(Some(test.clone())).await?;
    if !listener.hears(&test, &mut outbox).await.map_err(failed)? {
        return Ok(shared.has_no_feed(POOLER));
    }
    shared.has_feed();
    tokio::spawn(listener.listen(outbox));
    Ok(Some(Endings::new(inbox)))
}

/// Why there would be no feed, as far as it is known without opening one.
pub(crate) async fn fault(queue: &Queue) -> Result<Option<&'static str>, StoreError> {
    let channel = queue.run(Channel::default(), queue.deadline()).await?;
    let last = *queue.shared().no_feed.lock().unwrap_or_else(PoisonError::into_inner);
    // Triggers may have come since.
    Ok(if channel.is_none() { Some(NO_TRIGGERS) } else { last.filter(|last| *last != NO_TRIGGERS) })
}

impl Shared {
    /// Says in the log, once, why there is no feed.
    fn has_no_feed(&self, reason: &'static str) -> Option<Endings> {
        if self.no_feed.lock().unwrap_or_else(PoisonError::into_inner).replace(reason).is_none() {
            tracing::warn!(
                target: "session",
                table = %self.table,
                "{reason}; until then live sessions are asked for every `check_every`"
            );
        }
        None
    }

    fn has_feed(&self) {
        *self.no_feed.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}
