//! The save of a sealed cookie: the session as it was left, as the next cookie.

use std::sync::Arc;

use super::end::remember;
use crate::cookie::write::SetCookie;
use crate::crypto::token::Token;
use crate::engine::change::Change;
use crate::engine::draft::{Draft, SecretsIn};
use crate::engine::engine::Engine;
use crate::engine::error::Error;
use crate::engine::event::SessionEvent;
use crate::engine::sealed_cookie::SealedCookie;
use crate::engine::stored::Stored;
use crate::state::session_state::SessionState;

/// What a request made of its session, as the next cookie.
pub(crate) async fn commit<T: SessionState>(
    sealed_cookie: &SealedCookie,
    engine: &Engine<T>,
    stored: &Arc<Stored<T>>,
    mut change: Change<T>,
) -> Result<Option<SetCookie>, Error> {
    let policy = &engine.policy;
    let mut draft = Draft::of(stored, SecretsIn::Cookie);
    let acknowledgement = draft.apply(&mut change, policy)?;
    let Some(mut update) = draft.update(policy, stored.clock_reading())? else { return Ok(None) };
    // Whom it is does not matter: cookies have that among their fields alone.
    update.principal = draft.state().principal().map(|_| Arc::from(""));
    let now = engine.store.current_time();
    let mut record = stored.record.clone();
    record.apply(update, now);
    if acknowledgement.token.is_some() {
        record.handle = Token::generate(&*policy.random, now)?.handle();
    }
    let set = sealed_cookie.seal(policy, stored.name, &record)?;
    let mut saved = draft.saved(record.times);
    saved.record.handle = record.handle;
    engine.remember(&saved, record.fields);
    if acknowledgement.token.is_some() {
        let left = stored.record.times.absolute.since(now);
        remember(engine, stored.record.handle, left).await?;
        engine.store.report(&SessionEvent::Rotated { handle: record.handle });
    }
    Ok(Some(set))
}
