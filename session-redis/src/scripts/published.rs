//! What is published for those who listen to a store.

use std::hash::{BuildHasher as _, RandomState};

use session_core::Handle;

/// A message of the channel of endings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Published {
    /// These sessions have ended: their handles one after the other.
    Endings(Vec<Handle>),
    /// The mark of somebody who begins to listen.
    Mark(Mark),
    /// A release that knows more has told something.
    Unknown,
}

/// What a listener has published, to find that it hears it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Mark([u8; 17]);

impl Published {
    pub(crate) fn read(message: &[u8]) -> Self {
        if let Ok(mark) = <[u8; 17]>::try_from(message)
            && mark[0] == b'?'
        {
            return Self::Mark(Mark(mark));
        }
        match message.as_chunks() {
            ([], _) | (_, [_, ..]) => Self::Unknown,
            (handles, []) => {
                Self::Endings(handles.iter().copied().map(Handle::from_bytes).collect())
            }
        }
    }
}

impl Mark {
    /// One that nobody else has.
    pub(crate) fn new() -> Self {
        let mut mark = [b'?'; 17];
        for eight in mark[1..].as_chunks_mut().0 {
            // The standard library's hash keys are its one source of randomness.
            *eight = RandomState::new().hash_one(()).to_be_bytes();
        }
        Self(mark)
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn handles_follow_each_other() {
        let handles = [1, 2].map(|byte| Handle::from_bytes([byte; 16]));
        let message = [[1; 16], [2; 16]].concat();
        assert_eq!(Published::read(&message), Published::Endings(handles.into()));
    }

    #[test]
    fn a_mark_is_told_from_others() {
        let (mark, other) = (Mark::new(), Mark::new());
        assert_eq!(Published::read(mark.as_bytes()), Published::Mark(mark));
        assert_ne!(mark, other);
    }

    #[test]
    fn what_a_later_release_tells_is_not_known() {
        for message in [&[][..], &[1], &[1; 15], &[1; 17], &[b'?'; 33]] {
            assert_eq!(Published::read(message), Published::Unknown);
        }
    }
}
