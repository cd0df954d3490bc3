//! Several accounts in one browser: each is a session of its own, in a cookie of its own, below a path of its own.

use std::collections::BTreeMap;

use axum::Router;
use axum::extract::{FromRef, Path, State};
use axum::response::{IntoResponse as _, Redirect};
use axum::routing::{get, post};
use session_axum::{
    Error, MemoryStore, Principal, Rejection, Session, SessionCookie, Sessions, require_session,
    session,
};

/// So many accounts at once.
const ACCOUNTS: usize = 4;

/// One account.
#[session]
struct Mail {
    #[session(principal)]
    user: Option<String>,
    draft: String,
}

/// What the browser remembers of its accounts. It proves nothing: the names are for the switcher to show.
#[session]
struct Browser {
    #[session(merge = union)]
    names: BTreeMap<usize, String>,
}

/// The state of the routes of one account.
#[derive(Clone, FromRef)]
struct App {
    mail: Sessions<Mail>,
    browser: Sessions<Browser>,
    number: Number,
}

#[derive(Clone, Copy)]
struct Number(usize);

/// The sessions of one place.
fn sessions(
    store: &MemoryStore,
    number: usize,
) -> Result<Sessions<Mail>, Box<dyn std::error::Error>> {
    let sessions = Sessions::builder(store.clone())
        .name(&format!("mail {number}"))
        .cookie(SessionCookie::host(&format!("mail-{number}"))?)
        .on_refusal(move |refusal, request| {
            // `or_redirect` takes one path for all places.
            if refusal.is_cured_by_log_in() && request.is_navigation() {
                return Redirect::to(&format!("/u/{number}/login")).into_response();
            }
            Rejection::from(refusal.clone()).into_response()
        });
    Ok(sessions.build()?)
}

#[require_session]
async fn log_in(
    mail: &mut Session<Mail>,
    browser: &mut Browser,
    State(Number(number)): State<Number>,
    Path(user): Path<String>,
) -> Redirect {
    mail.log_in(user.clone()); // after a look at the password
    browser.names.insert(number, user);
    Redirect::to(&format!("/u/{number}/inbox"))
}

#[require_session]
async fn log_out(
    mail: &mut Session<Mail>,
    browser: &mut Browser,
    State(Number(number)): State<Number>,
) -> Redirect {
    mail.destroy();
    browser.names.remove(&number);
    Redirect::to("/accounts")
}

#[require_session(authenticated)]
async fn inbox(mail: &Mail, Principal(user): Principal<Mail>) -> String {
    format!("{user}: {}", mail.draft)
}

#[require_session(authenticated)]
async fn write(mail: &mut Mail, Path(draft): Path<String>) {
    mail.draft = draft;
}

/// The switcher: links to the accounts, and to a free place. A page of an account that has ended asks for its log-in.
#[require_session]
async fn accounts(browser: &Browser) -> String {
    let links = browser.names.iter().map(|(number, name)| format!("/u/{number}/inbox {name}\n"));
    let free = (0..ACCOUNTS).find(|number| !browser.names.contains_key(number));
    let add = free.map(|number| format!("/u/{number}/login another account\n"));
    links.chain(add).collect()
}

/// The accounts' sessions, for what concerns a user wherever they are logged in.
#[derive(Clone)]
struct Places(Vec<Sessions<Mail>>);

impl Places {
    /// Ends all sessions of this user: after a change of password, say. In each place they have others.
    async fn revoke_all(&self, user: &String) -> Result<u64, Error> {
        let mut ended = 0;
        for sessions in &self.0 {
            ended += sessions.revoke_all(user).await?.ended();
        }
        Ok(ended)
    }
}

/// Stands for the end of a change of password.
async fn lock(State(places): State<Places>, Path(user): Path<String>) -> Result<String, Error> {
    Ok(places.revoke_all(&user).await?.to_string())
}

fn app() -> Result<Router, Box<dyn std::error::Error>> {
    let store = MemoryStore::new();
    let cookie = SessionCookie::host("browser")?;
    let browser = Sessions::builder(store.clone()).cookie(cookie).build()?;
    let mut places = Places(Vec::new());
    let mut router = Router::new();
    for number in 0..ACCOUNTS {
        let mail = sessions(&store, number)?;
        places.0.push(mail.clone());
        let account = Router::new()
            .route("/inbox", get(inbox))
            .route("/login", get(async || "who are you?"))
            .route("/login/{user}", post(log_in))
            .route("/logout", post(log_out))
            .route("/draft/{draft}", post(write))
            .with_state(App { mail, browser: browser.clone(), number: Number(number) });
        router = router.nest(&format!("/u/{number}"), account);
    }
    let switcher = Router::new().route("/accounts", get(accounts)).with_state(browser);
    let lock = Router::new().route("/lock/{user}", post(lock)).with_state(places);
    Ok(router.merge(switcher).merge(lock))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let port = std::env::var("PORT").unwrap_or("3000".to_owned());
    let listener = tokio::net::TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    println!("http://{}", listener.local_addr()?);
    Ok(axum::serve(listener, app()?).await?)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use session_axum::BuildError;
    use session_axum::testing::{Client, stored};
    use tokio::sync::Barrier;

    use super::*;

    /// Ann's private account and her office's.
    async fn two_accounts() -> Client {
        let client = Client::new(app().expect("it is sound"));
        client.post("/u/0/login/ann").await.assert_redirect("/u/0/inbox");
        client.post("/u/1/login/office").await.assert_redirect("/u/1/inbox");
        client
    }

    #[tokio::test]
    async fn each_account_has_what_is_its_own() {
        let client = two_accounts().await;
        client.post("/u/0/draft/hello").await.assert_status(200);
        assert_eq!(client.get("/u/0/inbox").await.text(), "ann: hello");
        assert_eq!(client.get("/u/1/inbox").await.text(), "office: ");
        let page = client.navigating().get("/u/2/inbox").await;
        page.assert_redirect("/u/2/login");
        client.get("/u/2/inbox").await.assert_status(401);
    }

    #[tokio::test]
    async fn the_switcher_shows_them_and_a_free_place() {
        let client = two_accounts().await;
        let switcher = client.get("/accounts").await;
        let expected = "/u/0/inbox ann\n/u/1/inbox office\n/u/2/login another account\n";
        assert_eq!(switcher.text(), expected);
        client.post("/u/0/logout").await.assert_redirect("/accounts");
        let switcher = client.get("/accounts").await;
        assert_eq!(switcher.text(), "/u/1/inbox office\n/u/0/login another account\n");
        client.get("/u/0/inbox").await.assert_status(401);
        assert_eq!(client.get("/u/1/inbox").await.text(), "office: ");
    }

    #[derive(Clone, FromRef)]
    struct Tabs {
        browser: Sessions<Browser>,
        both: Arc<Barrier>,
    }

    /// Is done when the other tab has read the session too.
    #[require_session]
    async fn name(
        browser: &mut Browser,
        State(both): State<Arc<Barrier>>,
        Path((number, name)): Path<(usize, String)>,
    ) {
        browser.names.insert(number, name);
        both.wait().await;
    }

    #[tokio::test]
    async fn two_tabs_log_in_at_once_and_the_switcher_has_both() -> Result<(), BuildError> {
        let browser = Sessions::builder(MemoryStore::new()).build()?;
        let state = Tabs { browser: browser.clone(), both: Arc::new(Barrier::new(2)) };
        let client =
            Client::new(Router::new().route("/{number}/{name}", post(name)).with_state(state));
        let names = BTreeMap::from([(3, "carol".to_owned())]);
        client.sign_in(&browser, Browser { names }).await;
        tokio::join!(client.post("/0/ann"), client.post("/1/office"));
        let names = stored(&browser, &client).await.unwrap().names;
        let names: Vec<_> = names.values().map(String::as_str).collect();
        assert_eq!(names, ["ann", "office", "carol"]);
        Ok(())
    }

    #[tokio::test]
    async fn a_user_is_logged_out_in_whichever_place_they_are() {
        let client = two_accounts().await;
        let elsewhere = client.copy();
        elsewhere.post("/u/3/login/office").await;
        assert_eq!(client.post("/lock/office").await.text(), "2");
        client.get("/u/1/inbox").await.assert_status(401);
        elsewhere.get("/u/3/inbox").await.assert_status(401);
        assert_eq!(client.get("/u/0/inbox").await.text(), "ann: ");
    }

    #[tokio::test]
    async fn the_cookie_of_one_place_is_worth_nothing_in_another() {
        let client = two_accounts().await;
        client.get("/u/0/inbox").await.assert_status(200);
        client.set_cookie("__Host-mail-2", &client.cookie("__Host-mail-0").unwrap());
        client.get("/u/2/inbox").await.assert_status(401);
    }
}
