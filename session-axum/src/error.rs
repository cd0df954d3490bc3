//! What went wrong with a session outside of its request, as an answer to a request.

use std::fmt;

use axum_core::response::{IntoResponse, Response};
use session_core::{
    EndReason, Error as ErrorKind, HandleError, PageCursorError, Refusal, SessionEvent,
};

use crate::rejection::Rejection;

/// A session could not be read or changed. As the error of a handler it is an answer: the status of
/// its [kind](Self::kind), and one sentence that gives nothing of the inside away. Of a status of 500 or more the log has the error. `?` makes one of
/// what every call in a handler may fail with:
///
/// ```
/// # use axum::{extract::{Path, State}, response::Redirect};
/// # use session_axum::{Error, Handle, Principal, Sessions, require_session, session};
/// # #[session] pub struct Shop { #[session(principal)] user: Option<u64> }
/// #[require_session(authenticated)]
/// async fn end(
///     _: &Shop,
///     Principal(user): Principal<Shop>,
///     State(sessions): State<Sessions<Shop>>,
///     Path(handle): Path<String>,
/// ) -> Result<Redirect, Error> {
///     let handle: Handle = handle.parse()?;                  // 400
///     let devices = sessions.list(&user).await?;             // 503 when the store does not answer
///     if devices.iter().any(|device| device.handle == handle) {
///         sessions.revoke(&handle).await?;
///     }
///     Ok(Redirect::to("/devices"))
/// }
/// ```
///
/// An application's own error holds it, with `#[from]` say, and passes the answer on:
///
/// ```
/// use axum::http::StatusCode;
/// use axum::response::{IntoResponse, Response};
///
/// #[derive(Debug, thiserror::Error)]
/// enum AppError {
///     #[error(transparent)]
///     Session(#[from] session_axum::Error),
///     #[error("the shop is closed")]
///     Closed,
/// }
///
/// impl IntoResponse for AppError {
///     fn into_response(self) -> Response {
///         match self {
///             Self::Session(error) => error.into_response(),
///             Self::Closed => (StatusCode::NOT_FOUND, self.to_string()).into_response(),
///         }
///     }
/// }
/// ```
#[derive(Clone)]
pub struct Error(ErrorKind);

impl Error {
    /// What went wrong.
    ///
    /// ```
    /// # use session_axum::{Error, ErrorKind, Handle, Sessions, session};
    /// # #[session] pub struct Shop { notice: Option<String> }
    /// async fn report(sessions: &Sessions<Shop>, handle: &Handle) -> Result<(), Error> {
    ///     match sessions.update(handle, |shop| shop.notice = Some("done".into())).await {
    ///         Err(error) if matches!(error.kind(), ErrorKind::Ended) => Ok(()),      // nobody is there to be told
    ///         other => other,
    ///     }
    /// }
    /// ```
    pub fn kind(&self) -> &ErrorKind {
        &self.0
    }
}

impl From<ErrorKind> for Error {
    fn from(kind: ErrorKind) -> Self {
        Self(kind)
    }
}

impl From<HandleError> for Error {
    fn from(error: HandleError) -> Self {
        Self(error.into())
    }
}

impl From<PageCursorError> for Error {
    fn from(error: PageCursorError) -> Self {
        Self(error.into())
    }
}

/// A handler that waits, a long poll say, answers 401 when its session ends, and 503 when the server shuts down.
impl From<EndReason> for Error {
    fn from(reason: EndReason) -> Self {
        Self(reason.into())
    }
}

impl From<Error> for ErrorKind {
    fn from(error: Error) -> Self {
        error.0
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        error.0.into()
    }
}

/// So that your own extractor may use `?` on what it does with the session.
impl From<Error> for Rejection {
    fn from(error: Error) -> Self {
        let is_logged = matches!(error.kind(), ErrorKind::Store(_));
        let refusal = Refusal::from(error);
        // The client is told nothing of it.
        if refusal.status().is_server_error() && !is_logged {
            SessionEvent::Refused { refusal: &refusal }.trace();
        }
        refusal.into()
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        Rejection::from(self).into_response()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source()
    }
}

#[cfg(test)]
mod tests {
    use axum_core::body::Body;
    use session_core::store::StoreError;

    use super::*;

    fn answer(kind: ErrorKind) -> (u16, Body) {
        let (parts, body) = Error::from(kind).into_response().into_parts();
        (parts.status.as_u16(), body)
    }

    #[tokio::test]
    async fn an_error_of_a_handler_is_an_answer_that_gives_nothing_away() {
        let failed = ErrorKind::from(StoreError::failed("at db.internal"));
        for (kind, status, text) in [
            (ErrorKind::Ended, 401, "the session is over\n"),
            (failed, 503, "the session is unavailable\n"),
            (EndReason::Revoked.into(), 401, "the session is over\n"),
            (EndReason::Shutdown.into(), 503, "the session is unavailable\n"),
            (ErrorKind::NotStored, 500, "the session is unavailable\n"),
            (
                ErrorKind::PageSize(0),
                400,
                "a page of a list of sessions has 1 to 1000 of them, and `.page_size(0)` asks for 0\n",
            ),
        ] {
            let (answered, body) = answer(kind);
            assert_eq!(answered, status);
            let body = axum::body::to_bytes(body, 1000).await.unwrap();
            assert_eq!(body, text.as_bytes());
        }
    }
}
