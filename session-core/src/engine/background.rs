//! Work that goes on by itself, as a task of the runtime.

use std::future::Future;
use std::pin::Pin;

use tokio::runtime::Handle;

/// Spawns it on the runtime of the caller.
pub(crate) fn spawn(work: impl Future<Output = ()> + Send + 'static) {
    spawn_on(&Handle::current(), Box::pin(work));
}

/// Spawns it if the caller is in a runtime.
pub(crate) fn try_spawn(work: impl Future<Output = ()> + Send + 'static) {
    if let Ok(runtime) = Handle::try_current() {
        spawn_on(&runtime, Box::pin(work));
    }
}

/// A box for each task, so that tokio's code for a task is compiled once, and not for each session type.
fn spawn_on(runtime: &Handle, task: Pin<Box<dyn Future<Output = ()> + Send>>) {
    runtime.spawn(task);
}
