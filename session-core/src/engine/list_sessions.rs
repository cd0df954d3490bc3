//! Lists of a principal's sessions: all of them or a page, with their states or without.

use std::fmt;
use std::future::{Future, IntoFuture};
use std::marker::PhantomData;
use std::pin::Pin;

use crate::engine::engine::Engine;
use crate::engine::error::Error;
use crate::engine::listed::Listed;
use crate::engine::page_cursor::PageCursor;
use crate::engine::principal_records;
use crate::engine::stored_session::StoredSession;
use crate::state::session_state::SessionState;
use crate::store::{Contents, Cursor, ListQuery, Record};

/// How many sessions a store is asked for at once.
const LIST_PAGE: u32 = 100;
/// The most sessions of a page.
const MAX_PAGE: u32 = 1000;

/// A list of a principal's sessions, the last created first, that is asked for by `.await`: from
/// [`Engine::list`](crate::Engine::list).
///
/// It answers all of them, each as a [`Listed`], without their states: a store need not even read those. With
/// [`with_state`](Self::with_state) each is a [`StoredSession`], which has its state too. With
/// [`page_size`](Self::page_size) it answers a page.
///
/// ```
/// # use session_core::{Engine, Error, PageCursor, session};
/// # #[session] pub struct Shop { #[session(principal)] user: Option<u64>, city: String }
/// # async fn lists(engine: &Engine<Shop>, after: Option<PageCursor>) -> Result<(), Error> {
/// for listed in engine.list(&7).await? {
///     println!("{} {:?}", listed.handle, listed.label);
/// }
/// for shop in engine.list(&7).with_state().await? {
///     println!("{} {}", shop.listed().handle, shop.city);
/// }
/// let page = engine.list(&7).page_size(20).after(after).with_state().await?;
/// # Ok(()) }
/// ```
///
/// # Errors
/// [`Error::NotStored`] for sealed cookies, which nobody but their browsers know. With their states, one that cannot
/// be read is the error of the whole list, since a list without it would hide a session.
///
/// `E` is the error that the list fails with: a framework's own, made of [`Error`].
#[must_use = "a list is asked for by `.await`"]
pub struct ListSessions<'a, T: SessionState, S = Listed, E = Error> {
    source: Source<'a, T, S>,
    error: PhantomData<fn() -> E>,
}

/// A page of a list of sessions, that is asked for by `.await`: from [`ListSessions::page_size`].
///
/// Pages that are asked for one after the other, each [`after`](Self::after) the one before, have every session once
/// that is the principal's from the first to the last. What begins or ends meanwhile moves no other.
#[must_use = "a page is asked for by `.await`"]
pub struct ListPage<'a, T: SessionState, S = Listed, E = Error> {
    list: ListSessions<'a, T, S, E>,
    size: u32,
    after: Option<PageCursor>,
}

/// A page of a principal's sessions: [`Listed`], or [`StoredSession`] with their states.
///
/// ```
/// # use session_core::{Engine, Error, PageCursor, session};
/// # #[session] pub struct Shop { #[session(principal)] user: Option<u64>, cart: Vec<String> }
/// # async fn lists(engine: &Engine<Shop>, after: Option<PageCursor>) -> Result<(), Error> {
/// let mut next = None;
/// loop {
///     let page = engine.list(&7).page_size(100).after(next).await?;
///     for device in &page.sessions {
///         println!("{}", device.handle);
///     }
///     next = page.next;
///     if next.is_none() {
///         break;
///     }
/// }
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SessionPage<S> {
    /// The sessions, the last created first.
    pub sessions: Vec<S>,
    /// Where the page after it begins; none of the last page.
    pub next: Option<PageCursor>,
}

/// Whose sessions are listed, and how much of each.
struct Source<'a, T: SessionState, S> {
    engine: &'a Engine<T>,
    principal: &'a T::Principal,
    contents: Contents,
    read: Read<T, S>,
}

/// What a list has of a record; none if it is no session of this type.
type Read<T, S> = fn(&Engine<T>, Record) -> Result<Option<S>, Error>;

type Answer<'a, R> = Pin<Box<dyn Future<Output = R> + Send + 'a>>;

impl<'a, T: SessionState> ListSessions<'a, T> {
    pub(crate) fn new(engine: &'a Engine<T>, principal: &'a T::Principal) -> Self {
        let read = |_: &Engine<T>, record: Record| Ok(Some(Listed::from(record)));
        let source = Source { engine, principal, contents: Contents::WithoutFields, read };
        Self { source, error: PhantomData }
    }
}

impl<'a, T: SessionState, E> ListSessions<'a, T, Listed, E> {
    /// Each with its state, as a [`StoredSession`].
    ///
    /// ```
    /// # use session_core::{Engine, Error, PageCursor, session};
    /// # #[session] pub struct Shop { #[session(principal)] user: Option<u64>, cart: Vec<String> }
    /// # async fn lists(engine: &Engine<Shop>, after: Option<PageCursor>) -> Result<(), Error> {
    /// for shop in engine.list(&7).with_state().await? {
    ///     println!("{} has {} things in the cart", shop.listed().handle, shop.cart.len());
    /// }
    /// # Ok(()) }
    /// ```
    pub fn with_state(self) -> ListSessions<'a, T, StoredSession<T>, E> {
        let Source { engine, principal, .. } = self.source;
        let source = Source { engine, principal, contents: Contents::Whole, read: read_whole };
        ListSessions { source, error: PhantomData }
    }
}

impl<'a, T: SessionState, S, E> ListSessions<'a, T, S, E> {
    /// A page of at most this many sessions, 1 to 1000, in place of all: the first one, unless it is one
    /// [`after`](ListPage::after) another.
    ///
    /// ```
    /// # use session_core::{Engine, Error, PageCursor, session};
    /// # #[session] pub struct Shop { #[session(principal)] user: Option<u64>, cart: Vec<String> }
    /// # async fn lists(engine: &Engine<Shop>, after: Option<PageCursor>) -> Result<(), Error> {
    /// let first = engine.list(&7).page_size(20).await?;
    /// assert!(first.sessions.len() <= 20);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`Error::PageSize`] of another number.
    pub fn page_size(self, sessions: u32) -> ListPage<'a, T, S, E> {
        ListPage { list: self, size: sessions, after: None }
    }

    /// The same list, which fails with a framework's own error, one that is made of [`Error`].
    pub fn with_error<F: From<Error>>(self) -> ListSessions<'a, T, S, F> {
        ListSessions { source: self.source, error: PhantomData }
    }
}

impl<'a, T: SessionState, E> ListPage<'a, T, Listed, E> {
    /// Each with its state, as a [`StoredSession`].
    ///
    /// ```
    /// # use session_core::{Engine, Error, PageCursor, session};
    /// # #[session] pub struct Shop { #[session(principal)] user: Option<u64>, cart: Vec<String> }
    /// # async fn lists(engine: &Engine<Shop>, after: Option<PageCursor>) -> Result<(), Error> {
    /// let first = engine.list(&7).page_size(20).with_state().await?;
    /// let carts: Vec<_> = first.sessions.iter().map(|shop| shop.cart.len()).collect();
    /// # Ok(()) }
    /// ```
    pub fn with_state(self) -> ListPage<'a, T, StoredSession<T>, E> {
        ListPage { list: self.list.with_state(), size: self.size, after: self.after }
    }
}

impl<T: SessionState, S, E> ListPage<'_, T, S, E> {
    /// The page after the one that ends here ([`SessionPage::next`]); the first page if it is `None`. Its session
    /// may have ended meanwhile.
    ///
    /// ```
    /// # use session_core::{Engine, Error, PageCursor, session};
    /// # #[session] pub struct Shop { #[session(principal)] user: Option<u64>, cart: Vec<String> }
    /// # async fn lists(engine: &Engine<Shop>, after: Option<PageCursor>) -> Result<(), Error> {
    /// let page = engine.list(&7).page_size(20).after(after).await?;
    /// if let Some(next) = page.next {
    ///     println!("<a href=/devices?after={next}>more</a>");
    /// }
    /// # Ok(()) }
    /// ```
    pub fn after(mut self, cursor: impl Into<Option<PageCursor>>) -> Self {
        self.after = cursor.into();
        self
    }
}

impl<T: SessionState, S> Source<'_, T, S> {
    fn names(&self) -> Result<Vec<String>, Error> {
        self.engine.backend.require_store()?;
        self.engine.policy.names_of::<T>(self.principal)
    }

    async fn page(
        &self,
        names: &[String],
        after: Option<Cursor>,
        limit: u32,
    ) -> Result<(Vec<S>, Option<Cursor>), Error> {
        let query = ListQuery { contents: self.contents, after, limit };
        let page = principal_records::page(&self.engine.store, names, query).await?;
        let mut sessions = Vec::with_capacity(page.records.len());
        for record in page.records {
            sessions.extend((self.read)(self.engine, record)?);
        }
        Ok((sessions, page.next))
    }

    async fn all(&self) -> Result<Vec<S>, Error> {
        let names = self.names()?;
        let (mut sessions, mut next) = self.page(&names, None, LIST_PAGE).await?;
        while let Some(after) = next {
            let more;
            (more, next) = self.page(&names, Some(after), LIST_PAGE).await?;
            sessions.extend(more);
        }
        Ok(sessions)
    }
}

impl<'a, T, S, E> IntoFuture for ListSessions<'a, T, S, E>
where
    T: SessionState,
    S: Send + 'a,
    E: From<Error> + 'a,
{
    type Output = Result<Vec<S>, E>;
    type IntoFuture = Answer<'a, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move { Ok(self.source.all().await?) })
    }
}

impl<'a, T, S, E> IntoFuture for ListPage<'a, T, S, E>
where
    T: SessionState,
    S: Send + 'a,
    E: From<Error> + 'a,
{
    type Output = Result<SessionPage<S>, E>;
    type IntoFuture = Answer<'a, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let Self { list, size, after } = self;
            if !(1..=MAX_PAGE).contains(&size) {
                return Err(Error::PageSize(size).into());
            }
            let names = list.source.names()?;
            let after = after.map(PageCursor::place);
            let (sessions, next) = list.source.page(&names, after, size).await?;
            Ok(SessionPage { sessions, next: next.map(PageCursor::new) })
        })
    }
}

/// The session of a whole record. Which one cannot be read is told to the log alone: the error is answered.
fn read_whole<T: SessionState>(
    engine: &Engine<T>,
    record: Record,
) -> Result<Option<StoredSession<T>>, Error> {
    let handle = record.handle;
    let decoded = engine.decode(record).inspect_err(|error| {
        let error: &dyn std::error::Error = error;
        tracing::error!(target: "session", %handle, error, "a session in a list cannot be read");
    });
    Ok(decoded?.map(StoredSession::from))
}

/// Whose sessions they are is not fit for a log.
impl<T: SessionState, S, E> fmt::Debug for ListSessions<'_, T, S, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ListSessions")
            .field("contents", &self.source.contents)
            .finish_non_exhaustive()
    }
}

impl<T: SessionState, S, E> fmt::Debug for ListPage<'_, T, S, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ListPage")
            .field("contents", &self.list.source.contents)
            .field("size", &self.size)
            .field("after", &self.after)
            .finish_non_exhaustive()
    }
}
