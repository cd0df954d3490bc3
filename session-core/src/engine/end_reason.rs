//! Why a live session ended.

/// Why a live session ended, as far as this process knows. Its text is fit for whoever had the
/// connection: a WebSocket's close reason, say.
///
/// What another node or the database did comes as [`Unknown`](Self::Unknown), unless the session's own limits
/// or principal tell.
#[derive(Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EndReason {
    /// The session was ended by a request of its own: a log-out.
    #[error("the session was ended by a log-out")]
    Destroyed,
    /// It was ended from elsewhere: by `revoke`, `revoke_where`, `revoke_all`, or a log-in that was one too many.
    #[error("the session was ended from elsewhere")]
    Revoked,
    /// Its idle or absolute limit has passed.
    #[error("the session has expired")]
    Expired,
    /// Its cookie was shown by two.
    #[error("the session was ended, since its cookie was copied")]
    Stolen,
    /// Somebody else is logged in to it, or nobody any more.
    #[error("the session is another's now, or nobody's")]
    PrincipalChanged,
    /// The server shuts down, or its sessions were dropped: the session itself goes on.
    #[error("the server is shutting down")]
    Shutdown,
    /// It is over: another node or the database has ended it, or it could not be saved.
    #[error("the session is over")]
    Unknown,
}

crate::error_words::debug_in_words!(EndReason);

impl EndReason {
    /// The status code for closing a WebSocket (RFC 6455, 7.4.1): 1008, policy violation; 1001, going
    /// away, when it is the server that ends.
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
