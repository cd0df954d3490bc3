//! Streams that end with their session.

use std::error::Error;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use pin_project_lite::pin_project;

use super::end::End;

pin_project! {
    /// A stream that ends with its session. From [`Live::until_ended`](crate::Live::until_ended).
    pub struct UntilEnded<S> {
        #[pin]
        stream: S,
        #[pin]
        end: End,
    }
}

pin_project! {
    /// A stream that fails when its session ends. From [`Live::or_fail`](crate::Live::or_fail).
    pub struct OrFail<S> {
        #[pin]
        stream: S,
        #[pin]
        end: End,
        has_failed: bool,
    }
}

impl<S> UntilEnded<S> {
    pub(super) fn new(end: End, stream: S) -> Self {
        Self { stream, end }
    }
}

impl<S: Stream> Stream for UntilEnded<S> {
    type Item = S::Item;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<S::Item>> {
        let this = self.project();
        match this.end.poll(context) {
            Poll::Ready(_) => Poll::Ready(None),
            Poll::Pending => this.stream.poll_next(context),
        }
    }
}

impl<S> OrFail<S> {
    pub(super) fn new(end: End, stream: S) -> Self {
        Self { stream, end, has_failed: false }
    }
}

impl<S, V, E> Stream for OrFail<S>
where
    S: Stream<Item = Result<V, E>>,
    E: Into<Box<dyn Error + Send + Sync>>,
{
    type Item = Result<V, Box<dyn Error + Send + Sync>>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.project();
        if *this.has_failed {
            return Poll::Ready(None);
        }
        match this.end.poll(context) {
            Poll::Ready(reason) => {
                *this.has_failed = true;
                Poll::Ready(Some(Err(reason.into())))
            }
            Poll::Pending => {
                this.stream.poll_next(context).map(|item| item.map(|item| item.map_err(E::into)))
            }
        }
    }
}

impl<S: fmt::Debug> fmt::Debug for UntilEnded<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("UntilEnded").field(&self.stream).finish()
    }
}

impl<S: fmt::Debug> fmt::Debug for OrFail<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("OrFail").field(&self.stream).finish()
    }
}
