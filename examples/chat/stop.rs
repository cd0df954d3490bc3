//! The end of the program: what is open is told, and not waited for without end.

use std::time::Duration;

use axum::Router;
use session_axum::Sessions;
use tokio::net::TcpListener;
use tokio::select;
use tokio::signal::ctrl_c;
use tokio::time::timeout;

use crate::guest::Guest;
use crate::room::Room;

/// How long sockets have to say good-bye.
const FAREWELL: Duration = Duration::from_secs(5);

/// Serves until Ctrl-C, or the SIGTERM of a service manager.
pub(crate) async fn serve(
    listener: TcpListener,
    routes: Router,
    sessions: Sessions<Guest>,
    room: Room,
) -> std::io::Result<()> {
    let stopped = async move {
        asked_to_stop().await;
        // The server waits for event streams, which would never end by themselves.
        sessions.close_live();
    };
    axum::serve(listener, routes).with_graceful_shutdown(stopped).await?;
    // It does not wait for sockets, which are no HTTP any more.
    _ = timeout(FAREWELL, room.is_left()).await;
    Ok(())
}

async fn asked_to_stop() {
    #[cfg(unix)]
    let terminated = async {
        use tokio::signal::unix::{SignalKind, signal};
        match signal(SignalKind::terminate()) {
            Ok(mut signal) => _ = signal.recv().await,
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminated = std::future::pending();
    select! {
        _ = ctrl_c() => {}
        () = terminated => {}
    }
}
