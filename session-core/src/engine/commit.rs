//! The commit: a function's response, and the sessions that are saved before it may leave.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use http::header::SET_COOKIE;
use http::{HeaderMap, Response, StatusCode};

use crate::cookie::private_pages::PrivatePages;
use crate::cookie::seen::PresentedCookies;
use crate::cookie::session_cookie::SessionCookie;
use crate::cookie::write::{SetCookie, Vary, is_named, keep_from_caches};
use crate::engine::engine::Engine;
use crate::engine::error::{Error, Refusal};
use crate::engine::renewal::renewal;
use crate::engine::save::{SecretRenewal, save};
use crate::engine::scope::{Mode, Scope};
use crate::engine::together::together;
use crate::engine::transaction::End;
use crate::engine::uncancelled::Uncancelled;
use crate::state::session_state::SessionState;

/// A function's response, on its way out. The scopes of the function's sessions [`end`](Self::end)
/// with it, and [`save`](Self::save) lets it go when what they made of their sessions is stored.
///
/// 1xx to 4xx commits what the function has made of its sessions; 5xx discards it.
#[must_use = "nothing is stored before `.save()`"]
pub struct Commit<B> {
    response: Response<B>,
    /// Few functions have more than one session to save.
    first: Option<Pending>,
    others: Vec<Pending>,
    /// The strictest of its sessions.
    pages: PrivatePages,
    /// What its sessions depend on.
    vary: Vary,
}

/// A session that is to be saved.
struct Pending {
    save: Uncancelled<Result<Option<SetCookie>, Error>>,
    engine: Arc<dyn Owner>,
    presented_cookies: PresentedCookies,
    leftovers: Vec<Option<String>>,
}

/// What is known of a session's engine, whatever its type.
trait Owner: Send + Sync {
    fn cookie(&self) -> &SessionCookie;
    fn refuse(&self, refusal: Refusal) -> Refusal;
}

impl<T: SessionState> Owner for Engine<T> {
    fn cookie(&self) -> &SessionCookie {
        &self.policy.cookie
    }

    fn refuse(&self, refusal: Refusal) -> Refusal {
        Engine::refuse(self, refusal)
    }
}

/// Which changes a response commits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CommitOn {
    /// 1xx to 4xx.
    #[default]
    Success,
    /// Any.
    Always,
}

/// The names of the session cookies that a response sets, in its extensions: they stay if another
/// response takes its place.
#[derive(Clone, Debug, Default)]
struct SessionCookies(Vec<Arc<str>>);

impl<B> Commit<B> {
    /// With the function's response.
    pub fn new(response: Response<B>) -> Self {
        let (pages, vary) = (PrivatePages::Unset, Vary::Cookie);
        Self { response, first: None, others: Vec::new(), pages, vary }
    }

    /// Ends a scope, and answers whether it has something to save. Only the outermost scope of a
    /// request's session has: it saves what all inside of it have made of the session, and that it
    /// is in use.
    pub fn end<T: SessionState, M: Mode>(&mut self, mut scope: Scope<T, M>, on: CommitOn) -> bool {
        let status = self.response.status();
        let end = match on {
            CommitOn::Always => End::CommitAlways,
            CommitOn::Success if status.is_server_error() => End::Discard,
            CommitOn::Success => End::Commit,
        };
        let secret_renewal = match status {
            StatusCode::SWITCHING_PROTOCOLS => SecretRenewal::Suspended,
            _ if scope.transaction().incoming.is_connect => SecretRenewal::Suspended,
            _ => SecretRenewal::Allowed,
        };
        self.vary = self.vary.max(scope.engine.vary());
        self.vary.mark(self.response.headers_mut());
        let pages = scope.private_pages();
        pages.mark(&mut self.response);
        self.pages = self.pages.max(pages);
        let left = scope.end(end);
        if left.as_ref().is_some_and(|left| left.issued.is_some()) {
            keep_from_caches(self.response.headers_mut());
        }
        let leftovers = &scope.transaction().incoming.leftovers;
        let is_new_to_browser = !leftovers.is_empty()
            && left.as_ref().is_some_and(|left| left.is_destroyed || left.logs_in_or_out());
        let leftovers = if is_new_to_browser { leftovers.clone() } else { Vec::new() };
        let save = match left {
            Some(left) => save(&scope.engine, scope.transaction(), left, secret_renewal),
            None => renewal(&scope.engine, scope.transaction()),
        };
        let Some(save) = save else { return false };
        let engine = Arc::clone(&scope.engine) as Arc<dyn Owner>;
        let presented_cookies = scope.transaction().incoming.presented_cookies;
        let pending = Pending { save, engine, presented_cookies, leftovers };
        match self.first {
            None => self.first = Some(pending),
            Some(_) => self.others.push(pending),
        }
        true
    }

    /// Saves the sessions together, and answers the response when all of them are stored. Once
    /// begun this is not cancelled: whoever drops it only stops waiting for it.
    ///
    /// # Errors
    /// When one could not be saved: the response is to be replaced. The cookies of those that were
    /// saved are kept.
    pub fn save(self) -> impl Future<Output = Result<Response<B>, Unsaved<B>>> + Unpin {
        let Self { response, first, others, pages, vary } = self;
        match first {
            None => Saving::Saved(Some(response)),
            Some(first) => {
                Saving::Waiting(Box::pin(save_all(response, first, others, (pages, vary))))
            }
        }
    }
}

/// A response, and what it waits for. That is boxed, since most have nothing to wait for: it would make
/// every handler's future as large as that.
enum Saving<B, F> {
    Saved(Option<Response<B>>),
    Waiting(Pin<Box<F>>),
}

impl<B, F> Future for Saving<B, F>
where
    F: Future<Output = Result<Response<B>, Unsaved<B>>>,
{
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        match self.get_mut() {
            Self::Saved(response) => {
                Poll::Ready(Ok(response.take().expect("not polled after it is done")))
            }
            Self::Waiting(future) => future.as_mut().poll(context),
        }
    }
}

/// Nothing that it has is pinned in place.
impl<B, F> Unpin for Saving<B, F> {}

async fn save_all<B>(
    mut response: Response<B>,
    first: Pending,
    others: Vec<Pending>,
    (pages, vary): (PrivatePages, Vary),
) -> Result<Response<B>, Unsaved<B>> {
    let mut failed = None;
    if others.is_empty() {
        let Pending { save, engine, presented_cookies, leftovers } = first;
        match save.await {
            Ok(set) => {
                let presented = (presented_cookies, &*leftovers);
                write(set, engine.cookie(), presented, &mut response);
            }
            Err(error) => failed = Some((engine.refuse(error.into()), 0)),
        }
    } else {
        let mut all: Vec<Pending> = std::iter::once(first).chain(others).collect();
        // Dropped half-way, or if one of them panics, each of the others is finished all the same.
        let saves = all.iter_mut().map(|pending| &mut pending.save);
        let results = Box::pin(together(saves)).await;
        for (index, (pending, saved)) in all.into_iter().zip(results).enumerate() {
            match saved {
                Ok(set) => {
                    let Pending { engine, presented_cookies, leftovers, .. } = pending;
                    let presented = (presented_cookies, &*leftovers);
                    write(set, engine.cookie(), presented, &mut response);
                }
                Err(error) => {
                    let refusal = pending.engine.refuse(error.into());
                    let worse = |(other, _): &(Refusal, usize)| other.status() < refusal.status();
                    if failed.as_ref().is_none_or(worse) {
                        failed = Some((refusal, index));
                    }
                }
            }
        }
    }
    match failed {
        None => Ok(response),
        Some((refusal, index)) => Err(Unsaved { refusal, index, response, pages, vary }),
    }
}

/// Puts what the browser is told of a stored session into the response.
fn write<B>(
    set: Option<SetCookie>,
    cookie: &SessionCookie,
    presented: (PresentedCookies, &[Option<String>]),
    response: &mut Response<B>,
) {
    let Some(set) = set else { return };
    let (presented, leftovers) = presented;
    set.write(cookie, presented, leftovers, response.headers_mut());
    let SessionCookies(names) = response.extensions_mut().get_or_insert_default();
    names.push(Arc::clone(cookie.shared_name()));
}

/// A response that may not leave: what its function made of a session could not be saved.
pub struct Unsaved<B> {
    refusal: Refusal,
    index: usize,
    response: Response<B>,
    pages: PrivatePages,
    vary: Vary,
}

impl<B> Unsaved<B> {
    /// Why: of several sessions that failed, the one with the highest status.
    pub fn refusal(&self) -> &Refusal {
        &self.refusal
    }

    /// Which session it was of those for which [`Commit::end`] answered `true`: 0 is the first.
    pub fn index(&self) -> usize {
        self.index
    }

    /// The answer that takes the response's place. It gets the session cookies that the response
    /// had, whichever function set them: what they prove is stored.
    pub fn replace<C>(self, answer: Response<C>) -> Response<C> {
        let mut answer = answer;
        if let Some(SessionCookies(names)) = self.response.extensions().get() {
            keep_cookies(names, self.response.headers(), answer.headers_mut());
            answer.extensions_mut().insert(SessionCookies(names.clone()));
        }
        self.vary.mark(answer.headers_mut());
        self.pages.mark(&mut answer);
        answer
    }
}

impl<B> fmt::Debug for Unsaved<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Unsaved").field(&self.refusal).finish()
    }
}

impl<B> fmt::Debug for Commit<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pending = usize::from(self.first.is_some()) + self.others.len();
        f.debug_struct("Commit").field("pending", &pending).finish_non_exhaustive()
    }
}

fn keep_cookies(names: &[Arc<str>], from: &HeaderMap, into: &mut HeaderMap) {
    for line in from.get_all(SET_COOKIE) {
        if names.iter().any(|name| is_named(line, name)) {
            into.append(SET_COOKIE, line.clone());
        }
    }
    keep_from_caches(into);
}
