//! Work that goes on by itself, as a task of the runtime.

use std::future::Future;
use std::pin::Pin;

use tokio::runtime::Handle;
use tokio::task::JoinHandle;

type Task = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Spawns it on the runtime of the caller. A box for each task, so that tokio's code for a task is compiled once, and not for
/// each session type.
pub(crate) fn spawn(work: impl Future<Output = ()> + Send + 'static) {
    drop(spawn_on(&Handle::current(), Box::pin(work)));
}

/// Spawns it if the caller is in a runtime.
pub(crate) fn try_spawn(work: impl Future<Output = ()> + Send + 'static) {
    if let Ok(runtime) = Handle::try_current() {
        drop(spawn_on(&runtime, Box::pin(work)));
    }
}

fn spawn_on(runtime: &Handle, work: Task) -> JoinHandle<()> {
    runtime.spawn(work)
}
