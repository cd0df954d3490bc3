//! Sessions of few and of many fields, each of the same size: what a write costs for a field that it leaves alone.

use axum::Router;
use axum::routing::get;
use session_axum::{MemoryStore, Sessions, require_session, session};
use site::{Site, cookie};

/// A session with these fields, and a handler that changes the first of them.
macro_rules! session_of {
    ($name:ident $handler:ident: $first:ident $($other:ident)*) => {
        #[session]
        struct $name {
            $first: String,
            $($other: String),*
        }

        #[require_session]
        async fn $handler(session: &mut $name) {
            if session.$first.is_empty() {
                $(session.$other = stringify!($other).repeat(4);)*
            }
            session.$first = if session.$first == "aaaaaaaa" { "bbbbbbbb" } else { "aaaaaaaa" }.to_owned();
        }
    };
}

session_of! { Five five: ma mb mc md me }

session_of! { Fifty fifty:
    ma mb mc md me mf mg mh mi mj mk ml mm mn mo mp mq mr ms mt mu mv mw mx my
    mz na nb nc nd ne nf ng nh ni nj nk nl nm nn no np nq nr ns nt nu nv nw nx
}

/// Asks for this path so many times, with a session of its own.
pub(crate) async fn write(path: &'static str, times: usize) {
    let (few, many) = (sessions(), sessions());
    let routes = Router::new().route("/five", get(five)).with_state(few);
    let routes = routes.merge(Router::new().route("/fifty", get(fifty)).with_state(many));
    let site = Site::with(routes, Sessions::builder(MemoryStore::new())).await;
    let own = cookie(site.ask(path, None).await.headers());
    for _ in 0..times {
        site.ask(path, Some(&own)).await;
    }
}

fn sessions<T: session_axum::SessionState>() -> Sessions<T> {
    let builder = Sessions::<T>::builder(MemoryStore::new()).without_cleaner();
    builder.build().expect("the options are sound")
}
