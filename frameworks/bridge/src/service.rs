//! The service inside of a bridge.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::BoxError;
use axum::body::{Body, Bytes, HttpBody};
use axum::response::{IntoResponse as _, Response};
use http::Request;
use session_axum::{SessionService, SessionState};
use tower_layer::Layer;
use tower_service::Service;

use crate::attached_sessions::AttachedSessions;
use crate::bridge::Bridge;

/// A service inside of a [`Bridge`].
pub struct BridgeService<T: SessionState, S> {
    bridge: Bridge<T>,
    inner: S,
}

impl<T: SessionState, S> Layer<S> for Bridge<T> {
    type Service = SessionService<T, BridgeService<T, S>>;

    fn layer(&self, inner: S) -> Self::Service {
        self.session_layer.layer(BridgeService { bridge: self.clone(), inner })
    }
}

impl<T, S, Q, B> Service<Request<Q>> for BridgeService<T, S>
where
    T: SessionState,
    S: Service<Request<Q>, Response = http::Response<B>> + Clone + Send + 'static,
    S::Future: Send,
    S::Error: Send,
    Q: Send + 'static,
    B: HttpBody<Data = Bytes, Error: Into<BoxError>> + Send + 'static,
{
    type Response = Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<Q>) -> Self::Future {
        // The one that is ready is called.
        let clone = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, clone);
        let bridge = self.bridge.clone();
        Box::pin(async move {
            let (mut parts, body) = request.into_parts();
            let attached = match AttachedSessions::attach(&bridge, &mut parts).await {
                Ok(attached) => attached,
                Err(rejection) => return Ok(rejection.into_response()),
            };
            let response = inner.call(Request::from_parts(parts, body)).await?;
            Ok(attached.end(response.map(Body::new)).await)
        })
    }
}

impl<T: SessionState, S: Clone> Clone for BridgeService<T, S> {
    fn clone(&self) -> Self {
        Self { bridge: self.bridge.clone(), inner: self.inner.clone() }
    }
}

impl<T: SessionState, S> fmt::Debug for BridgeService<T, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BridgeService").field("bridge", &self.bridge).finish_non_exhaustive()
    }
}
