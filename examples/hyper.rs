//! Sessions on plain hyper: what session-axum does for axum, by hand, on `session-core` alone.
//!
//! ```sh
//! cargo run --example hyper
//! curl -b jar -c jar localhost:3001/visit
//! ```
//!
//! A `guard` is all that a framework needs: it opens the request's session, runs the handler,
//! and lets the response go when what the handler made of the session is stored. Guards nest: the
//! middleware below counts requests in the session that the handler inside of it uses.

use std::convert::Infallible;
use std::error::Error;
use std::net::SocketAddr;
use std::sync::Arc;

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use session_core::{
    Access, Commit, CommitOn, Engine, Lifetime, MemoryStore, Refusal, Session, SessionCookie,
    Writes, session,
};
use tokio::net::TcpListener;

#[session]
#[derive(Debug)]
struct Shop {
    #[session(principal)]
    user: Option<String>,
    #[session(merge = sum)]
    visits: u64,
    #[session(merge = sum)]
    requests: u64,
}

type Reply = Response<Full<Bytes>>;

/// Runs a handler with the session of its request, which it may change.
async fn guard<B>(
    engine: &Arc<Engine<Shop>>,
    request: Request<B>,
    handler: impl AsyncFnOnce(&mut Session<Shop>, Request<B>) -> Reply,
) -> Reply {
    let (mut parts, body) = request.into_parts();
    let mut scope = match engine.open::<Writes>(&mut parts, Access::default()).await {
        Ok(scope) => scope,
        Err(refusal) => return refused(&refusal),
    };
    let response = handler(scope.begin(), Request::from_parts(parts, body)).await;
    let mut commit = Commit::new(response);
    commit.end(scope, CommitOn::Success);
    match commit.save().await {
        Ok(response) => response,
        Err(unsaved) => {
            let answer = refused(unsaved.refusal());
            unsaved.replace(answer)
        }
    }
}

/// A middleware: it counts the request, and lends the session to what is inside.
async fn app<B>(engine: Arc<Engine<Shop>>, request: Request<B>) -> Reply
where
    B: Send + 'static,
{
    guard(&engine, request, async |session, request| {
        session.requests += 1;
        session.lend(route(&engine, request)).await
    })
    .await
}

async fn route<B>(engine: &Arc<Engine<Shop>>, request: Request<B>) -> Reply {
    match (request.method().clone(), request.uri().path()) {
        (Method::GET, "/visit") => guard(engine, request, visit).await,
        (Method::POST, "/login") => guard(engine, request, log_in).await,
        (Method::POST, "/logout") => guard(engine, request, log_out).await,
        _ => reply(StatusCode::NOT_FOUND, "not found\n"),
    }
}

async fn visit<B>(session: &mut Session<Shop>, _: Request<B>) -> Reply {
    session.visits += 1;
    let user = session.user.as_deref().unwrap_or("nobody");
    let text = format!("{user}: visit {}, request {}\n", session.visits, session.requests);
    reply(StatusCode::OK, text)
}

async fn log_in<B>(session: &mut Session<Shop>, request: Request<B>) -> Reply {
    // After a look at a password.
    session.user = request.uri().query().map(str::to_owned);
    reply(StatusCode::OK, "welcome\n")
}

async fn log_out<B>(session: &mut Session<Shop>, _: Request<B>) -> Reply {
    session.destroy();
    reply(StatusCode::OK, "good-bye\n")
}

fn refused(refusal: &Refusal) -> Reply {
    reply(refusal.status(), format!("{}\n", refusal.status()))
}

fn reply(status: StatusCode, text: impl Into<Bytes>) -> Reply {
    let mut reply = Response::new(Full::new(text.into()));
    *reply.status_mut() = status;
    reply
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let engine = Engine::builder(MemoryStore::new())
        .cookie(SessionCookie::insecure_for_development("session")?)
        .lifetime(Lifetime::AAL1)
        .build()?;
    let port = std::env::args().nth(1).map_or(Ok(3001), |port| port.parse())?;
    let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], port))).await?;
    println!("http://{}", listener.local_addr()?);
    loop {
        let (stream, _) = listener.accept().await?;
        let engine = Arc::clone(&engine);
        tokio::spawn(async move {
            let service = service_fn(move |request: Request<Incoming>| {
                let engine = Arc::clone(&engine);
                async move { Ok::<_, Infallible>(app(engine, request).await) }
            });
            if let Err(error) =
                http1::Builder::new().serve_connection(TokioIo::new(stream), service).await
            {
                eprintln!("a connection failed: {error}");
            }
        });
    }
}
