//! What a handler holds: the state, and the controls of the session that it belongs to.

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use crate::crypto::token::Handle;
use crate::engine::controls::SecretRequest;
use crate::engine::identity::Proven;
use crate::engine::live::Live;
use crate::engine::revocation::Revocation;
use crate::engine::scopes::ScopeId;
use crate::engine::transaction::Transaction;
use crate::engine::working_copy::WorkingCopy;
use crate::state::codec;
use crate::state::hand_over::carried;
use crate::state::session_state::{SessionState, WithPrincipal};
use crate::store::{Record, Times};

/// A session: derefs to its state `T`, and adds the controls.
///
/// A function that opens the request's session ([`Engine::open`](crate::Engine::open)) has it to
/// read or to change. What it changes is saved when the function has its response, and before that
/// leaves. A handler of `session-axum` takes it as `&Session<T>` or `&mut Session<T>`, where `&T` or
/// `&mut T` is not enough.
///
/// ```
/// # use session_core::{session, Session};
/// # #[session] pub struct Shop { #[session(principal)] user: Option<u64>, notice: Option<String> }
/// fn log_out(session: &mut Session<Shop>) {
///     session.destroy();                              // the record and the cookie
///     session.notice = Some("Good-bye!".to_owned());  // begins a new, anonymous session
/// }
/// ```
#[doc(alias("insert", "remove", "set", "save"))]
pub struct Session<T> {
    /// The session as it was handed out, or as it was after `destroy`; and what was made of it
    /// since. Its state is this one's own once it is written to.
    copy: WorkingCopy<T>,
    pub(crate) place: Place<T>,
}

/// Where a session was opened.
pub(crate) struct Place<T> {
    pub(crate) transaction: Arc<Transaction<T>>,
    /// None for an extractor that only looks.
    pub(crate) scope: Option<ScopeId>,
}

impl<T> Place<T> {
    /// Whether the scope, or one that it was opened in, has not ended.
    pub(crate) fn is_open(&self) -> bool {
        self.transaction.is_open(self.scope)
    }
}

impl<T> Clone for Place<T> {
    fn clone(&self) -> Self {
        Self { transaction: Arc::clone(&self.transaction), scope: self.scope }
    }
}

impl<T: SessionState> Session<T> {
    pub(crate) fn new(copy: WorkingCopy<T>, place: Place<T>) -> Self {
        Self { copy, place }
    }

    /// Ends the session: its record is deleted and its cookie removed, so that a replayed cookie
    /// is dead. Ending one that was never stored costs nothing.
    ///
    /// The state is back at its default. What is set after this begins a new session with a
    /// token of its own: a farewell message, say.
    ///
    /// ```
    /// # use session_core::{Session, session};
    /// # #[session] pub struct Shop { #[session(principal)] user: Option<u64>, cart: Vec<String> }
    /// fn log_out(session: &mut Session<Shop>) {
    ///     session.destroy();
    /// }
    /// ```
    #[doc(alias("logout", "log_out", "flush", "purge", "invalidate", "clear", "sign_out"))]
    pub fn destroy(&mut self) {
        self.copy = WorkingCopy::destroyed();
    }

    /// Logs in: the session is this principal's, who has just proven to be who it is, by a password
    /// say. The time of the log-in is now, the absolute limit starts anew, and the browser gets a
    /// new secret; the one before is dead. The same person again is a log-in too.
    ///
    /// Over another principal, what belonged to that one falls back to its default at once, but for
    /// the fields marked `carry`: set what the new one is to have after this call. From nobody to
    /// somebody everything stays: the cart.
    ///
    /// ```
    /// # use session_core::{session, Session};
    /// #[session]
    /// pub struct Shop {
    ///     #[session(principal)]
    ///     user: Option<u64>,
    ///     cart: Vec<String>,
    /// }
    ///
    /// fn log_in(session: &mut Session<Shop>, user: u64) {
    ///     session.log_in(user);
    ///     session.remember(true);
    /// }
    /// ```
    ///
    /// To assign another principal to the field logs in too. But nothing can be seen of assigning
    /// the one that is there, and of what the handler sets, what equals the former principal's data
    /// cannot be told from it and falls back to its default.
    #[doc(alias("login", "sign_in", "authenticate"))]
    pub fn log_in(&mut self, principal: T::Principal)
    where
        T: WithPrincipal,
    {
        let is_another = !codec::same_principal::<T>(self.principal(), Some(&principal));
        if is_another && self.principal().is_some() {
            let state = carried(&**self);
            self.copy.base = Arc::new(carried(&*self.copy.base));
            self.copy.hand_overs += 1;
            self.copy.state = Arc::new(state);
        }
        (**self).set_principal(principal);
        self.copy.controls.secret = SecretRequest::LogIn;
    }

    /// [`log_in`](Self::log_in) after all sessions of this principal were ended by this very
    /// request: a password is reset, say. A log-in is refused that began before a revocation; this
    /// one counts from the revocation that it names, if that was of the same principal's sessions,
    /// and goes on if it has ended the request's own session too.
    ///
    /// ```
    /// # use session_core::{session, Engine, Error, Session};
    /// # use std::sync::Arc;
    /// # #[session] pub struct Shop { #[session(principal)] user: Option<u64> }
    /// async fn reset(engine: &Engine<Shop>, session: &mut Session<Shop>, user: u64) -> Result<(), Error> {
    ///     let revocation = engine.revoke_all(&user).await?;
    ///     session.log_in_after(user, revocation);
    ///     Ok(())
    /// }
    /// ```
    pub fn log_in_after(&mut self, principal: T::Principal, revocation: Revocation)
    where
        T: WithPrincipal,
    {
        self.log_in(principal);
        self.copy.controls.after = Some(revocation);
    }

    /// Generates a new secret: the cookie that the browser has is replaced, and a copy of it is dead
    /// at once. A log-in does this by itself; call it where something else makes the session worth
    /// more.
    ///
    /// ```
    /// # use session_core::{Session, session};
    /// # #[session] pub struct Shop { is_admin: bool }
    /// fn become_admin(session: &mut Session<Shop>) {
    ///     session.is_admin = true;
    ///     session.rotate();               // whoever has a copy of the cookie is no admin
    /// }
    /// ```
    #[doc(alias("cycle_id", "regenerate", "renew", "regenerate_id"))]
    pub fn rotate(&mut self) {
        let secret = &mut self.copy.controls.secret;
        *secret = (*secret).max(SecretRequest::Rotate);
    }

    /// Whether to remember it: with `true` the cookie outlives the browser, and lives as long as the
    /// session may; without, until the browser closes.
    ///
    /// Beside a log-in, before or after it in the same request, or where a session of nobody begins,
    /// it also decides the session's limits: those of [`Lifetime::remembering`](crate::Lifetime::remembering), by
    /// default 30 days in all and 14 days idle. Later it changes the cookie alone, and the limits at
    /// the next log-in. A log-in by somebody else, and a log-out, forget it.
    ///
    /// ```
    /// # use session_core::{Session, session};
    /// # #[session] pub struct Shop { #[session(principal)] user: Option<u64>, cart: Vec<String> }
    /// fn log_in(session: &mut Session<Shop>, user: u64, remember_me: bool) {
    ///     session.log_in(user);
    ///     session.remember(remember_me);  // the form's check box
    /// }
    /// ```
    #[doc(alias("remember_me", "longterm", "keep_me_logged_in"))]
    pub fn remember(&mut self, remember: bool) {
        self.copy.controls.persistent = Some(remember);
    }

    /// Makes the `ttl` of a field count anew, though its value is the one that it had: the same code is
    /// sent once more, say. That an equal value is set cannot be seen; a field that changes needs no call.
    ///
    /// It counts from the commit. A field at its default has nothing to lose, and stays as it is.
    ///
    /// ```
    /// # use session_core::{session, Session};
    /// #[session]
    /// pub struct Shop {
    ///     #[session(ttl = "10m")]
    ///     code: Option<u32>,
    /// }
    ///
    /// fn send_again(session: &mut Session<Shop>) {
    ///     session.restart(|shop| &shop.code);
    /// }
    /// ```
    ///
    /// # Panics
    /// If what the closure returns is no field with a `ttl`.
    #[track_caller]
    pub fn restart<V: 'static>(&mut self, field: impl FnOnce(&T) -> &V) {
        let mut restarts = self.copy.controls.restarts;
        let state: &T = self;
        let has_ttl = restarts.add(state, field(state));
        assert!(has_ttl, "`restart` takes a field with a `ttl`: `|shop| &shop.code`");
        self.copy.controls.restarts = restarts;
    }

    /// Its public name, fit for logs and device lists; none before it is first stored.
    ///
    /// ```
    /// # use session_core::{Session, session};
    /// # #[session] pub struct Shop { #[session(principal)] user: Option<u64>, cart: Vec<String> }
    /// fn order(session: &Session<Shop>) {
    ///     println!("{:?} orders", session.handle());
    /// }
    /// ```
    #[doc(alias("session_id", "id"))]
    pub fn handle(&self) -> Option<Handle> {
        Some(self.record()?.handle)
    }

    /// Whether nobody knows if there is a session: the request is a form of another site, which
    /// browsers send without `SameSite` cookies, and came without one. What is changed in it is not
    /// stored, and a log-in is an error ([`Error::CookieWithheld`](crate::Error::CookieWithheld)),
    /// since the new cookie would take the place of the one that the browser may have.
    ///
    /// The way that works is to answer with 303 to a page of your own: that request carries the
    /// cookie.
    ///
    /// ```
    /// # use session_core::{Session, session};
    /// # #[session] pub struct Shop { #[session(principal)] user: Option<u64>, cart: Vec<String> }
    /// /// The answer of an identity provider that comes as a form: where to go on with it.
    /// fn callback(session: &mut Session<Shop>, user: u64) -> &'static str {
    ///     if session.is_withheld() {
    ///         return "/finish";           // with 303: that request brings the cookie
    ///     }
    ///     session.log_in(user);
    ///     "/"
    /// }
    /// ```
    pub fn is_withheld(&self) -> bool {
        self.place.transaction.incoming.is_withheld && self.copy.issued.is_none()
    }

    /// The session as long as it lives, for what outlasts this request: a WebSocket, an event stream, a
    /// download, a job. It ends when the session is over, or another's.
    ///
    /// Of a session that is not stored yet it is the one that will be: it ends if that fails, and as long as
    /// nothing is stored there is nothing that could end. If this request makes the session another's, it is
    /// that person's whom it was saved for.
    ///
    /// ```
    /// # use session_core::{Session, session};
    /// # #[session] pub struct Shop { #[session(principal)] user: Option<u64> }
    /// # async fn export(user: Option<u64>) {}
    /// fn begin(session: &Session<Shop>) {
    ///     let (live, user) = (session.live(), session.user);
    ///     tokio::spawn(async move { live.run(export(user)).await });
    /// }
    /// ```
    #[doc(alias("websocket", "sse"))]
    pub fn live(&self) -> Live {
        self.place.transaction.live(self.copy.is_destroyed)
    }

    /// When it was first stored; none before that.
    ///
    /// ```
    /// # use session_core::{Session, session};
    /// # #[session] pub struct Shop { #[session(principal)] user: Option<u64>, cart: Vec<String> }
    /// fn is_new(session: &Session<Shop>) -> bool {
    ///     session.created().is_none()
    /// }
    /// ```
    pub fn created(&self) -> Option<SystemTime> {
        Some(self.times()?.created.into())
    }

    /// When its principal last logged in; none if it has none, or if that was not stored yet.
    ///
    /// ```
    /// # use session_core::{Session, session};
    /// # #[session] pub struct Shop { #[session(principal)] user: Option<u64>, cart: Vec<String> }
    /// fn greeting(session: &Session<Shop>) -> Option<String> {
    ///     let minutes = session.authenticated()?.elapsed().ok()?.as_secs() / 60;
    ///     Some(format!("you logged in {minutes} minutes ago"))
    /// }
    /// ```
    pub fn authenticated(&self) -> Option<SystemTime> {
        self.proven()?.stored.authenticated().map(SystemTime::from)
    }

    /// Whether its principal has logged in less than this long ago: in this request, say, in a
    /// middleware around the handler.
    ///
    /// ```
    /// # use session_core::{Session, session};
    /// # #[session] pub struct Shop { #[session(principal)] user: Option<u64>, cart: Vec<String> }
    /// # use std::time::Duration;
    /// fn may_change_password(session: &Session<Shop>) -> bool {
    ///     session.is_fresh(Duration::from_secs(600))
    /// }
    /// ```
    #[doc(alias("sudo", "reauthenticate", "confirm_password"))]
    pub fn is_fresh(&self, span: Duration) -> bool
    where
        T: WithPrincipal,
    {
        let logs_in = self.copy.controls.secret == SecretRequest::LogIn || self.principal_changes();
        if logs_in {
            return self.principal().is_some();
        }
        self.proven().is_some_and(|Proven { stored, .. }| {
            stored.authenticated().is_some_and(|at| stored.record.times.now.since(at) < span)
        })
    }

    /// When it ends unless it is used after this request; none before it is first stored. A request in the background is
    /// no use of it, and others are while nothing says that they are none.
    ///
    /// ```
    /// # use session_core::{Session, session};
    /// # #[session] pub struct Shop { #[session(principal)] user: Option<u64>, cart: Vec<String> }
    /// # use std::time::SystemTime;
    /// fn seconds_left(session: &Session<Shop>) -> Option<u64> {
    ///     Some(session.expires()?.duration_since(SystemTime::now()).ok()?.as_secs())
    /// }
    /// ```
    pub fn expires(&self) -> Option<SystemTime> {
        Some(self.place.transaction.expires()?.into())
    }

    /// A token for a hidden field of a form, by which the form's request shows that it comes from
    /// a page of this session: for those who must have one (NIST SP 800-63B-4, 5.1). Requests from other
    /// sites are refused without it.
    ///
    /// It is good until a log-in, a change of principal, [`rotate`](Self::rotate) or the session's end,
    /// and stays so while the secret is renewed by age. None before the session is first stored (so
    /// store something first), and in a request that ends it like this: ask for it before neither.
    /// Each call encodes it differently, so that a compressed page does not give it away.
    ///
    /// ```
    /// # use session_core::{Session, session};
    /// # #[session] pub struct Shop { address: String }
    /// fn form(session: &Session<Shop>) -> String {
    ///     let token = session.form_token().unwrap_or_default();
    ///     format!("<form method=post><input type=hidden name=token value={token}>…</form>")
    /// }
    ///
    /// fn change(session: &mut Session<Shop>, token: &str, address: String) -> Result<(), Forbidden> {
    ///     if !session.is_form_token(token) {
    ///         return Err(Forbidden);
    ///     }
    ///     session.address = address;
    ///     Ok(())
    /// }
    /// # struct Forbidden;
    /// ```
    #[doc(alias("csrf", "xsrf"))]
    pub fn form_token(&self) -> Option<String> {
        let stays = !self.principal_changes() && self.copy.controls.secret < SecretRequest::Rotate;
        let proven = self.proven().filter(|_| stays)?;
        proven.form_key().token()
    }

    /// Whether it is a [`form_token`](Self::form_token) of this session as the request came in. Takes the same time wherever two tokens differ.
    ///
    /// ```
    /// # use session_core::{Session, session};
    /// # #[session] pub struct Shop { #[session(principal)] user: Option<u64>, cart: Vec<String> }
    /// fn may_order(session: &Session<Shop>, token: &str) -> bool {
    ///     session.is_bearer() || session.is_form_token(token)
    /// }
    /// ```
    pub fn is_form_token(&self, token: &str) -> bool {
        self.proven().is_some_and(|proven| proven.form_key().verify(token))
    }

    /// The session as it has been made so far.
    pub(crate) fn working_copy(&self) -> WorkingCopy<T> {
        self.copy.clone()
    }

    /// What others have made of the session takes its place.
    pub(crate) fn replace(&mut self, copy: WorkingCopy<T>) {
        self.copy = copy;
    }

    /// Whether it belongs to another by now than when the request began.
    fn principal_changes(&self) -> bool {
        !codec::have_same_principal::<T>(&self.copy.base, self)
    }
}

impl<T> Session<T> {
    fn proven(&self) -> Option<&Proven<T>> {
        self.place.transaction.proven().filter(|_| !self.copy.is_destroyed)
    }

    fn record(&self) -> Option<&Record> {
        Some(&self.proven()?.stored.record)
    }

    fn times(&self) -> Option<&Times> {
        Some(&self.record()?.times)
    }
}

impl<T> Deref for Session<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.copy.state
    }
}

impl<T: Clone> DerefMut for Session<T> {
    fn deref_mut(&mut self) -> &mut T {
        Arc::make_mut(&mut self.copy.state)
    }
}

impl<T: fmt::Debug> fmt::Debug for Session<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let handle = self.record().map(|record| record.handle);
        f.debug_struct("Session")
            .field("handle", &handle)
            .field("state", &**self)
            .finish_non_exhaustive()
    }
}
