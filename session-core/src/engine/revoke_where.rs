//! The end of those sessions of a principal whose state is one that a closure says yes to.

use std::sync::Arc;

use crate::crypto::token::Digest;
use crate::engine::committer::MAX_ATTEMPTS;
use crate::engine::end_reason::EndReason;
use crate::engine::engine::Engine;
use crate::engine::error::Error;
use crate::engine::event::SessionEvent;
use crate::engine::principal_records;
use crate::engine::stored::Decoding;
use crate::state::session_state::SessionState;
use crate::store::{Contents, ListQuery, Record, Update, Updated};

/// How many sessions are looked at together.
const PAGE: u32 = 100;

/// Ends those of this principal's sessions that the closure says yes to, and answers how many there were.
pub(crate) async fn end_those<T: SessionState>(
    engine: &Engine<T>,
    principal: &T::Principal,
    mut ends: impl FnMut(&T) -> bool + Send,
) -> Result<u64, Error> {
    let names = engine.policy.names_of::<T>(principal)?;
    let mut query = ListQuery::first(Contents::Whole, PAGE);
    let mut ended = 0;
    loop {
        let page = principal_records::page(&engine.store, &names, query).await?;
        for record in page.records {
            ended += u64::from(end_if(engine, &names, record, &mut ends).await?);
        }
        let Some(next) = page.next else { return Ok(ended) };
        query.after = Some(next);
    }
}

/// Ends the session of this record, as long as the closure says yes to it, and answers whether it did.
///
/// A store deletes a record whatever has become of it. So the record is emptied first, at the revision that the
/// closure was asked of: an empty one stands for a session that was ended.
async fn end_if<T: SessionState>(
    engine: &Engine<T>,
    names: &[String],
    mut record: Record,
    ends: &mut (impl FnMut(&T) -> bool + Send),
) -> Result<bool, Error> {
    let Engine { live, store, decode_cache, .. } = engine;
    let handle = record.handle;
    for _ in 0..MAX_ATTEMPTS {
        if !is_to_end(engine, &record, ends) {
            return Ok(false);
        }
        let emptied = Update {
            digest: Digest::from_bytes([0; 32]),
            principal: None,
            fields: Arc::default(),
            persistent: false,
            ..Update::of(&record)
        };
        live.note_ending(handle, Some(EndReason::Revoked));
        let updated = store.update(emptied, store.deadline).await;
        if let Ok(Updated::Saved(_)) = updated {
            decode_cache.forget(handle);
            live.end(handle, EndReason::Revoked);
            store.report(&SessionEvent::of_end(handle, EndReason::Revoked));
            // It is over, whether or not its empty record can be deleted now; else a sweep does that when it expires.
            _ = store.delete(handle, None).await;
            return Ok(true);
        }
        live.note_ending(handle, None);
        record = match updated? {
            Updated::Conflict(newer) => *newer,
            // Others have ended it.
            Updated::Gone | Updated::Saved(_) | Updated::Revoked(_) => return Ok(false),
        };
        let is_theirs = |owner: &Arc<str>| names.iter().any(|name| **name == **owner);
        if !record.principal.as_ref().is_some_and(is_theirs) {
            return Ok(false);
        }
    }
    Err(Error::Contended(MAX_ATTEMPTS))
}

/// Whether the closure says yes to the state of this record, or nobody can tell what it would say.
fn is_to_end<T: SessionState>(
    engine: &Engine<T>,
    record: &Record,
    ends: &mut impl FnMut(&T) -> bool,
) -> bool {
    let handle = record.handle;
    match engine.decode(record.clone()) {
        Ok(Some(stored)) => stored.decoding != Decoding::Whole || ends(&stored.state),
        // Ended already, or of a session type of another name.
        Ok(None) => false,
        Err(error) => {
            let error: &dyn std::error::Error = &error;
            tracing::error!(
                target: "session",
                %handle,
                error,
                "a session cannot be read, and so is ended: nobody can tell whether it was to be"
            );
            true
        }
    }
}
