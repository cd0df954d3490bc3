//! actix-web without sessions, and actix-session with the store that the command line names.

mod routes;

use actix_session::SessionMiddleware;
use actix_session::storage::{CookieSessionStore, RedisSessionStore};
use actix_web::cookie::Key;
use actix_web::{App, HttpServer, web};
use shop::Place;

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    let Place { store, url, .. } = Place::from_args();
    let key = Key::from(&[7; 64]);
    // One for each application factory below, since each is a type of its own.
    macro_rules! serve {
        ($app:expr) => {{
            let server = HttpServer::new($app).bind(("127.0.0.1", 0))?;
            shop::announce(server.addrs()[0].port());
            server.run().await
        }};
    }
    match &*store {
        "none" => serve!(|| App::new().configure(routes::plain)),
        "cookie" => serve!(move || {
            let session = SessionMiddleware::new(CookieSessionStore::default(), key.clone());
            let scope = web::scope("").configure(routes::with_session).wrap(session);
            App::new().configure(routes::plain).service(scope)
        }),
        "redis" => {
            let store = RedisSessionStore::new(url).await.expect("the server is up");
            serve!(move || {
                let session = SessionMiddleware::new(store.clone(), key.clone());
                let scope = web::scope("").configure(routes::with_session).wrap(session);
                App::new().configure(routes::plain).service(scope)
            })
        }
        store => panic!("there is no store `{store}`"),
    }
}
