//! Lending: a function around others hands them the session that it holds, and takes it back with
//! what they made of it.

use std::convert::Infallible;
use std::future::poll_fn;

use http::Request;
use tower_service::Service;

use crate::engine::deferred::Asked;
use crate::engine::requested;
use crate::engine::session::{Place, Session};
use crate::state::session_state::SessionState;

impl<T: SessionState> Session<T> {
    /// Lends the session for as long as the future runs. What runs inside may open it: it sees
    /// every change made so far, a log-in or `destroy` too. Afterwards this session is what was
    /// made of it inside.
    ///
    /// A function that takes the session by `&mut` holds it: whoever opens it inside without this
    /// is refused (500), since it would act on a state that is not true any more. For a service
    /// inside, [`run`](Self::run) is simpler.
    ///
    /// Of several sessions, one lends around the other: `a.lend(b.lend(future)).await`. Dropped
    /// half-way, it takes back what was finished inside by then.
    pub async fn lend<F: Future>(&mut self, future: F) -> F::Output {
        let _lent = Lent::new(self);
        future.await
    }

    /// Runs a service inside of this session: [`lend`](Self::lend) around the call. For axum's
    /// `Next`, a `Router`, or any other service whose error is [`Infallible`].
    ///
    /// It puts the session into the request's extensions, in case that the request was built anew.
    pub async fn run<S, B>(&mut self, mut service: S, mut request: Request<B>) -> S::Response
    where
        S: Service<Request<B>, Error = Infallible>,
    {
        requested::put(request.extensions_mut(), Asked::Opened(self.place.clone()));
        let called = async move {
            let ready = poll_fn(|context| service.poll_ready(context)).await;
            let Ok(()) = ready;
            let Ok(response) = service.call(request).await;
            response
        };
        self.lend(called).await
    }
}

/// A session that is lent; dropped, it is taken back.
struct Lent<'a, T: SessionState>(&'a mut Session<T>);

impl<'a, T: SessionState> Lent<'a, T> {
    fn new(session: &'a mut Session<T>) -> Self {
        let copy = session.working_copy();
        if let Place { transaction, scope: Some(scope) } = &session.place {
            transaction.lend(*scope, copy);
        }
        Self(session)
    }
}

impl<T: SessionState> Drop for Lent<'_, T> {
    fn drop(&mut self) {
        if let Place { transaction, scope: Some(scope) } = &self.0.place {
            let copy = transaction.take_back(*scope);
            self.0.replace(copy);
        }
    }
}
