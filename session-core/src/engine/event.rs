//! What happens to sessions, for logs and alarms: handles only, never a token or a value.

use http::StatusCode;

use crate::cookie::read::CookieFault;
use crate::crypto::token::Handle;
use crate::engine::end_reason::EndReason;
use crate::engine::error::{Error, Refusal};
use crate::store::StoreError;

/// Something happened to a session.
///
/// Each goes to `tracing` under the target `session`, and to the hook given to
/// [`EngineBuilder::on_event`](crate::EngineBuilder::on_event).
///
/// ```
/// # use session_core::{BuildError, Engine, MemoryStore, SessionEvent, session};
/// # #[session] pub struct Shop { cart: Vec<String> }
/// # fn main() -> Result<(), BuildError> {
/// let engine = Engine::<Shop>::builder(MemoryStore::new())
///     .on_event(|event| match event {
///         SessionEvent::TheftSuspected { handle } => println!("alarm: {handle}"),
///         SessionEvent::StoreFailed { operation, error } => println!("{operation}: {error}"),
///         _ => {}
///     })
///     .build()?;
/// # Ok(()) }
/// ```
#[derive(Debug)]
#[non_exhaustive]
#[doc(alias("events", "metrics", "audit", "log"))]
pub enum SessionEvent<'a> {
    /// A session was stored for the first time.
    Created {
        /// Its public name.
        handle: Handle,
    },
    /// A session that its browser had elsewhere was stored for the first time: see
    /// [`EngineBuilder::import`](crate::EngineBuilder::import).
    Imported {
        /// Its public name.
        handle: Handle,
    },
    /// A session has a new secret: its old one is dead, or will be when the browser has shown the
    /// new one.
    Rotated {
        /// Its public name.
        handle: Handle,
    },
    /// A session was in use after a tenth of its idle limit, which starts anew.
    Renewed {
        /// Its public name.
        handle: Handle,
    },
    /// A session was in use, and its idle limit could not start anew: the next use tries again.
    RenewalFailed {
        /// Its public name.
        handle: Handle,
        /// Why.
        error: &'a Error,
    },
    /// A session was ended by the request that came with it: a log-out.
    Destroyed {
        /// Its public name.
        handle: Handle,
    },
    /// A session was ended from elsewhere, or because its secret was shown by two.
    Revoked {
        /// Its public name.
        handle: Handle,
    },
    /// All sessions of a principal were ended, or all but one.
    AllRevoked {
        /// How many there were.
        ended: u64,
        /// The one that was spared, if one was.
        except: Option<Handle>,
    },
    /// A secret was shown that the browser had given up for its successor, which it has shown
    /// since: somebody has a copy of the cookie or bearer token, be it the one who shows it now or the other. The
    /// session was ended ([`SessionEvent::Revoked`] follows).
    TheftSuspected {
        /// Its public name.
        handle: Handle,
    },
    /// A request was refused, or its response replaced.
    Refused {
        /// Why.
        refusal: &'a Refusal,
    },
    /// A request is refused ([`SessionEvent::Refused`] follows) because of where it comes from. If
    /// it does not come from another site, the proxy in front does not forward `Host`; if that
    /// site may act on sessions, it is a
    /// [`trusted_origin`](crate::EngineBuilder::trusted_origin).
    OtherSite {
        /// The host that the request was sent to, as far as this server is told.
        host: Option<&'a str>,
        /// Its `Origin`.
        origin: Option<&'a str>,
        /// Its `Sec-Fetch-Site`.
        sec_fetch_site: Option<&'a str>,
    },
    /// A request's cookie or bearer token was not taken for a session: the request is anonymous.
    Ignored {
        /// The session that it names, if it names one.
        handle: Option<Handle>,
        /// Why.
        reason: Ignored,
    },
    /// A cookie or bearer token names a session that was stored under another name than those of its session
    /// type: the request is anonymous ([`SessionEvent::Ignored`] follows). Either two session types
    /// share a store and a cookie, or a struct was renamed.
    OtherName {
        /// Its public name.
        handle: Handle,
        /// The name that it was stored under.
        stored: &'a str,
        /// The name that sessions of this type have.
        expected: &'a str,
    },
    /// A change was not stored: it came with a form of another site, with which browsers send no
    /// session cookie, and a new one would take the place of the one that there may be. See
    /// [`Session::is_withheld`](crate::Session::is_withheld).
    Withheld,
    /// A stored field did not decode in this binary, and has its default here. It stays in the
    /// store as it is until a handler changes it.
    FieldDefaulted {
        /// The session's public name.
        handle: Handle,
        /// The field's name.
        field: &'static str,
    },
    /// The store failed or did not answer in time.
    StoreFailed {
        /// What it was asked: `load`, `insert`, `update`, ….
        operation: &'static str,
        /// What it said.
        error: &'a StoreError,
    },
}

impl SessionEvent<'_> {
    /// A session was ended for this reason.
    pub(crate) fn of_end(handle: Handle, reason: EndReason) -> Self {
        match reason {
            EndReason::Destroyed => Self::Destroyed { handle },
            _ => Self::Revoked { handle },
        }
    }

    /// Writes it to the log by `tracing`, under the target `session`. The engine does so with each.
    pub fn trace(&self) {
        match self {
            Self::Created { handle } => {
                tracing::info!(target: "session", %handle, "session created");
            }
            Self::Imported { handle } => {
                tracing::info!(target: "session", %handle, "session imported");
            }
            Self::Rotated { handle } => {
                tracing::info!(target: "session", %handle, "session rotated");
            }
            Self::Renewed { handle } => {
                tracing::debug!(target: "session", %handle, "session renewed");
            }
            Self::RenewalFailed { handle, error } => {
                let error: &(dyn std::error::Error + 'static) = *error;
                tracing::error!(target: "session", %handle, error, "session not renewed");
            }
            Self::Destroyed { handle } => {
                tracing::info!(target: "session", %handle, "session destroyed");
            }
            Self::Revoked { handle } => {
                tracing::info!(target: "session", %handle, "session revoked");
            }
            Self::AllRevoked { ended, except: Some(except) } => {
                tracing::info!(target: "session", ended, %except, "all sessions of a principal revoked but one");
            }
            Self::AllRevoked { ended, except: None } => {
                tracing::info!(target: "session", ended, "all sessions of a principal revoked");
            }
            Self::TheftSuspected { handle } => {
                tracing::warn!(target: "session", %handle, "a replaced session token was shown again: it was stolen");
            }
            Self::OtherSite { host, origin, sec_fetch_site } => {
                let [host, origin, sec_fetch_site] =
                    [host, origin, sec_fetch_site].map(|header| header.unwrap_or("(none)"));
                tracing::info!(
                    target: "session",
                    host,
                    origin,
                    sec_fetch_site,
                    "a request is refused because of where it comes from: if it comes from this site, have the \
                     proxy in front forward `Host`; if its origin may act on sessions here, name it on the \
                     builder, `.trusted_origin(\"https://…\")?`, or open the handler by `cross_site`"
                );
            }
            // A mistake of the application's.
            Self::Refused { refusal } if refusal.status() == StatusCode::INTERNAL_SERVER_ERROR => {
                let refusal: &(dyn std::error::Error + 'static) = *refusal;
                tracing::error!(target: "session", refusal, "request refused");
            }
            Self::Refused { refusal } => {
                let refusal: &(dyn std::error::Error + 'static) = *refusal;
                tracing::info!(target: "session", refusal, "request refused");
            }
            Self::Ignored { handle: Some(handle), reason } => {
                tracing::info!(target: "session", %handle, ?reason, "session token ignored");
            }
            Self::Ignored { handle: None, reason } => {
                tracing::info!(target: "session", ?reason, "session token ignored");
            }
            Self::OtherName { handle, stored, expected } => {
                tracing::warn!(
                    target: "session",
                    %handle,
                    stored,
                    expected,
                    "a session was stored under another name and is not this type's: if the struct was renamed, \
                     add `#[session(alias = \"…\")]` with the stored name; if two types share a store and a \
                     cookie, give one of them a cookie of its own"
                );
            }
            Self::Withheld => {
                tracing::warn!(
                    target: "session",
                    "a change by a form of another site was not stored, since browsers send no session cookie \
                     with it: answer it with 303 to a page of your own, and change the session there"
                );
            }
            Self::FieldDefaulted { handle, field } => {
                tracing::warn!(target: "session", %handle, field, "stored field did not decode and has its default");
            }
            Self::StoreFailed { operation, error } => {
                let error: &(dyn std::error::Error + 'static) = *error;
                tracing::error!(target: "session", operation, error, "session store failed");
            }
        }
    }
}

/// Why a cookie or bearer token was not taken for a session.
///
/// ```
/// # use session_core::{Ignored, SessionEvent};
/// fn is_an_attack(event: &SessionEvent<'_>) -> bool {
///     matches!(event, SessionEvent::Ignored { reason: Ignored::Forged | Ignored::WrongSecret, .. })
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Ignored {
    /// It is not a token.
    Malformed,
    /// Its signature is missing or not ours.
    Forged,
    /// There were two of the name, or two `Authorization` headers.
    Repeated,
    /// There were two of the name, and both are live sessions: whose the request is, nobody can
    /// tell. A log-in leaves one.
    Ambiguous,
    /// The store has no such session: it expired, or was destroyed, or never was.
    Unknown,
    /// Its secret was replaced a moment ago, while the request was on its way. What such a request
    /// would save is refused, so that it cannot replace the new cookie.
    Replaced,
    /// There is such a session, and the secret is not its secret: a very old one, or a guess.
    WrongSecret,
    /// It was stored under a name that the session type does not have
    /// ([`SessionEvent::OtherName`]).
    OtherName,
    /// It is of a session elsewhere that was [imported](crate::EngineBuilder::import): the browser was given one of
    /// ours in its place, or the session has ended.
    Imported,
    /// Its secret was replaced long ago: the session was ended ([`SessionEvent::TheftSuspected`]).
    Stolen,
}

impl From<CookieFault> for Ignored {
    fn from(fault: CookieFault) -> Self {
        match fault {
            CookieFault::Malformed => Self::Malformed,
            CookieFault::Repeated => Self::Repeated,
        }
    }
}
