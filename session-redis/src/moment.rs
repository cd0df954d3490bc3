//! Moments and spans as scripts count them: whole microseconds that a Lua number holds exactly.

use std::time::Duration;

use session_core::store::LogIn;
use session_core::{Now, Timestamp};

use crate::script::Argument;

/// Half of what a double counts without gaps, so that a moment and a span may be added: until the
/// year 2112, or for 142 years.
const LIMIT: i64 = 1 << 52;

/// The moment to go by, or nothing for the server's clock.
pub(crate) fn clock(now: Now) -> Argument<'static> {
    now.named().map_or(Argument::NONE, moment)
}

fn moment(moment: Timestamp) -> Argument<'static> {
    Argument::Number(moment.micros().clamp(-LIMIT, LIMIT))
}

/// When a log-in began, or nothing if nobody knows.
pub(crate) fn began(log_in: LogIn) -> Argument<'static> {
    log_in.began.map_or(Argument::NONE, moment)
}

/// How many sessions a log-in leaves, or nothing if it does not matter.
pub(crate) fn limit(log_in: LogIn) -> Argument<'static> {
    log_in.limit.map_or(Argument::NONE, |limit| Argument::Number(limit.get().into()))
}

/// How long something lasts.
pub(crate) fn span(span: Duration) -> Argument<'static> {
    Argument::Number(i64::try_from(span.as_micros()).map_or(LIMIT, |micros| micros.min(LIMIT)))
}
