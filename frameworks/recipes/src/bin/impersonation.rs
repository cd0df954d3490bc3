//! A support person acts as a user: the browser has two sessions, the support person's own and one of the user's.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::extract::{FromRef, Path, Request, State};
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::{get, post};
use session_axum::{
    Error, Lifetime, MemoryStore, Session, SessionCookie, Sessions, require_session, session,
};

/// So long may a support person act as a user before they have to begin anew.
const LIMIT: Duration = Duration::from_mins(30);

/// What the shop remembers of a user.
#[session]
struct Shop {
    #[session(principal)]
    user: Option<String>,
    address: String,
    /// Which support person acts as the user. It is not marked `carry`: whoever else logs in does so without it.
    acting: Option<String>,
}

impl Shop {
    /// What only the user may do asks for this.
    fn is_user(&self) -> bool {
        self.acting.is_none()
    }
}

/// The session of a support person, in a cookie of its own.
#[session]
struct Office {
    #[session(principal)]
    staff: Option<String>,
}

/// The audit log: a table that the application can only add to.
#[derive(Clone, Default)]
struct AuditLog(Arc<Mutex<Vec<String>>>);

impl AuditLog {
    /// Writes who does what in whose name.
    #[expect(clippy::unused_async, reason = "a database would be waited for")]
    async fn write(&self, staff: &str, user: &str, what: &str) -> Result<(), StatusCode> {
        let line = format!("{staff} as {user}: {what}");
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(line);
        Ok(())
    }
}

#[derive(Clone, FromRef)]
struct App {
    shop: Sessions<Shop>,
    office: Sessions<Office>,
    audit: AuditLog,
}

/// Begins to act as a user. The gate around it asks for a log-in of the support person, not long ago.
#[require_session]
async fn act_as(
    shop: &mut Session<Shop>,
    office: &Office,
    Path(user): Path<String>,
    State(audit): State<AuditLog>,
) -> Result<Redirect, StatusCode> {
    let staff = office.staff.clone().ok_or(StatusCode::UNAUTHORIZED)?;
    audit.write(&staff, &user, "begins").await?;
    shop.destroy(); // of what this browser did in the shop before, the user gets nothing
    shop.log_in(user);
    shop.acting = Some(staff); // here and nowhere else
    Ok(Redirect::to("/"))
}

/// The way back: the support person's own session was there all the time.
#[require_session]
async fn stop(shop: &mut Session<Shop>) -> Redirect {
    if !shop.is_user() {
        shop.destroy();
    }
    Redirect::to("/office")
}

/// Around the shop: each request of a support person is written down, and is let through only while they are logged in
/// themselves.
#[require_session]
async fn supervise(
    shop: &mut Session<Shop>,
    office: &Office,
    State(audit): State<AuditLog>,
    request: Request,
    next: Next,
) -> Response {
    let (Some(staff), Some(user)) = (&shop.acting, &shop.user) else {
        return shop.run(next, request).await;
    };
    if office.staff.as_ref() != Some(staff) || !shop.is_fresh(LIMIT) {
        shop.destroy();
        return Redirect::to("/office").into_response();
    }
    let what = format!("{} {}", request.method(), request.uri().path());
    if let Err(status) = audit.write(staff, user, &what).await {
        return status.into_response();
    }
    shop.run(next, request).await
}

/// Each page of the shop, with the banner: what all templates begin with.
fn page(shop: &Shop, main: &str) -> String {
    let banner = match (&shop.acting, &shop.user) {
        (Some(staff), Some(user)) => format!("[{staff} acts as {user}. Stop: POST /stop]\n"),
        _ => String::new(),
    };
    format!("{banner}{main}\n")
}

#[require_session(authenticated)]
async fn account(shop: &Shop) -> String {
    page(shop, &shop.address)
}

/// What a support person may do for a user, and a visitor before the log-in.
#[require_session]
async fn move_to(shop: &mut Shop, Path(address): Path<String>) -> Redirect {
    shop.address = address;
    Redirect::to("/")
}

/// What they may not. `fresh` alone would let them: their log-in as the user was a moment ago.
#[require_session(fresh = "10m", allow = Shop::is_user)]
async fn change_password(shop: &Shop) -> String {
    page(shop, "your password is changed")
}

/// The user's devices: a support person is one of them, under their own name.
#[require_session(authenticated)]
async fn devices(
    session: &Session<Shop>,
    State(sessions): State<Sessions<Shop>>,
) -> Result<String, Error> {
    let Some(user) = &session.user else { return Ok(page(session, "")) };
    let mut lines = Vec::new();
    for listed in sessions.list(user).await? {
        let stored = sessions.get(&listed.handle).await?;
        let line = match stored.and_then(|stored| stored.into_state().acting) {
            Some(staff) => format!("our support ({staff})"),
            None => listed.label.as_deref().unwrap_or("a browser").to_owned(),
        };
        lines.push(line);
    }
    Ok(page(session, &lines.join("\n")))
}

/// Stands for a log-in with a password.
#[require_session]
async fn log_in(shop: &mut Session<Shop>, Path(user): Path<String>) -> Redirect {
    shop.log_in(user);
    Redirect::to("/")
}

/// Stands for a support person's log-in.
#[require_session]
async fn log_in_to_office(office: &mut Session<Office>, Path(staff): Path<String>) -> Redirect {
    office.log_in(staff);
    Redirect::to("/office")
}

#[require_session(authenticated)]
async fn office(office: &Office) -> String {
    format!("the office of {}", office.staff.as_deref().unwrap_or_default())
}

fn app(app: App) -> Router {
    let shop = Router::new()
        .route("/", get(account))
        .route("/address/{address}", post(move_to))
        .route("/password", post(change_password))
        .route("/devices", get(devices))
        .route("/login/{user}", post(log_in))
        .route_layer(from_fn_with_state(app.clone(), supervise));
    let act_as = Router::new()
        .route("/act-as/{user}", post(act_as))
        .route_layer(app.office.gate().fresh(Duration::from_mins(10)));
    Router::new()
        .route("/office", get(office))
        .route("/office/login/{staff}", post(log_in_to_office))
        .route("/stop", post(stop))
        .merge(act_as)
        .merge(shop)
        .with_state(app)
}

fn state() -> Result<App, Box<dyn std::error::Error>> {
    let office = Sessions::builder(MemoryStore::new())
        .cookie(SessionCookie::host("office")?)
        .lifetime(Lifetime::AAL3);
    let shop = Sessions::builder(MemoryStore::new());
    Ok(App { shop: shop.build()?, office: office.build()?, audit: AuditLog::default() })
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let port = std::env::var("PORT").unwrap_or("3000".to_owned());
    let listener = tokio::net::TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    println!("http://{}", listener.local_addr()?);
    Ok(axum::serve(listener, app(state()?)).await?)
}

#[cfg(test)]
mod tests {
    use session_axum::testing::{Client, Clock, stored};

    use super::*;

    fn shop() -> (App, Client) {
        let state = state().expect("it is sound");
        (state.clone(), Client::new(app(state)))
    }

    /// Sue of the support acts as ann.
    async fn sue_as_ann() -> (App, Client) {
        let (app, client) = shop();
        client.post("/office/login/sue").await.assert_redirect("/office");
        client.post("/act-as/ann").await.assert_redirect("/");
        (app, client)
    }

    #[tokio::test]
    async fn each_page_has_a_banner_and_each_action_a_line_with_both_names() {
        let (app, client) = sue_as_ann().await;
        client.post("/address/hill").await.assert_redirect("/");
        let page = client.get("/").await;
        assert!(page.text().starts_with("[sue acts as ann."), "{}", page.text());
        assert!(page.text().ends_with("hill\n"));
        let lines = app.audit.0.lock().unwrap().clone();
        assert_eq!(
            lines,
            ["sue as ann: begins", "sue as ann: POST /address/hill", "sue as ann: GET /"]
        );
    }

    #[tokio::test]
    async fn the_end_brings_back_the_session_that_the_support_person_had() {
        let (app, client) = shop();
        client.post("/office/login/sue").await;
        let before = client.cookie("__Host-office");
        client.post("/act-as/ann").await.assert_redirect("/");
        client.post("/stop").await.assert_redirect("/office");
        assert_eq!(client.get("/office").await.text(), "the office of sue");
        assert_eq!(client.cookie("__Host-office"), before);
        client.get("/").await.assert_status(401);
        assert_eq!(app.shop.list(&"ann".to_owned()).await.unwrap().len(), 0);
    }

    #[tokio::test]
    async fn nothing_goes_from_the_support_persons_visit_to_the_user() {
        // A log-in where nobody is logged in keeps what is there, one over somebody else drops it.
        for before in ["/address/hill", "/login/sue"] {
            let (app, client) = shop();
            client.post(before).await.assert_redirect("/");
            client.post("/address/office").await.assert_redirect("/");
            client.post("/office/login/sue").await;
            client.post("/act-as/ann").await;
            let shop = stored(&app.shop, &client).await.unwrap();
            assert_eq!((shop.user.as_deref(), &*shop.address), (Some("ann"), ""));
        }
    }

    #[tokio::test]
    async fn what_only_the_user_may_do_is_refused_though_the_log_in_is_fresh() {
        let (_, client) = sue_as_ann().await;
        client.post("/password").await.assert_status(403);
        let ann = client.copy();
        ann.remove_cookie("__Host-session");
        ann.post("/login/ann").await;
        ann.post("/password").await.assert_status(200);
    }

    #[tokio::test]
    async fn whoever_logs_in_meanwhile_does_not_act_for_the_support() {
        let (app, client) = sue_as_ann().await;
        client.post("/login/bob").await;
        assert_eq!(stored(&app.shop, &client).await.unwrap().acting, None);
    }

    #[tokio::test]
    async fn the_users_devices_show_the_support_and_the_user_can_end_it() -> Result<(), Error> {
        let (app, sue) = sue_as_ann().await;
        let ann = Client::new(super::app(app.clone())).header("User-Agent", "a phone");
        ann.post("/login/ann").await;
        let devices = ann.get("/devices").await;
        assert!(devices.text().contains("our support (sue)\n"), "{}", devices.text());
        assert!(devices.text().contains("a phone\n"));
        app.shop.revoke_all(&"ann".to_owned()).await?;
        sue.get("/").await.assert_status(401);
        assert_eq!(sue.get("/office").await.text(), "the office of sue");
        Ok(())
    }

    #[tokio::test]
    async fn when_the_support_persons_sessions_are_ended_so_is_what_they_act_in()
    -> Result<(), Error> {
        let (app, client) = sue_as_ann().await;
        app.office.revoke_all(&"sue".to_owned()).await?;
        client.post("/address/hill").await.assert_redirect("/office");
        assert_eq!(stored(&app.shop, &client).await.map(|shop| shop.address), None);
        Ok(())
    }

    #[tokio::test]
    async fn a_copy_of_the_users_cookie_is_worth_nothing_without_the_support_persons() {
        let (_, client) = sue_as_ann().await;
        let thief = client.copy();
        thief.remove_cookie("__Host-office");
        thief.get("/").await.assert_redirect("/office");
    }

    #[tokio::test]
    async fn it_ends_by_itself_and_begins_only_after_a_log_in_of_the_support_person() {
        let clock = Clock::new();
        let cookie = SessionCookie::host("office").unwrap();
        let state = App {
            shop: Sessions::builder(MemoryStore::new()).clock(clock.reader()).build().unwrap(),
            office: Sessions::builder(MemoryStore::new())
                .cookie(cookie)
                .clock(clock.reader())
                .build()
                .unwrap(),
            audit: AuditLog::default(),
        };
        let client = Client::new(app(state)).clock(&clock);
        client.post("/act-as/ann").await.assert_status(401);
        client.post("/office/login/sue").await;
        client.post("/act-as/ann").await.assert_redirect("/");
        clock.advance(LIMIT + Duration::from_mins(1));
        client.get("/").await.assert_redirect("/office");
        client.post("/act-as/ann").await.assert_status(401);
    }
}
