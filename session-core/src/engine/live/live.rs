//! The handle on a live session.

use std::fmt;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

use tokio::time::Instant;

use super::end::End;
use super::known::Known;
use super::registration::Registration;
use super::registry::Registry;
use super::streams::{OrFail, UntilEnded};
use crate::crypto::token::Handle;
use crate::engine::end_reason::EndReason;
use crate::engine::error::Error;

/// A session as long as it lives: for what outlasts the request that begins it, be it a WebSocket, an event
/// stream, a download or a job. An owned handle that is cloned freely; from
/// [`Session::live`](crate::Session::live), [`RequestSession::live`](crate::RequestSession::live) or
/// [`Engine::live`](crate::Engine::live).
///
/// It ends when the session is destroyed, revoked, expired or stolen, and when it goes from one principal to
/// another or to none, on whatever node: within a second where the store tells of what ends, else within
/// [`check_every`](crate::EngineBuilder::check_every), twelve times that for what a store that tells cannot know of. From nobody to somebody nothing ends, nor
/// by a rotation or a change of other fields. While the store cannot be asked, nothing ends.
///
/// ```
/// # use session_core::{Live, EndReason};
/// # async fn export() -> u64 { 7 }
/// async fn job(live: Live) {
///     match live.run(export()).await {
///         Ok(rows) => println!("{rows} rows are exported"),
///         Err(reason) => println!("given up: {reason}"),
///     }
/// }
/// ```
#[derive(Clone)]
#[doc(alias("websocket", "sse", "event_stream", "long_poll"))]
pub struct Live(Arc<Registration>);

/// Which endings a live session knows of.
///
/// ```
/// # use session_core::{Live, Reach};
/// fn warn(live: &Live) {
///     if live.reach() == Reach::ThisProcess {
///         println!("a log-out on another node does not end this socket");
///     }
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reach {
    /// Those on every node.
    EveryNode,
    /// Its limits, and what this process has ended: it is kept in its cookie, and nobody keeps a list of those
    /// that were ended.
    ThisProcess,
}

impl Live {
    pub(crate) fn new(registration: Arc<Registration>) -> Self {
        Self(registration)
    }

    pub(crate) fn of(registry: &Arc<Registry>, known: Known) -> Self {
        Self::new(Arc::new(Registration::of(registry, known)))
    }

    /// Runs the future for as long as the session lives. If that ends first, the future is dropped where it
    /// is.
    ///
    /// ```
    /// # use session_core::{EndReason, Live};
    /// # async fn export() -> u64 { 7 }
    /// async fn job(live: Live) -> Result<u64, EndReason> {
    ///     live.run(export()).await
    /// }
    /// ```
    ///
    /// # Errors
    /// Why the session has ended.
    pub async fn run<F: Future>(&self, future: F) -> Result<F::Output, EndReason> {
        let mut future = pin!(future);
        let mut ended = pin!(self.ended());
        poll_fn(|context| {
            if let Poll::Ready(reason) = ended.as_mut().poll(context) {
                return Poll::Ready(Err(reason));
            }
            future.as_mut().poll(context).map(Ok)
        })
        .await
    }

    /// The stream, which ends with the session: an event stream, say.
    ///
    /// ```
    /// # use session_core::{Live};
    /// # use futures_core::Stream;
    /// fn events(live: &Live, prices: impl Stream<Item = u64>) -> impl Stream<Item = u64> {
    ///     live.until_ended(prices)        // `Sse::new(live.until_ended(…))`
    /// }
    /// ```
    #[doc(alias("sse", "event_stream"))]
    pub fn until_ended<S>(&self, stream: S) -> UntilEnded<S> {
        UntilEnded::new(End::of(&self.0), stream)
    }

    /// The stream of a response's body, which fails when the session ends, so that a download that is cut short
    /// does not look whole.
    ///
    /// ```
    /// # use session_core::{Live, OrFail};
    /// # use futures_core::Stream;
    /// # use std::io;
    /// fn body<S: Stream<Item = io::Result<Vec<u8>>>>(live: &Live, file: S) -> OrFail<S> {
    ///     live.or_fail(file)              // `Body::from_stream(live.or_fail(…))`
    /// }
    /// ```
    #[doc(alias("download"))]
    pub fn or_fail<S>(&self, stream: S) -> OrFail<S> {
        OrFail::new(End::of(&self.0), stream)
    }

    /// Waits for the end of the session.
    ///
    /// ```
    /// # use session_core::{Live};
    /// # async fn message() -> String { String::new() }
    /// async fn socket(live: Live) {
    ///     loop {
    ///         tokio::select! {
    ///             reason = live.ended() => return println!("close with {}: {reason}", reason.close_code()),
    ///             said = message() => println!("{said}"),
    ///         }
    ///     }
    /// }
    /// ```
    pub async fn ended(&self) -> EndReason {
        End::of(&self.0).await
    }

    /// Why it has ended; none while it lives.
    ///
    /// ```
    /// # use session_core::{Live};
    /// fn is_over(live: &Live) -> bool {
    ///     live.end_reason().is_some()
    /// }
    /// ```
    pub fn end_reason(&self) -> Option<EndReason> {
        self.0.watched.end()
    }

    /// Notes that somebody uses the session: with a message on a socket, say. The idle limit starts anew, never past
    /// the absolute one. As for requests, the store is told only after a tenth of the idle limit, so this may be
    /// called for each message. What a page sends by itself is no use.
    ///
    /// ```
    /// # use session_core::{Error, Live};
    /// async fn said(live: &Live, message: &str) -> Result<(), Error> {
    ///     live.used().await?;             // a person writes: the session is in use
    ///     println!("{message}");
    ///     Ok(())
    /// }
    /// ```
    ///
    /// # Errors
    /// [`Error::Ended`] when the session is over; [`Error::NotStored`] for sealed cookies, which only a
    /// response can renew; see [`Error`] for the others.
    pub async fn used(&self) -> Result<(), Error> {
        let Registration { watched, registry } = &*self.0;
        if watched.end().is_some() {
            return Err(Error::Ended);
        }
        let place = *watched.place();
        let now = Instant::now();
        // What is not stored has no limit yet.
        let Some(handle) = place.handle else { return Ok(()) };
        if place.next_use.is_some_and(|moment| now < moment) {
            return Ok(());
        }
        let keeper = registry.keeper().ok_or(Error::Ended)?;
        let Some(pause) = Arc::clone(&keeper).touch(handle).await? else {
            registry.hint(handle);
            return Err(Error::Ended);
        };
        // How far a clock of somebody's own has come by then, nobody knows.
        watched.place().next_use = keeper.named_time().is_none().then(|| now + pause);
        Ok(())
    }

    /// The session's public name; none while it is not stored.
    ///
    /// ```
    /// # use session_core::{Live};
    /// fn report(live: &Live) {
    ///     println!("a socket of {:?} is open", live.handle());
    /// }
    /// ```
    pub fn handle(&self) -> Option<Handle> {
        self.0.watched.place().handle
    }

    /// Which endings it knows of.
    ///
    /// ```
    /// # use session_core::{Live, Reach};
    /// fn ends_everywhere(live: &Live) -> bool {
    ///     live.reach() == Reach::EveryNode
    /// }
    /// ```
    pub fn reach(&self) -> Reach {
        match self.0.registry.keeper() {
            Some(keeper) if !keeper.knows_of_others() => Reach::ThisProcess,
            _ => Reach::EveryNode,
        }
    }
}

impl fmt::Debug for Live {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Live")
            .field("handle", &self.handle())
            .field("end_reason", &self.end_reason())
            .finish_non_exhaustive()
    }
}
