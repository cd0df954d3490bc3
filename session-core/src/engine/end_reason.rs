//! Why a live session ended.

/// Why a live session ended, as far as this process knows. Its text is fit for whoever had the
/// connection: a WebSocket's close reason, say.
///
/// What another node or the database did comes as [`Unknown`](Self::Unknown), unless the session's own limits
/// or principal tell.
///
/// ```
/// # use session_core::{EndReason, Live};
/// # async fn export() -> Vec<u8> { Vec::new() }
/// async fn job(live: Live) -> Option<Vec<u8>> {
///     match live.run(export()).await {
///         Ok(file) => Some(file),
///         Err(EndReason::Shutdown) => None,           // to be done again later
///         Err(reason) => { println!("{reason}"); None }
///     }
/// }
/// ```
#[derive(Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EndReason {
    /// The session was ended by a request of its own: a log-out.
    ///
    /// Nothing is wrong: the page goes to a log-in.
    #[error("the session was ended by a log-out")]
    Destroyed,
    /// It was ended from elsewhere: by `revoke`, `revoke_where`, `revoke_all`, or a log-in that was one too many.
    ///
    /// Nothing is wrong: the page goes to a log-in.
    #[error("the session was ended from elsewhere")]
    Revoked,
    /// Its idle or absolute limit has passed.
    ///
    /// Call `live.used()` for what a person does on the connection, if that is to be a use of the session.
    #[error("the session has expired")]
    Expired,
    /// Its cookie was shown by two.
    ///
    /// Warn the person: somebody else has the cookie.
    #[error("the session was ended, since its cookie was copied")]
    Stolen,
    /// Somebody else is logged in to it, or nobody any more.
    ///
    /// Nothing is wrong: the page connects again, as whom it is now.
    #[error("the session is another's now, or nobody's")]
    PrincipalChanged,
    /// The server shuts down, or its sessions were dropped: the session itself goes on.
    ///
    /// The page connects again, to another node.
    #[error("the server is shutting down")]
    Shutdown,
    /// It is over: another node or the database has ended it, or it could not be saved.
    ///
    /// The page goes to a log-in.
    #[error("the session is over")]
    Unknown,
}

crate::error_words::debug_in_words!(EndReason);

impl EndReason {
    /// The status code for closing a WebSocket (RFC 6455, 7.4.1): 1008, policy violation; 1001, going
    /// away, when it is the server that ends.
    ///
    /// ```
    /// # use session_core::EndReason;
    /// assert_eq!(EndReason::Revoked.close_code(), 1008);      // the `code` that a page's script sees in `onclose`
    /// ```
    pub const fn close_code(self) -> u16 {
        match self {
            Self::Shutdown => 1001,
            _ => 1008,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_close_frame_has_room_for_each_reason() {
        for reason in [
            EndReason::Destroyed,
            EndReason::Revoked,
            EndReason::Expired,
            EndReason::Stolen,
            EndReason::PrincipalChanged,
            EndReason::Shutdown,
            EndReason::Unknown,
        ] {
            assert!(reason.to_string().len() <= 123, "{reason}");
            assert!([1001, 1008].contains(&reason.close_code()));
        }
    }
}
