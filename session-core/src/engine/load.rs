//! The load: a request's cookie is read, and the session that it proves is loaded.

use std::borrow::Cow;
use std::sync::Arc;

use http::Method;
use http::header::USER_AGENT;
use http::request::Parts;
use http::uri::Authority;

use crate::cookie::read::{CookieFault, Cookies};
use crate::cookie::seen::PresentedCookies;
use crate::engine::engine::Engine;
use crate::engine::error::Refusal;
use crate::engine::identity::{Identity, Proof, Proven};
use crate::engine::incoming::{Incoming, Request, Usage};
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
    let request = Request { arrival: engine.store.arrival(), usage };
    let (presented_cookies, seen, presented) = read(parts, engine)?;
    let may_come_from_elsewhere =
        engine.importer.is_some() && !matches!(presented, OwnCookies::Fault(_));
    let identity = match presented {
        OwnCookies::Nothing => Ok(Identity::Anonymous),
        OwnCookies::Value(value) => operations::identify(engine, &request, &value, &seen).await,
        OwnCookies::OneOf(values) => {
            Box::pin(operations::identify_one_of(engine, &request, &values, &seen)).await
        }
        OwnCookies::Fault(fault) => Ok(engine.ignore(None, fault.into())),
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

/// What a request shows under the name of the session's cookie.
enum OwnCookies<'a> {
    Nothing,
    Value(Cow<'a, [u8]>),
    /// Cookies for several domains.
    OneOf(Vec<&'a [u8]>),
    Fault(CookieFault),
}

/// Reads the session's cookies: which there are, the values of the seen ones, and the session's own.
fn read<'a, T: SessionState>(
    parts: &'a Parts,
    engine: &Engine<T>,
) -> Result<(PresentedCookies, Vec<&'a [u8]>, OwnCookies<'a>), Refusal> {
    let cookie = &engine.policy.cookie;
    let cookies = Cookies::read(&parts.headers, cookie.name())
        .map_err(|_| engine.refuse(Refusal::TooManyCookies))?;
    let own = match cookies.value() {
        Ok(None) => OwnCookies::Nothing,
        Ok(Some(value)) => OwnCookies::Value(value),
        Err(fault) => match cookies.repeated().filter(|_| cookie.domain_name().is_some()) {
            Some(values) => OwnCookies::OneOf(values),
            None => OwnCookies::Fault(fault),
        },
    };
    let seen = operations::seen_cookies(engine, &parts.headers);
    let presented = PresentedCookies { parts: cookies.presented(), seen: !seen.is_empty() };
    Ok((presented, seen, own))
}

/// What the engine needs of the request later.
fn incoming<T: SessionState>(
    parts: &Parts,
    engine: &Engine<T>,
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
    let is_withheld =
        !presented_cookies.is_any() && cross_site.may_withhold(parts, cookie.domain_name());
    Incoming {
        engine: engine.name_in_use.engine,
        cookie: Arc::clone(cookie.shared_name()),
        request,
        presented_cookies,
        leftovers,
        is_withheld,
        is_connect: parts.method == Method::CONNECT,
        user_agent,
    }
}
