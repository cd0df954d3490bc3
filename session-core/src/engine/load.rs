//! The load: a request's cookie or bearer token is read, and the session that it proves is loaded.

use std::borrow::Cow;
use std::sync::Arc;

use http::Method;
use http::header::USER_AGENT;
use http::request::Parts;
use http::uri::Authority;

use crate::cookie::read::Cookies;
use crate::cookie::seen::PresentedCookies;
use crate::crypto::token::{Token, Transport};
use crate::engine::authorization::Authorization;
use crate::engine::engine::Engine;
use crate::engine::error::Refusal;
use crate::engine::event::Ignored;
use crate::engine::identity::{Identity, Proof, Proven};
use crate::engine::incoming::{Incoming, Request, Usage};
use crate::engine::issuer::TokenIssuer;
use crate::engine::policy::Policy;
use crate::engine::renewal::renewed_times;
use crate::engine::transaction::Transaction;
use crate::engine::{clean, operations, origin, store_backend};
use crate::state::session_state::SessionState;

/// Loads the session of a request.
pub(crate) async fn load<T: SessionState>(
    parts: &Parts,
    engine: &Arc<Engine<T>>,
    usage: Usage,
) -> Result<Arc<Transaction<T>>, Refusal> {
    clean::start(engine);
    let arrival = engine.store.arrival();
    let (presented_cookies, seen, credential) = read(parts, engine)?;
    let request = Request { arrival, usage, transport: credential.transport() };
    let may_come_from_elsewhere = engine.importer.is_some() && credential.may_be_elsewhere();
    let identity = match credential {
        Credential::Nothing => Ok(Identity::Anonymous),
        Credential::Cookie(value) => operations::identify(engine, &request, &value, &seen).await,
        Credential::OneOfCookies(values) => {
            Box::pin(operations::identify_one_of(engine, &request, &values, &seen)).await
        }
        Credential::BearerToken(token) => {
            operations::identify_bearer(engine, &request, token).await
        }
        Credential::ForgedBearerToken => Ok(engine.ignore(None, Ignored::Forged)),
        Credential::Fault(reason) => Ok(engine.ignore(None, reason)),
    };
    let identity = match identity {
        Ok(Identity::Anonymous) if may_come_from_elsewhere => {
            Box::pin(store_backend::import(engine, &request, parts)).await
        }
        identity => identity,
    };
    let identity = identity.map_err(|error| engine.refuse(error.into()))?;
    let incoming = incoming(parts, engine, request, presented_cookies, &identity);
    let renewed = match &identity {
        Identity::Proven(proven) => renewed_times(engine, proven),
        Identity::Anonymous | Identity::Replaced(_) => None,
    };
    Ok(Arc::new(Transaction::new(incoming, identity, renewed, &engine.live)))
}

/// What a request shows of its session: cookies of the session's name, or else a bearer token.
enum Credential<'a> {
    Nothing,
    Cookie(Cow<'a, [u8]>),
    /// Cookies for several domains.
    OneOfCookies(Vec<&'a [u8]>),
    BearerToken(Token),
    ForgedBearerToken,
    /// Something that can be no session's.
    Fault(Ignored),
}

impl Credential<'_> {
    /// Whether a browser may show this, whose session is elsewhere.
    fn may_be_elsewhere(&self) -> bool {
        matches!(self, Self::Nothing | Self::Cookie(_) | Self::OneOfCookies(_))
    }

    fn transport(&self) -> Transport {
        match self {
            Self::BearerToken(_) | Self::ForgedBearerToken => Transport::Bearer,
            _ => Transport::Cookie,
        }
    }
}

/// Reads what a request shows: which of the session's cookies there are, the values of the seen ones, and what is to
/// prove the session. Beside a session cookie, even a bad one, no bearer token counts.
fn read<'a, T: SessionState>(
    parts: &'a Parts,
    engine: &Engine<T>,
) -> Result<(PresentedCookies, Vec<&'a [u8]>, Credential<'a>), Refusal> {
    let cookie = &engine.policy.cookie;
    let cookies = Cookies::read(&parts.headers, cookie.name())
        .map_err(|_| engine.refuse(Refusal::TooManyCookies))?;
    let seen = operations::seen_cookies(engine, &parts.headers);
    let presented = PresentedCookies { parts: cookies.presented(), seen: !seen.is_empty() };
    let credential = match cookies.value() {
        Ok(None) if presented.is_any() => Credential::Nothing,
        Ok(None) => match Authorization::read(&engine.policy, &parts.headers) {
            Authorization::Absent => Credential::Nothing,
            Authorization::Token(token) => Credential::BearerToken(token),
            Authorization::Forged => Credential::ForgedBearerToken,
            Authorization::Fault(reason) => Credential::Fault(reason),
        },
        Ok(Some(value)) => Credential::Cookie(value),
        Err(fault) => match cookies.repeated().filter(|_| cookie.domain_name().is_some()) {
            Some(values) => Credential::OneOfCookies(values),
            None => Credential::Fault(fault.into()),
        },
    };
    Ok((presented, seen, credential))
}

/// What the engine needs of the request later.
fn incoming<T: SessionState>(
    parts: &Parts,
    engine: &Arc<Engine<T>>,
    request: Request,
    presented_cookies: PresentedCookies,
    identity: &Identity<T>,
) -> Incoming {
    let Policy { cookie, cross_site, labels, .. } = &engine.policy;
    let user_agent = match identity {
        Identity::Proven(Proven { proof: Proof::Token { .. }, .. }) => None,
        _ if labels.keeps_none() => None,
        _ => parts.headers.get(USER_AGENT).cloned(),
    };
    let leftovers = match cookie.domain_name() {
        Some(_) if presented_cookies.is_any() => {
            cookie.leftovers(origin::requested(parts).as_ref().map(Authority::host))
        }
        _ => Vec::new(),
    };
    let is_withheld = !presented_cookies.is_any()
        && request.transport == Transport::Cookie
        && cross_site.may_withhold(parts, cookie.domain_name());
    let issues = engine.policy.bearer_tokens;
    Incoming {
        engine: engine.name_in_use.engine,
        cookie: Arc::clone(cookie.shared_name()),
        request,
        presented_cookies,
        leftovers,
        is_withheld,
        is_connect: parts.method == Method::CONNECT,
        issuer: issues.then(|| Arc::clone(engine) as Arc<dyn TokenIssuer>),
        user_agent,
    }
}
