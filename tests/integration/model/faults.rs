//! A fault that waits for its store call, in the store as in the model.

use std::sync::Mutex;

use session_axum::StoreError;
use session_axum::store::Operation;

use crate::intercepted_store::Interceptor;

/// What happens to a store call instead of an answer, before its effect or after.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    FailsBefore,
    FailsAfter,
    HangsBefore,
    HangsAfter,
}

impl Fault {
    pub(crate) fn prevents_the_effect(self) -> bool {
        matches!(self, Self::FailsBefore | Self::HangsBefore)
    }

    pub(crate) fn hangs(self) -> bool {
        matches!(self, Self::HangsBefore | Self::HangsAfter)
    }

    async fn happen(self) -> Result<(), StoreError> {
        match self {
            Self::FailsBefore | Self::FailsAfter => Err(StoreError::failed("as the schedule says")),
            Self::HangsBefore | Self::HangsAfter => std::future::pending().await,
        }
    }
}

/// The calls so far, and the fault that waits for one to come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Calls {
    pub(crate) count: u32,
    armed: Option<(u32, Fault)>,
}

impl Calls {
    /// Lets the fault happen to the call after the next `skip`.
    pub(crate) fn arm(&mut self, skip: u32, fault: Fault) {
        self.armed = Some((self.count + skip + 1, fault));
    }

    /// Counts a call, and answers what happens to it.
    pub(crate) fn next(&mut self) -> Option<Fault> {
        self.count += 1;
        let (_, fault) = self.armed.take_if(|(call, _)| *call == self.count)?;
        Some(fault)
    }
}

/// The store's side.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    pub(crate) calls: Mutex<Calls>,
    after: Mutex<Option<Fault>>,
}

impl Interceptor for Faults {
    async fn before(&self, _call: Operation) -> Result<(), StoreError> {
        let fault = self.calls.lock().unwrap().next();
        match fault {
            Some(fault) if fault.prevents_the_effect() => fault.happen().await,
            later => {
                *self.after.lock().unwrap() = later;
                Ok(())
            }
        }
    }

    async fn after(&self, _call: Operation) -> Result<(), StoreError> {
        let fault = self.after.lock().unwrap().take();
        match fault {
            Some(fault) => fault.happen().await,
            None => Ok(()),
        }
    }
}
