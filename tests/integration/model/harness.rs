//! Plays each step on the library and on the model, and compares all that can be seen of either.

use std::collections::HashMap;
use std::fmt::Debug;
use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use axum::http::header::{CACHE_CONTROL, COOKIE, SET_COOKIE, VARY};
use axum::response::Response;
use http_body_util::BodyExt as _;
use session_axum::{
    ErrorKind, Handle, Lifetime, SessionCookie, Sessions, Store, Timestamp, WithPrincipal,
};
use session_core::{Digest, Now};
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tower::ServiceExt as _;

use super::answer::{Answer, CookieChange};
use super::app::{App, Script, router};
use super::coverage::Coverage;
use super::faults::Faults;
use super::function::{self, NODES};
use super::open_request::Refusal;
use super::reference::Model;
use super::schedule::Step;
use super::session::{Change, HoldsState, KINDS, Kind, State, User};
use super::stored_session::{ABSOLUTE, IDLE, StoredSession, Token};
use crate::intercepted_store::InterceptedStore;

pub(crate) struct Harness {
    model: Model,
    store: InterceptedStore<Faults>,
    /// Two processes, as it were, on one store.
    nodes: [App; NODES],
    /// On the same store, and never befallen by a fault.
    inspector: App,
    open_requests: Vec<(Script, JoinHandle<Response>)>,
    /// The cookie of each token that was told to a browser.
    cookies: HashMap<Token, String>,
    /// The digest of each secret that was stored.
    digests: HashMap<Token, Digest>,
}

type Checked = Result<(), String>;

fn same<V: PartialEq + Debug + ?Sized>(what: &str, library: &V, model: &V) -> Checked {
    if library == model {
        Ok(())
    } else {
        Err(format!("{what}: {library:?}\n  by the model: {model:?}"))
    }
}

impl Harness {
    pub(crate) fn new() -> Self {
        // The clock goes with the runtime's, on which deadlines are counted.
        let began = Instant::now();
        let store = InterceptedStore::new(Faults::default());
        let [absolute, idle] = [ABSOLUTE, IDLE].map(Duration::from_secs);
        // Renewal by age has tests of its own, where each step of it is seen.
        let lifetime = Lifetime::new(absolute, idle).unwrap().without_rotation();
        Self {
            inspector: app(store.memory.clone(), lifetime, began),
            nodes: [(); NODES].map(|()| app(store.clone(), lifetime, began)),
            model: Model::default(),
            store,
            open_requests: Vec::new(),
            cookies: HashMap::new(),
            digests: HashMap::new(),
        }
    }

    pub(crate) fn coverage(mut self) -> Coverage {
        self.model.coverage.begin();
        self.model.coverage
    }

    pub(crate) async fn step(&mut self, step: &Step) -> Checked {
        match step {
            Step::Send(request) => {
                if self.begin(request).await? {
                    self.end(self.open_requests.len() - 1).await?;
                }
            }
            Step::Begin(request) => _ = self.begin(request).await?,
            Step::End(nth) if !self.open_requests.is_empty() => {
                self.end(nth % self.open_requests.len()).await?;
            }
            Step::Leave(nth) if !self.open_requests.is_empty() => {
                let nth = nth % self.open_requests.len();
                self.model.open_requests.remove(nth);
                let (_, client) = self.open_requests.remove(nth);
                client.abort();
                _ = client.await;
            }
            Step::End(_) | Step::Leave(_) => {}
            Step::Copy { from, to } => self.model.browsers[*to] = self.model.browsers[*from],
            Step::Arm { skip, fault } => {
                self.store.interceptor.calls.lock().unwrap().arm(*skip, *fault);
                self.model.calls.arm(*skip, *fault);
            }
            Step::Advance(span) => {
                self.model.now += span.as_secs();
                tokio::time::advance(*span).await;
            }
            outside => self.outside(outside).await?,
        }
        self.compare().await
    }

    /// Whether the request has come to where it pauses.
    async fn begin(&mut self, request: &function::Request) -> Result<bool, String> {
        let cookies: Vec<String> = KINDS
            .into_iter()
            .zip(self.model.browsers[request.browser])
            .filter_map(|(kind, token)| Some((kind, token?)))
            .map(|(kind, token)| format!("{}={}", cookie_name(kind), self.cookies[&token]))
            .collect();
        let answered_before = self.model.begin(request);
        let script = Script::default();
        let router = router(&request.function, &self.nodes[request.node], &script, true);
        let mut http = Request::get("/");
        if !cookies.is_empty() {
            http = http.header(COOKIE, cookies.join("; "));
        }
        let response = router.oneshot(http.body(Body::empty()).unwrap());
        let mut client = tokio::spawn(async { response.await.unwrap() });
        let answered = tokio::select! {
            () = script.pause.done.notified() => None,
            response = &mut client => Some(response.ok()),
        };
        match (answered, answered_before) {
            (None, None) => {
                self.open_requests.push((script, client));
                Ok(true)
            }
            (Some(response), Some(answer)) => {
                self.compare_answer(response, answer, &script).await.map(|()| false)
            }
            (answered, answer) => {
                Err(format!("before the pause: {answered:?}\n  by the model: {answer:?}"))
            }
        }
    }

    async fn end(&mut self, nth: usize) -> Checked {
        let answer = self.model.end(nth);
        let (script, client) = self.open_requests.remove(nth);
        script.pause.go.notify_one();
        self.compare_answer(client.await.ok(), answer, &script).await
    }

    async fn outside(&mut self, step: &Step) -> Checked {
        let handles = self.store.inserted();
        let model = &mut self.model;
        match step {
            Step::Update { node, session, change } if !handles.is_empty() => {
                let nth = session % handles.len();
                let (node, handle) = (&self.nodes[*node], handles[nth]);
                let updated = match model.kinds[nth] {
                    Kind::Shop => update(&node.shop, handle, change).await,
                    Kind::Office => update(&node.office, handle, change).await,
                };
                same("update", &updated, &model.update_outside(nth, change))
            }
            Step::Revoke { node, session } if !handles.is_empty() => {
                let nth = session % handles.len();
                let node = &self.nodes[*node];
                let revoked = match model.kinds[nth] {
                    Kind::Shop => node.shop.revoke(&handles[nth]).await,
                    Kind::Office => node.office.revoke(&handles[nth]).await,
                };
                same("revoke", &revoked.map_err(|error| refused(&error)), &model.revoke(nth))
            }
            Step::RevokeAll { node, kind, user } => {
                let node = &self.nodes[*node];
                let revoked = match kind {
                    Kind::Shop => {
                        node.shop.revoke_all(user).await.map(|revocation| revocation.ended())
                    }
                    Kind::Office => {
                        node.office.revoke_all(user).await.map(|revocation| revocation.ended())
                    }
                };
                same(
                    "revoke all",
                    &revoked.map_err(|error| refused(&error)),
                    &model.revoke_all(*kind, *user),
                )
            }
            Step::List { node, kind, user } => {
                let node = &self.nodes[*node];
                let listed = match kind {
                    Kind::Shop => list(&node.shop, &handles, *user).await,
                    Kind::Office => list(&node.office, &handles, *user).await,
                };
                same("list", &listed, &model.list(*kind, *user))
            }
            Step::Clean { node } => {
                let cleaned = self.nodes[*node].shop.clean().await;
                same("clean", &cleaned.map_err(|error| refused(&error)), &model.clean())
            }
            _ => Ok(()),
        }
    }

    async fn compare_answer(
        &mut self,
        response: Option<Response>,
        (answer, seen): (Answer, Vec<String>),
        script: &Script,
    ) -> Checked {
        self.model.coverage.note(&answer);
        same("seen", &*script.seen.lock().unwrap(), &seen)?;
        let status = response.as_ref().map(|response| response.status().as_u16());
        same("status", &status, &answer.status)?;
        let Some(response) = response else { return Ok(()) };
        let (head, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        same("body", &*String::from_utf8_lossy(&body), answer.body)?;
        same("Vary", &head.headers.get(VARY).map(|vary| vary.to_str().unwrap()), &Some("Cookie"))?;
        let mut cookies: Vec<&str> = head
            .headers
            .get_all(SET_COOKIE)
            .iter()
            .map(|cookie| cookie.to_str().unwrap())
            .collect();
        let no_store = head.headers.get(CACHE_CONTROL).is_some_and(|cache| cache == "no-store");
        for (kind, change) in KINDS.into_iter().zip(answer.cookies) {
            let start = format!("{}=", cookie_name(kind));
            let nth = cookies.iter().position(|cookie| cookie.starts_with(&start));
            let cookie = nth.map(|nth| cookies.remove(nth)[start.len()..].to_owned());
            self.compare_cookie(cookie, change).map_err(|error| format!("{kind:?}: {error}"))?;
        }
        same("other Set-Cookie lines", &cookies, &Vec::new())?;
        // Without a cookie too, if somebody is logged in: tests of caching see to that.
        let needs_no_store = answer.cookies != [CookieChange::Unchanged; 2];
        same("Cache-Control: no-store", &(no_store || !needs_no_store), &true)
    }

    fn compare_cookie(&mut self, cookie: Option<String>, change: CookieChange) -> Checked {
        same("Set-Cookie", &cookie.is_some(), &(change != CookieChange::Unchanged))?;
        let Some(cookie) = cookie else { return Ok(()) };
        let mut parts = cookie.split("; ");
        let value = parts.next().unwrap_or_default();
        let max_age = parts
            .find_map(|part| part.strip_prefix("Max-Age="))
            .map(|seconds| seconds.parse().unwrap());
        match change {
            CookieChange::Unchanged => unreachable!("there was a cookie to compare"),
            CookieChange::Remove => same("removal", &(value, max_age), &("", Some(0))),
            CookieChange::Set { token, max_age: expected } => {
                same("Max-Age", &max_age, &expected)?;
                let known = self.cookies.values().any(|other| other == value);
                if known && !self.cookies.contains_key(&token) {
                    return Err("a secret was used twice".to_owned());
                }
                same("token", value, self.cookies.entry(token).or_insert_with(|| value.to_owned()))
            }
        }
    }

    /// What the store holds and what it was asked.
    async fn compare(&mut self) -> Checked {
        let handles = self.store.inserted();
        same("store calls", &*self.store.interceptor.calls.lock().unwrap(), &self.model.calls)?;
        same("sessions ever stored", &handles.len(), &self.model.sessions.len())?;
        same(
            "sessions in the store",
            &self.store.memory.len(),
            &self.model.sessions.iter().flatten().count(),
        )?;
        for (nth, handle) in handles.iter().enumerate() {
            self.compare_stored(nth, *handle)
                .await
                .map_err(|difference| format!("session {nth}: {difference}"))?;
        }
        Ok(())
    }

    async fn compare_stored(&mut self, session: usize, handle: Handle) -> Checked {
        let record = self.store.memory.load(handle, Now::At(moment(self.model.now))).await.unwrap();
        let stored = self.model.live(session);
        let (Some(record), Some(stored)) = (&record, stored) else {
            return same("in the store", &record.is_some(), &stored.is_some());
        };
        let times = record.times;
        let library = StoredSession {
            secret: stored.secret,
            retired: stored.retired,
            former: stored.former,
            superseded: stored.superseded,
            revision: record.revision,
            state: match self.model.kinds[session] {
                Kind::Shop => state(&self.inspector.shop, handle).await?,
                Kind::Office => state(&self.inspector.office, handle).await?,
            },
            persistent: record.persistent,
            created: seconds(times.created),
            authenticated: times.authenticated.map(seconds),
            seen: seconds(times.seen),
            expires: seconds(times.expires),
            absolute: seconds(times.absolute),
        };
        same("stored", &library, stored)?;
        // How the engine spells a principal is its own affair, as long as everybody is found.
        let is_spelled = |user| {
            record.principal.as_ref().is_some_and(|name| name.contains(&format!("{user:?}")))
        };
        same("principal", &record.principal.is_some(), &stored.state.user.is_some_and(is_spelled))?;
        let token = Token { session, secret: stored.secret };
        let known = self.digests.values().any(|other| *other == record.digest);
        if !self.digests.contains_key(&token) && known {
            return Err("a digest was used twice".to_owned());
        }
        same("digest", &record.digest, self.digests.entry(token).or_insert(record.digest))
    }
}

fn app(store: impl Store + Clone, lifetime: Lifetime, began: Instant) -> App {
    fn build<T: HoldsState>(
        builder: session_axum::Builder<T>,
        lifetime: Lifetime,
        began: Instant,
    ) -> Sessions<T> {
        builder
            .without_cleaner()
            .lifetime(lifetime)
            .clock(move || moment(began.elapsed().as_secs()))
            .build()
            .unwrap()
    }
    let office = SessionCookie::host("office").unwrap();
    App {
        shop: build(Sessions::builder(store.clone()), lifetime, began),
        office: build(Sessions::builder(store).cookie(office), lifetime, began),
    }
}

fn cookie_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Shop => "__Host-session",
        Kind::Office => "__Host-office",
    }
}

async fn update<T: HoldsState>(
    sessions: &Sessions<T>,
    handle: Handle,
    change: &Change,
) -> Result<i64, Refusal> {
    let change = change.clone();
    let updated = sessions.update(&handle, move |session| {
        change.perform_on(session);
        session.state().visits
    });
    updated.await.map_err(|error| refused(&error))
}

async fn state<T: HoldsState>(sessions: &Sessions<T>, handle: Handle) -> Result<State, String> {
    sessions.update(&handle, |session| session.state()).await.map_err(|error| error.to_string())
}

/// Which of the sessions that were ever stored are the user's.
async fn list<T>(
    sessions: &Sessions<T>,
    handles: &[Handle],
    user: User,
) -> Result<Vec<usize>, Refusal>
where
    T: HoldsState + WithPrincipal<Principal = User>,
{
    let nth = |handle| handles.iter().position(|other| *other == handle).expect("it was stored");
    let listed = sessions.list(&user).await.map_err(|error| refused(&error))?;
    let mut listed: Vec<usize> = listed.into_iter().map(|listed| nth(listed.handle)).collect();
    listed.sort_unstable();
    Ok(listed)
}

fn moment(second: u64) -> Timestamp {
    Timestamp::from_micros(0).plus(Duration::from_secs(second))
}

fn seconds(moment: Timestamp) -> u64 {
    moment.since(Timestamp::from_micros(0)).as_secs()
}

fn refused(error: &session_axum::Error) -> Refusal {
    match error.kind() {
        ErrorKind::Ended => Refusal::Ended,
        ErrorKind::Store(_) => Refusal::Unavailable,
        ErrorKind::PrincipalInUpdate => Refusal::PrincipalInUpdate,
        other => panic!("{other:?} has no place in a schedule"),
    }
}
