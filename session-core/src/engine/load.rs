//! The load: a request's cookie is read, and the session that it proves is loaded.

use std::sync::Arc;

use http::Method;
use http::header::USER_AGENT;
use http::request::Parts;
use http::uri::Authority;

use crate::cookie::read::Cookies;
use crate::cookie::seen::PresentedCookies;
use crate::engine::engine::Engine;
use crate::engine::error::Refusal;
use crate::engine::identity::{Identity, Proof, Proven};
use crate::engine::incoming::{Incoming, Request, Usage};
use crate::engine::policy::Policy;
use crate::engine::renewal::renewed_times;
use crate::engine::transaction::Transaction;
use crate::engine::{clean, operations, origin};
use crate::state::session_state::SessionState;

/// Loads the session of a request.
pub(crate) async fn load<T: SessionState>(
    parts: &Parts,
    engine: &Arc<Engine<T>>,
    usage: Usage,
) -> Result<Arc<Transaction<T>>, Refusal> {
    clean::start(engine);
    let arrival = engine.store.arrival();
    let Policy { cookie, cross_site, .. } = &engine.policy;
    let cookies = Cookies::read(&parts.headers, cookie.name())
        .map_err(|_| engine.refuse(Refusal::TooManyCookies))?;
    let seen = operations::seen_cookies(engine, &parts.headers);
    let request = Request { arrival, usage };
    let identity = match cookies.value() {
        Ok(None) => Identity::Anonymous,
        Ok(Some(value)) => {
            let identified = operations::identify(engine, request, &value, &seen).await;
            identified.map_err(|error| engine.refuse(error.into()))?
        }
        Err(fault) => match cookies.repeated().filter(|_| cookie.domain_name().is_some()) {
            Some(values) => {
                let identified =
                    Box::pin(operations::identify_one_of(engine, request, &values, &seen));
                identified.await.map_err(|error| engine.refuse(error.into()))?
            }
            None => engine.ignore(None, fault.into()),
        },
    };
    let user_agent = match &identity {
        Identity::Proven(Proven { proof: Proof::Token { .. }, .. }) => None,
        _ => parts.headers.get(USER_AGENT).cloned(),
    };
    let presented_cookies = PresentedCookies { parts: cookies.presented(), seen: !seen.is_empty() };
    let leftovers = match cookie.domain_name() {
        Some(_) if presented_cookies.is_any() => {
            cookie.leftovers(origin::requested(parts).as_ref().map(Authority::host))
        }
        _ => Vec::new(),
    };
    let is_withheld =
        !presented_cookies.is_any() && cross_site.may_withhold(parts, cookie.domain_name());
    let incoming = Incoming {
        engine: engine.name_in_use.engine,
        cookie: Arc::clone(cookie.shared_name()),
        request,
        presented_cookies,
        leftovers,
        is_withheld,
        is_connect: parts.method == Method::CONNECT,
        user_agent,
    };
    let renewed = match &identity {
        Identity::Proven(proven) => renewed_times(engine, proven),
        Identity::Anonymous | Identity::Replaced(_) => None,
    };
    Ok(Arc::new(Transaction::new(incoming, identity, renewed, &engine.live)))
}
