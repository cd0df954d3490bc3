//! The only live session of those that several tokens prove.

use std::sync::Arc;

use super::identify::identify;
use crate::crypto::token::{Handle, Token, Transport};
use crate::engine::engine::Engine;
use crate::engine::error::Error;
use crate::engine::event::Ignored;
use crate::engine::identity::Identity;
use crate::engine::incoming::Request;
use crate::engine::rotation::SecretMatch;
use crate::engine::stored::Opened;
use crate::state::session_state::SessionState;

/// What a token's secret is to its session; of two tokens of one session, the greater counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Standing {
    /// There is no such session, or it is not its secret.
    Nothing,
    /// It was replaced: maybe a moment ago, maybe it was stolen.
    Retired,
    /// It is good, and the browser was given another.
    Outdated,
    Current,
}

/// A token that was shown: its session, what it is to it, and its value.
type Presented<'a> = (Handle, Standing, &'a [u8]);

/// Not in a generic function: what sorts is long, and would be compiled for each session type.
fn best_first(shown: &mut [Presented<'_>]) {
    shown.sort_by_key(|(_, standing, _)| std::cmp::Reverse(*standing));
}

/// The only live session of those that several tokens prove; nobody's if there are two.
///
/// A retired secret beside a good one of the same session is a leftover of one browser, and no sign
/// of theft.
pub(crate) async fn identify_one_of<T: SessionState>(
    engine: &Arc<Engine<T>>,
    request: &Request,
    values: &[&[u8]],
) -> Result<Identity<T>, Error> {
    let mut shown: Vec<Presented<'_>> = Vec::with_capacity(values.len());
    for value in values {
        match engine.policy.sealer.decode_token(value, Transport::Cookie) {
            Ok((token, _)) => {
                let standing = standing(engine, &token).await?;
                shown.push((token.handle(), standing, value));
            }
            Err(reason) => _ = engine.ignore(None, reason),
        }
    }
    best_first(&mut shown);
    let live = shown.iter().take_while(|(_, standing, _)| *standing >= Standing::Outdated);
    let mut handles = live.map(|(handle, ..)| *handle);
    let chosen = handles.next();
    if handles.any(|other| Some(other) != chosen) {
        return Ok(engine.ignore(None, Ignored::Ambiguous));
    }
    let mut identity = Identity::Anonymous;
    for (nth, (handle, _, value)) in shown.iter().enumerate() {
        let is_chosen = Some(*handle) == chosen;
        if nth > 0 && is_chosen {
            continue;
        }
        let other = identify(engine, request, value).await?;
        if is_chosen || matches!((&identity, &other), (Identity::Anonymous, Identity::Replaced(_)))
        {
            identity = other;
        }
    }
    Ok(identity)
}

async fn standing<T: SessionState>(engine: &Engine<T>, token: &Token) -> Result<Standing, Error> {
    let Some(mut record) = engine.store.load(token.handle()).await? else {
        return Ok(Standing::Nothing);
    };
    let Opened::Ours(unsealed) = engine.unseal(&mut record)? else { return Ok(Standing::Nothing) };
    let digest = engine.policy.sealer.digest(token, unsealed.name, Transport::Cookie);
    Ok(match record.match_secret(digest) {
        SecretMatch::Current | SecretMatch::Successor => Standing::Current,
        SecretMatch::Predecessor => Standing::Outdated,
        SecretMatch::Replaced | SecretMatch::Stolen => Standing::Retired,
        SecretMatch::Unknown => Standing::Nothing,
    })
}
