//! What a function of the application says of a request: whether it may go on.

use std::future::{Ready, ready};
use std::sync::Mutex;

use axum_core::response::{IntoResponse, Response};
use http::request::Parts;
use session_core::{Refusal, SessionState};

use crate::rejection::Rejection;
use crate::sessions::Sessions;

/// The answer of a function for `allow`, be it of [`#[require_session]`](crate::require_session) or of a
/// [`Gate`](crate::Gate): `bool`, `Result<bool, E>` with an error that is a response, or
/// `Result<(), Rejection>`. `false` is [`Refusal::Forbidden`].
///
/// ```
/// use axum::http::StatusCode;
/// use session_axum::{Refusal, Rejection, require_session, session};
///
/// #[session]
/// struct Shop { #[session(principal)] user: Option<u64>, is_staff: bool }
///
/// impl Shop {
///     fn is_staff(&self) -> bool {
///         self.is_staff
///     }
/// }
///
/// /// An error is answered as it is.
/// async fn is_paid_up(shop: &Shop) -> Result<bool, StatusCode> {
///     shop.user.map(|user| user < 10).ok_or(StatusCode::PAYMENT_REQUIRED)
/// }
///
/// /// A refusal is answered as the library's own.
/// fn is_known(shop: &Shop) -> Result<(), Rejection> {
///     shop.user.map(|_| ()).ok_or(Refusal::NotAuthenticated.into())
/// }
///
/// #[require_session(allow = Shop::is_staff)]
/// async fn desk(_: &Shop) {}
///
/// #[require_session(allow = is_paid_up)]
/// async fn library(_: &Shop) {}
///
/// #[require_session(allow = is_known)]
/// async fn home(_: &Shop) {}
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say whether a request may go on",
    label = "neither `bool` nor a `Result`",
    note = "an `allow` function answers `bool`, `Result<bool, E>` where `E: IntoResponse`, or `Result<(), Rejection>`; it may be `async`"
)]
pub trait Verdict {
    /// Whether the request may go on.
    fn verdict(self) -> Result<(), Denied>;
}

impl Verdict for bool {
    fn verdict(self) -> Result<(), Denied> {
        if self { Ok(()) } else { Err(Refusal::Forbidden.into()) }
    }
}

impl<E: IntoResponse> Verdict for Result<bool, E> {
    fn verdict(self) -> Result<(), Denied> {
        match self {
            Ok(allowed) => allowed.verdict(),
            Err(error) => Err(Denied::Answered(Box::new(Mutex::new(error.into_response())))),
        }
    }
}

impl Verdict for Result<(), Rejection> {
    fn verdict(self) -> Result<(), Denied> {
        self.map_err(Denied::Rejected)
    }
}

/// Why a request may not go on.
#[derive(Debug)]
pub enum Denied {
    /// The library says so.
    Refused(Refusal),
    /// The application says so.
    Rejected(Rejection),
    /// The application could not tell, and answers this. The lock is never taken: a response may be sent to another
    /// thread, and not be shared.
    Answered(Box<Mutex<Response>>),
}

impl Denied {
    /// The answer to the request. `log_in` is where a page is sent that lacks a log-in.
    pub(crate) fn reject<T: SessionState>(
        self,
        sessions: &Sessions<T>,
        log_in: Option<&str>,
        parts: &Parts,
    ) -> Rejection {
        let rejection = match self {
            Self::Refused(refusal) => sessions.refuse(parts, refusal),
            Self::Rejected(rejection) => match rejection.plain() {
                Ok(refusal) => sessions.refuse(parts, refusal),
                Err(answered) => answered,
            },
            Self::Answered(response) => {
                return Rejection::answered(response).varying(sessions.engine().vary());
            }
        };
        match log_in {
            Some(log_in) => rejection.or_redirect(log_in),
            None => rejection,
        }
    }
}

impl From<Refusal> for Denied {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

/// What a function for `allow` has returned: `#[require_session]` asks it for its answer, whether the function
/// is `async` or not.
#[derive(Debug)]
pub struct Answer<R>(pub R);

impl<R: Verdict> Answer<R> {
    /// Of a function that is not `async`.
    pub fn verdict(self) -> Ready<Result<(), Denied>> {
        ready(self.0.verdict())
    }
}

/// What an `async` function for `allow` has returned.
pub trait AsyncAnswer {
    /// What the function returns.
    type Returned;

    /// What it answers in the end.
    fn verdict(self) -> impl Future<Output = Result<(), Denied>> + Send
    where
        Self::Returned: AsyncVerdict;
}

impl<R> AsyncAnswer for Answer<R> {
    type Returned = R;

    fn verdict(self) -> impl Future<Output = Result<(), Denied>> + Send
    where
        R: AsyncVerdict,
    {
        self.0.verdict()
    }
}

/// A future of a [`Verdict`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say whether a request may go on",
    label = "neither `bool` nor a `Result`",
    note = "an `allow` function answers `bool`, `Result<bool, E>` where `E: IntoResponse`, or `Result<(), Rejection>`; it may be `async`"
)]
pub trait AsyncVerdict {
    /// Whether the request may go on.
    fn verdict(self) -> impl Future<Output = Result<(), Denied>> + Send;
}

#[diagnostic::do_not_recommend]
impl<F> AsyncVerdict for F
where
    F: Future<Output: Verdict> + Send,
{
    async fn verdict(self) -> Result<(), Denied> {
        self.await.verdict()
    }
}
