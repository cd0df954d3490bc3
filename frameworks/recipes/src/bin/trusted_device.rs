//! A device that is trusted for the second factor: a session of its own beside the user's, which lives long and is
//! good for nothing but the second question.

use std::time::Duration;

use axum::extract::{FromRef, Path, State};
use axum::http::StatusCode;
use axum::response::{Html, Redirect};
use axum::routing::{get, post};
use axum::{Form, Router};
use session_axum::{
    Error, Handle, Lifetime, MemoryStore, Principal, Session, SessionCookie, Sessions,
    require_session, session,
};

const DAY: Duration = Duration::from_hours(24);

#[session]
struct Shop {
    #[session(principal)]
    user: Option<String>,
    /// Whose password was right: their code is still to come.
    #[session(ttl = "10m")]
    pending: Option<String>,
}

/// The trusted device.
#[session]
struct Device {
    /// Who trusts it. So `list` and `revoke` of these sessions are about a user's trusted devices.
    #[session(principal)]
    user: Option<String>,
}

#[derive(Clone, FromRef)]
struct App {
    shop: Sessions<Shop>,
    devices: Sessions<Device>,
}

fn devices() -> Result<session_axum::Builder<Device>, Box<dyn std::error::Error>> {
    Ok(Sessions::builder(MemoryStore::new())
        .cookie(SessionCookie::host("device")?)
        .lifetime(Lifetime::new(90 * DAY, 60 * DAY)?)
        .max_per_principal(10))
}

#[derive(serde::Deserialize)]
struct LogIn {
    user: String,
    password: String,
}

/// The password is asked for on each device. Whether the code is too, the device says.
#[require_session]
async fn log_in(
    shop: &mut Session<Shop>,
    device: &Device,
    Form(form): Form<LogIn>,
) -> Result<Redirect, StatusCode> {
    if form.password != "open sesame" {
        return Err(StatusCode::UNAUTHORIZED);
    }
    if device.user.as_ref() == Some(&form.user) {
        shop.log_in(form.user);
        return Ok(Redirect::to("/"));
    }
    shop.pending = Some(form.user);
    Ok(Redirect::to("/code"))
}

#[derive(serde::Deserialize)]
struct Code {
    code: String,
    #[serde(default)]
    trust: bool,
}

/// The second factor. After a wrong code the password is asked for again.
#[require_session]
async fn check_code(
    shop: &mut Session<Shop>,
    device: &mut Session<Device>,
    Form(form): Form<Code>,
) -> Result<Redirect, StatusCode> {
    let user = shop.pending.take().ok_or(StatusCode::UNAUTHORIZED)?;
    if form.code != "123456" {
        return Err(StatusCode::UNAUTHORIZED); // a 4xx is saved: nobody is pending any more
    }
    shop.log_in(user.clone());
    if form.trust {
        device.log_in(user);
        device.remember(true); // the cookie outlives the browser
    }
    Ok(Redirect::to("/"))
}

/// Without `ClearSiteData`, whose `"cookies"` would have the browser forget the device too.
#[require_session]
async fn log_out(shop: &mut Session<Shop>) -> Redirect {
    shop.destroy();
    Redirect::to("/")
}

#[require_session(authenticated)]
async fn trusted(
    _: &Shop,
    Principal(user): Principal<Shop>,
    device: &Session<Device>,
    State(devices): State<Sessions<Device>>,
) -> Result<Html<String>, Error> {
    let listed = devices.list(&user).await?;
    let forms = listed.iter().map(|listed| {
        let this = if listed.is(device) { " (this one)" } else { "" };
        let path = format!("/trusted/{}", listed.handle);
        format!("<form method=post action={path}>{this}<button>End</button></form>")
    });
    Ok(Html(forms.collect()))
}

/// Ends the trust in one device: of the user's own, since a handle is no secret.
#[require_session(authenticated)]
async fn end_trust(
    _: &Shop,
    Principal(user): Principal<Shop>,
    Path(handle): Path<Handle>,
    State(devices): State<Sessions<Device>>,
) -> Result<StatusCode, Error> {
    if !devices.list(&user).await?.iter().any(|listed| listed.handle == handle) {
        return Ok(StatusCode::NOT_FOUND);
    }
    devices.revoke(&handle).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A new password: no device is trusted any more.
#[require_session(fresh = "10m")]
async fn change_password(
    shop: &mut Session<Shop>,
    Principal(user): Principal<Shop>,
    State(app): State<App>,
) -> Result<(), Error> {
    app.devices.revoke_all(&user).await?;
    app.shop.revoke_others(shop).await?;
    Ok(())
}

#[require_session(authenticated)]
async fn account(_: &Shop, Principal(user): Principal<Shop>) -> String {
    user
}

fn app(app: App) -> Router {
    Router::new()
        .route("/", get(account))
        .route("/login", post(log_in))
        .route("/code", get(async || "which code did you get?").post(check_code))
        .route("/logout", post(log_out))
        .route("/trusted", get(trusted))
        .route("/trusted/{handle}", post(end_trust))
        .route("/password", post(change_password))
        .with_state(app)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let shop = Sessions::builder(MemoryStore::new()).build()?;
    let state = App { shop, devices: devices()?.build()? };
    let port = std::env::var("PORT").unwrap_or("3000".to_owned());
    let listener = tokio::net::TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    println!("http://{}", listener.local_addr()?);
    Ok(axum::serve(listener, app(state)).await?)
}

#[cfg(test)]
mod tests {
    use session_axum::testing::{Client, Clock, Reply};

    use super::*;

    struct Test {
        app: App,
        clock: Clock,
        client: Client,
    }

    fn test() -> Test {
        let clock = Clock::new();
        let shop = Sessions::builder(MemoryStore::new()).clock(clock.reader()).build().unwrap();
        let devices = devices().unwrap().clock(clock.reader()).build().unwrap();
        let state = App { shop, devices };
        let client = Client::new(app(state.clone())).clock(&clock);
        Test { app: state, clock, client }
    }

    async fn log_in(client: &Client, user: &str) -> Reply {
        client.form("/login", &[("user", user), ("password", "open sesame")]).await
    }

    /// A browser that ann trusts, and has logged out of.
    async fn trusted() -> Test {
        let test = test();
        log_in(&test.client, "ann").await.assert_redirect("/code");
        let code = [("code", "123456"), ("trust", "true")];
        test.client.form("/code", &code).await.assert_redirect("/");
        test.client.post("/logout").await;
        test.client.restart();
        test
    }

    #[tokio::test]
    async fn a_trusted_device_is_asked_for_the_password_alone() {
        let Test { client, .. } = trusted().await;
        client.get("/").await.assert_status(401);
        client.form("/login", &[("user", "ann"), ("password", "guess")]).await.assert_status(401);
        log_in(&client, "ann").await.assert_redirect("/");
        assert_eq!(client.get("/").await.text(), "ann");
    }

    #[tokio::test]
    async fn another_user_and_another_device_are_asked_for_the_code() {
        let Test { app, client, .. } = trusted().await;
        log_in(&client, "bob").await.assert_redirect("/code");
        client.get("/").await.assert_status(401);
        log_in(&Client::new(super::app(app)), "ann").await.assert_redirect("/code");
    }

    #[tokio::test]
    async fn a_wrong_code_costs_the_password_again_and_a_late_one_too() {
        let Test { client, clock, .. } = test();
        log_in(&client, "ann").await;
        client.form("/code", &[("code", "000000")]).await.assert_status(401);
        client.form("/code", &[("code", "123456")]).await.assert_status(401);
        log_in(&client, "ann").await;
        clock.advance(Duration::from_mins(11));
        client.form("/code", &[("code", "123456")]).await.assert_status(401);
    }

    #[tokio::test]
    async fn only_who_asks_for_it_has_the_device_trusted() {
        let Test { client, .. } = test();
        log_in(&client, "ann").await;
        client.form("/code", &[("code", "123456")]).await.assert_redirect("/");
        assert_eq!(client.cookie("__Host-device"), None);
        log_in(&client, "ann").await.assert_redirect("/code");
    }

    #[tokio::test]
    async fn the_user_ends_the_trust_and_nobody_else() {
        let Test { app, client, .. } = trusted().await;
        let listed = app.devices.list(&"ann".to_owned()).await.unwrap();
        let path = format!("/trusted/{}", listed[0].handle);
        let bob = Client::new(super::app(app));
        log_in(&bob, "bob").await;
        bob.form("/code", &[("code", "123456")]).await.assert_redirect("/");
        bob.post(&path).await.assert_status(404);
        log_in(&client, "ann").await.assert_redirect("/");
        assert!(client.get("/trusted").await.text().contains("(this one)"));
        client.post(&path).await.assert_status(204);
        log_in(&client, "ann").await.assert_redirect("/code");
    }

    #[tokio::test]
    async fn a_new_password_ends_all_trust_and_so_does_time() {
        let Test { client, .. } = trusted().await;
        log_in(&client, "ann").await.assert_redirect("/");
        client.post("/password").await.assert_status(200);
        assert_eq!(client.get("/").await.text(), "ann");
        log_in(&client, "ann").await.assert_redirect("/code");

        let Test { client, clock, .. } = trusted().await;
        clock.advance(61 * DAY);
        log_in(&client, "ann").await.assert_redirect("/code");
    }
}
