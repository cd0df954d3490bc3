//! The routes on actix-web.

use actix_session::Session;
use actix_web::web::{self, Path, ServiceConfig};
use shop::{KEY, Shop, somebody_else};

/// The route without a session.
pub(crate) fn plain(config: &mut ServiceConfig) {
    config.route("/plain", web::get().to(async || 1.to_string()));
}

/// The routes with one.
pub(crate) fn with_session(config: &mut ServiceConfig) {
    config
        .route("/begin/{n}", web::get().to(begin))
        .route("/read", web::get().to(read))
        .route("/write", web::get().to(write))
        .route("/login", web::get().to(login));
}

fn load(session: &Session) -> Shop {
    session.get(KEY).expect("the value is a shop").expect("the session is there")
}

async fn begin(session: Session, n: Path<u64>) -> String {
    session.insert(KEY, Shop::of(*n)).expect("a shop is JSON");
    n.to_string()
}

async fn read(session: Session) -> String {
    load(&session).counter.to_string()
}

async fn write(session: Session) -> String {
    let mut shop = load(&session);
    shop.counter += 1;
    session.insert(KEY, &shop).expect("a shop is JSON");
    shop.counter.to_string()
}

async fn login(session: Session) -> String {
    let mut shop = load(&session);
    shop.user = somebody_else(shop.user);
    session.renew();
    session.insert(KEY, &shop).expect("a shop is JSON");
    shop.counter.to_string()
}
