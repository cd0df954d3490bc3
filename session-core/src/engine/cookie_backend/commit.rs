//! The save of a sealed cookie: the session as it was left, as the next cookie; or that it was in use,
//! as the one beside it.

use std::sync::Arc;

use super::end::remember;
use crate::cookie::write::SetCookie;
use crate::crypto::token::Token;
use crate::engine::change::Change;
use crate::engine::draft::{Draft, SecretsIn};
use crate::engine::end_reason::EndReason;
use crate::engine::engine::Engine;
use crate::engine::error::Error;
use crate::engine::event::SessionEvent;
use crate::engine::incoming::Usage;
use crate::engine::live::{Person, StoredAs};
use crate::engine::sealed_cookie::{SealedCookie, SealedSession};
use crate::engine::stored::Stored;
use crate::state::session_state::SessionState;
use crate::store::Record;

/// What a request made of its session, as the next cookie. One that has made nothing of it may have
/// been answered after another that has: it never writes the session's cookie, and that it was in
/// use lies beside that. One that has is refused where it is known that its session was ended or
/// replaced meanwhile: of both, by whoever comes first.
pub(crate) async fn commit<T: SessionState>(
    sealed_cookie: &SealedCookie,
    engine: &Engine<T>,
    stored: &Arc<Stored<T>>,
    mut change: Change<T>,
) -> Result<(StoredAs, Option<SetCookie>), Error> {
    let policy = &engine.policy;
    let mut draft = Draft::of(stored, SecretsIn::Cookie);
    let acknowledgement = draft.apply(&mut change, policy)?;
    let is_used = change.request.is_some_and(|request| request.usage == Usage::Foreground);
    let now = engine.store.current_time();
    let Some(mut update) = draft.update(policy, stored.clock_reading())? else {
        if !is_used || !stored.is_to_be_renewed(policy.lifetime) {
            let Record { handle, times, .. } = stored.record;
            return Ok((StoredAs { handle, ends: times.expires }, None));
        }
        let mut record = stored.record.clone();
        record.times.seen_at(now, stored.limits(policy.lifetime).idle);
        let stored_as = StoredAs { handle: record.handle, ends: record.times.expires };
        engine.store.report(&SessionEvent::Renewed { handle: record.handle });
        engine.live.renew(record.handle, stored_as.ends);
        let set = sealed_cookie.seal_seen(policy, stored.name, &record)?;
        return Ok((stored_as, Some(set)));
    };
    // Whom it is does not matter: cookies have that among their fields alone.
    update.principal = draft.state().principal().map(|_| Arc::from(""));
    let mut record = stored.record.clone();
    record.apply(update, now);
    if acknowledgement.token.is_some() {
        record.handle = Token::generate(&*policy.random, now)?.handle();
    }
    let SealedSession { value, max_age } = sealed_cookie.seal(policy, stored.name, &record)?;
    let is_replaced = acknowledgement.token.is_some();
    let Record { handle, times, .. } = &stored.record;
    let stored_as = StoredAs { handle: record.handle, ends: record.times.expires };
    let has_ended = if is_replaced {
        // Before others are told that the old one is over.
        engine.live.rename(*handle, record.handle, Person::of::<T>(draft.state().principal()));
        remember(engine, *handle, times.absolute, now).await?
    } else {
        engine.store.load(*handle).await?.is_some()
    };
    if has_ended {
        engine.live.end(record.handle, EndReason::Unknown);
        return Err(Error::Ended);
    }
    let mut saved = draft.saved(record.times);
    saved.record.handle = record.handle;
    engine.remember(&saved, record.fields);
    engine.live.renew(record.handle, stored_as.ends);
    if !is_replaced {
        return Ok((stored_as, Some(SetCookie::Update { value, max_age })));
    }
    engine.store.report(&SessionEvent::Rotated { handle: record.handle });
    Ok((stored_as, Some(SetCookie::Keep { value, max_age })))
}
