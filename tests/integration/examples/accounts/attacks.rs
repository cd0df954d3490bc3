//! Attacks: guesses, the devices of others, and answers that nobody asked for.

use super::application::Application;

const ASKED: &str = "-o /dev/null -w '%{http_code} %{redirect_url}'";

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_user_and_a_wrong_password_are_answered_alike() {
    let application = Application::start().await;
    application.curl("-d name=ann -d 'password=correct horse battery' @/signup");
    let answers = ["ann", "bob"].map(|name| {
        let answer = application.curl(&format!(
            "-i -d name={name} -d 'password=a guess that is as long' @/login | grep -v ^date"
        ));
        answer.replace(name, "NAME")
    });
    assert!(answers[0].starts_with("HTTP/1.1 401 "), "{}", answers[0]);
    assert_eq!(answers[0], answers[1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_user_costs_as_much_as_a_wrong_password() {
    let application = Application::start().await;
    application.curl("-d name=ann -d 'password=correct horse battery' @/signup");
    let [known, unknown] = ["ann", "bob"].map(|name| {
        let before = application.cpu_ticks();
        for _ in 0..20 {
            application.curl(&format!("-d name={name} -d 'password=a guess' @/login"));
        }
        application.cpu_ticks() - before
    });
    assert!(known < 2 * unknown && unknown < 2 * known, "{known} and {unknown} ticks");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_is_neither_short_nor_long_and_a_name_is_given_once() {
    let application = Application::start().await;
    let sign_up = |name: &str, password: &str| {
        application.curl(&format!("{ASKED} -d name={name} -d 'password={password}' @/signup"))
    };
    let home = format!("303 http://localhost:{}/", application.port);
    assert_eq!(sign_up("ann", "14 characters!"), "422 ");
    assert_eq!(sign_up("ann", &"x".repeat(257)), "422 ");
    assert_eq!(sign_up("ann", &"x".repeat(20_000)), "413 ");
    assert_eq!(sign_up("a%20n", "15 characters!!"), "422 ");
    assert_eq!(sign_up("ann", "15 characters!!"), home);
    assert_eq!(sign_up("Ann", "15 characters!!"), "422 ");
    assert_eq!(sign_up("bob", &"x".repeat(256)), home);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_ones_own_devices_are_logged_out_and_a_sixth_replaces_the_first() {
    let application = Application::start().await;
    application.curl("-c ann -d name=ann -d 'password=correct horse battery' @/signup");
    application.curl("-c bob -d name=bob -d 'password=correct horse battery' @/signup");
    let handle = application.curl("-b ann @/devices | grep -oE '/devices/one/[^/]*/end'");
    let handle = handle.trim();
    assert_eq!(application.curl(&format!("{ASKED} -b bob -X POST @{handle}")), "404 ");
    assert_eq!(application.curl(&format!("{ASKED} -b ann @/")), "200 ");
    let elsewhere = "-H 'Sec-Fetch-Site: cross-site'";
    let forged = format!("{ASKED} {elsewhere} -b ann -X POST @{handle}");
    assert_eq!(application.curl(&forged), "403 ");

    for device in 1..=5 {
        application.curl(&format!(
            "-c ann{device} -d name=ann -d 'password=correct horse battery' @/login"
        ));
    }
    assert_eq!(application.curl(&format!("{ASKED} -b ann @/")), "401 ");
    assert_eq!(application.curl("-b ann5 @/devices | grep -c '<strong>'").trim(), "5");

    let login = format!("303 http://localhost:{}/login", application.port);
    assert_eq!(application.curl(&format!("{ASKED} -b bob -X POST @/logout")), login);
    assert_eq!(
        application.curl(&format!("{ASKED} -b bob @/")),
        "401 ",
        "a copy of the cookie is dead"
    );
    assert_eq!(application.curl(&format!("{ASKED} -b ann5 -X POST @/devices/all/end")), login);
    for device in 1..=5 {
        assert_eq!(application.curl(&format!("{ASKED} -b ann{device} @/")), "401 ");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_in_leads_to_no_other_site() {
    let application = Application::start().await;
    let home = format!("303 http://localhost:{}/", application.port);
    let away = "-d next=//evil.example -d name=ann -d 'password=correct horse battery'";
    assert_eq!(application.curl(&format!("{ASKED} {away} @/signup")), home);
    assert_eq!(application.curl(&format!("{ASKED} {away} @/login")), home);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_providers_answer_is_taken_once_and_by_the_browser_that_asked() {
    let application = Application::start().await;
    let leave = |jar: &str| {
        application.curl(&format!("-b {jar} -c {jar} -d next=/ @/oauth -w '%{{redirect_url}}'"))
    };
    let consent = |left: &str| {
        let (_, query) = left.split_once('?').expect("the provider is asked something");
        application
            .curl(&format!("-d name=carol -d '{query}' @/idp/authorize -w '%{{redirect_url}}'"))
    };
    let back = |jar: &str, url: &str| {
        application.curl(&format!(
            "-b {jar} -c {jar} '{url}' -w '\\n%{{http_code}}' | grep -E '^[0-9]{{3}}$|id=.message'"
        ))
    };
    let says = |message: &str| format!("  <p id=\"message\">{message}</p>\n400\n");
    let nothing = says("No log-in at Example ID is under way here.");

    // Somebody else's answer, to a browser that asked nothing and to one that did.
    let stolen = consent(&leave("mallory"));
    assert_eq!(back("carol", &stolen), nothing);
    leave("carol");
    let other = says("Example ID&#39;s answer is to another log-in.");
    assert_eq!(back("carol", &stolen), other);

    // A wrong answer ends the log-in: the right one comes too late.
    let right = consent(&leave("carol"));
    let (without, _) = right.split_once("&state=").expect("the provider gives the state back");
    assert_eq!(back("carol", without), says("Example ID&#39;s answer names no log-in."));
    assert_eq!(back("carol", &right), nothing);

    leave("carol");
    let declined = right.replace("code=", "error=access_denied&no=");
    assert_eq!(back("carol", &declined), other);

    // A code is redeemed with the verifier of its own log-in only, and a failure ends that too.
    let mine = leave("carol");
    let (_, state) = mine.split_once("&state=").expect("a state is sent along");
    let state = &state[..43];
    let (theirs, _) = stolen.split_once("&state=").expect("the provider gives the state back");
    let injected = format!("{theirs}&state={state}");
    assert!(back("carol", &injected).ends_with("\n502\n"));
    assert_eq!(back("carol", &injected), nothing);

    let right = consent(&leave("carol"));
    assert_eq!(back("carol", &right), "303\n");
    assert_eq!(back("carol", &right), nothing);
    assert_eq!(application.curl("-b carol @/ | grep -o 'name\">carol'"), "name\">carol\n");
}
