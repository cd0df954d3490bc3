//! Live sessions without a connection, as the driver asks for them: so many that their costs show.

use std::fs;
use std::sync::Arc;
use std::time::SystemTime;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{Request, StatusCode};
use axum::routing::{get, post};
use futures_util::{StreamExt as _, stream};
use session_axum::{Handle, Live, Session, require_session};
use tower::ServiceExt as _;

use super::held::Held;
use super::state::{AppState, Guest, micros};
use crate::heap::HEAP;

/// How many log-ins are under way at once.
const AT_ONCE: usize = 32;

pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/fill/{prefix}/{number}", post(fill))
        .route("/hold", post(hold))
        .route("/watch", post(watch))
        .route("/ended", get(ended))
        .route("/memory", get(memory))
}

/// Begins so many sessions, each of another user, and answers their handles and users.
async fn fill(
    State(state): State<AppState>,
    Path((prefix, number)): Path<(String, u32)>,
) -> String {
    let site = Router::new().route("/log-in/{user}", post(log_in)).with_state(state.clone());
    let begin = |number| {
        let request = Request::post(format!("/log-in/{prefix}-{number}")).body(Body::empty());
        let answer = site.clone().oneshot(request.expect("it is a path"));
        async move {
            let Ok(answer) = answer.await;
            assert_eq!(answer.status(), StatusCode::OK);
        }
    };
    stream::iter(0..number).map(begin).buffer_unordered(AT_ONCE).collect::<()>().await;
    let line = |(user, live): (String, Live)| {
        let handle = live.handle().expect("it is stored");
        format!("{handle} {user}")
    };
    let lines: Vec<_> = state.held.take().into_iter().map(line).collect();
    lines.join("\n")
}

/// Leaves the live session behind.
#[require_session]
async fn log_in(
    session: &mut Session<Guest>,
    Path(user): Path<String>,
    State(held): State<Arc<Held>>,
) {
    session.log_in(user.clone());
    held.keep(user, session.live());
}

/// Keeps these sessions as live ones.
async fn hold(State(state): State<AppState>, handles: String) {
    for live in register(&state, &handles).await {
        state.held.keep(String::new(), live);
    }
}

/// Notes when each of these sessions ends.
async fn watch(State(state): State<AppState>, handles: String) {
    for live in register(&state, &handles).await {
        let held = Arc::clone(&state.held);
        tokio::spawn(async move {
            live.ended().await;
            let moment = micros(SystemTime::now());
            let handle = live.handle().expect("it was stored");
            held.note(handle, moment);
        });
    }
}

async fn register(state: &AppState, handles: &str) -> Vec<Live> {
    let mut known = Vec::new();
    for line in handles.lines() {
        let handle = line.split(' ').next().unwrap_or_default();
        known.push(handle.parse::<Handle>().expect("it is a handle"));
    }
    let live = |handle: Handle| {
        let sessions = state.sessions.clone();
        async move { sessions.live(&handle).await.expect("it is alive") }
    };
    stream::iter(known).map(live).buffer_unordered(AT_ONCE).collect().await
}

/// Which of the watched ones have ended, and when, since this was last asked.
async fn ended(State(state): State<AppState>) -> String {
    let ended = state.held.take_ended().into_iter();
    let lines: Vec<_> = ended.map(|(handle, moment)| format!("{handle} {moment}")).collect();
    lines.join("\n")
}

/// The bytes that this process has asked its allocator for, and those that the system sees.
async fn memory() -> String {
    let status = fs::read_to_string("/proc/self/status").expect("Linux has it");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB"));
    let resident = kilobytes.and_then(|number| number.parse::<usize>().ok());
    format!("{} {}", HEAP.current_usage(), resident.expect("it is in kB") * 1024)
}
