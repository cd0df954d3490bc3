//! The only live session of those that several sealed cookies hold.

use std::sync::Arc;

use super::identify::identify;
use crate::engine::engine::Engine;
use crate::engine::error::Error;
use crate::engine::event::Ignored;
use crate::engine::identity::{Identity, Proven};
use crate::engine::sealed_cookie::SealedCookie;
use crate::state::session_state::SessionState;

/// The only live session of those that several cookies hold; nobody's if there are two. Of two
/// copies of one session, the newer counts.
pub(crate) async fn identify_one_of<T: SessionState>(
    sealed_cookie: &SealedCookie,
    engine: &Arc<Engine<T>>,
    values: &[&[u8]],
    seen: &[&[u8]],
) -> Result<Identity<T>, Error> {
    let mut identity = Identity::Anonymous;
    for value in values {
        let other = identify(sealed_cookie, engine, value, seen).await?;
        identity = match (identity, other) {
            (Identity::Proven(one), Identity::Proven(two)) => {
                if one.stored.record.handle != two.stored.record.handle {
                    return Ok(engine.ignore(None, Ignored::Ambiguous));
                }
                Identity::Proven(newer(one, two))
            }
            (Identity::Proven(proven), _) | (_, Identity::Proven(proven)) => {
                Identity::Proven(proven)
            }
            (Identity::Replaced(presented), _) | (_, Identity::Replaced(presented)) => {
                Identity::Replaced(presented)
            }
            (Identity::Anonymous, Identity::Anonymous) => Identity::Anonymous,
        };
    }
    Ok(identity)
}

fn newer<T>(one: Proven<T>, two: Proven<T>) -> Proven<T> {
    let age = |proven: &Proven<T>| {
        let record = &proven.stored.record;
        (record.revision, record.times.seen)
    };
    if age(&one) < age(&two) { two } else { one }
}
