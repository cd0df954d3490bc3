//! Somebody with a browser of their own.

use std::path::Path;
use std::time::Duration;

use serde_json::json;
use session_test_support::{Browser, BrowserKind};
use thirtyfour::WindowHandle;
use thirtyfour::prelude::*;

pub(crate) const PASSWORD: &str = "correct horse battery";

/// Waits generously: the machine may be busy.
const PATIENCE: Duration = Duration::from_mins(1);

pub(crate) struct Visitor {
    pub(crate) browser: Browser,
    home: String,
}

impl Visitor {
    /// Of a program that listens at this port.
    pub(crate) async fn of(port: u16) -> Self {
        Self::at(format!("http://localhost:{port}")).await
    }

    /// Of the site with this origin.
    pub(crate) async fn at(home: String) -> Self {
        Self { browser: Browser::start().await, home }
    }

    /// From now on on this machine's program at this port.
    pub(crate) fn goes_over_to(&mut self, port: u16) {
        self.home = format!("http://localhost:{port}");
    }

    /// Looks at this tab.
    pub(crate) async fn shows(&self, tab: &WindowHandle) {
        self.browser.switch_to_window(tab.clone()).await.expect("the tab is open");
    }

    /// Presses the back button, and waits for the page before.
    pub(crate) async fn goes_back(&self) {
        self.runs("window.left = true; return 0").await;
        self.browser.back().await.expect("there is a page before");
        let is_there = "return window.left === undefined && document.readyState === 'complete'";
        let waiting = async {
            loop {
                // On a page that is being replaced no script runs to its end.
                let answer = self.browser.execute(is_there, vec![]).await;
                if answer.is_ok_and(|answer| *answer.json() == json!(true)) {
                    break;
                }
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(PATIENCE, waiting).await.expect("the page before is shown");
    }

    pub(crate) async fn goes_to(&self, path: &str) {
        self.browser.goto(format!("{}{path}", self.home)).await.expect("the page answers");
    }

    /// Waits for the page of this heading, and makes sure that each of its inputs has a label.
    pub(crate) async fn is_at(&self, heading: &str) {
        self.sees("h1", heading).await;
        let unnamed = "return [...document.querySelectorAll('input:not([type=hidden])')]
            .filter(input => !input.labels.length).length";
        let unnamed = self.browser.execute(unnamed, vec![]).await.expect("scripts of tests run");
        assert_eq!(unnamed.json(), &serde_json::json!(0), "inputs without a label at {heading:?}");
    }

    /// Waits until the first element of this selector has this text.
    pub(crate) async fn sees(&self, css: &str, expected: &str) {
        let mut shown = String::new();
        let waiting = async {
            while shown != expected {
                // A page that is being replaced has neither its elements nor their texts.
                shown = match self.browser.find(By::Css(css)).await {
                    Ok(element) => element.text().await.unwrap_or_default(),
                    Err(_) => String::new(),
                };
                tokio::task::yield_now().await;
            }
        };
        let seen = tokio::time::timeout(PATIENCE, waiting).await.is_ok();
        assert!(seen, "{css} is to be {expected:?} and is {shown:?}");
    }

    pub(crate) async fn count(&self, css: &str) -> usize {
        self.browser.find_all(By::Css(css)).await.expect("the browser runs").len()
    }

    pub(crate) async fn clicks(&self, css: &str) {
        let waiting = async {
            loop {
                if let Ok(element) = self.browser.find(By::Css(css)).await
                    && element.click().await.is_ok()
                {
                    break;
                }
                // It may be on its way into view.
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        tokio::time::timeout(PATIENCE, waiting).await.unwrap_or_else(|_| panic!("there is {css}"));
    }

    pub(crate) async fn clicks_twice(&self, css: &str) {
        let element = self.browser.find(By::Css(css)).await.expect("the page has it");
        let clicks = self.browser.action_chain().double_click_element(&element);
        clicks.perform().await.expect("it can be clicked");
    }

    pub(crate) async fn types(&self, id: &str, text: &str) {
        let element = self.browser.find(By::Id(id)).await.expect("the page has this field");
        element.send_keys(text).await.expect("it can be typed into");
    }

    pub(crate) async fn signs_up(&self, name: &str) {
        self.goes_to("/signup").await;
        self.is_at("Sign up").await;
        self.types("name", name).await;
        self.types("password", PASSWORD).await;
        self.clicks("#go").await;
        self.is_at(&format!("Hello, {name}")).await;
    }

    /// From the log-in's page, which leads wherever it leads.
    pub(crate) async fn logs_in(&self, name: &str, password: &str) {
        self.is_at("Log in").await;
        self.types("name", name).await;
        self.types("password", password).await;
        self.clicks("#go").await;
    }

    /// What a script answers on the page.
    pub(crate) async fn runs(&self, script: &str) -> serde_json::Value {
        let answer = self.browser.execute(script, vec![]).await.expect("scripts of tests run");
        answer.json().clone()
    }

    pub(crate) async fn presses_tab(&self) {
        let keys = self.browser.action_chain().send_keys(Key::Tab);
        keys.perform().await.expect("there is a keyboard");
    }

    /// Has the browser ask for `light` or `dark` pages. Chromium only.
    pub(crate) async fn prefers(&self, scheme: &str) {
        let scheme = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        self.tells("Emulation.setEmulatedMedia", scheme).await;
    }

    /// A screen of this width and height; in Firefox, which makes none as narrow as a phone, a window of that size.
    pub(crate) async fn has_a_screen_of(&self, width: u32, height: u32) {
        if self.browser.kind() == BrowserKind::Firefox {
            let sized = self.browser.set_window_rect(0, 0, width, height).await;
            sized.expect("the window has a size");
            return;
        }
        let screen = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600 });
        self.tells("Emulation.setDeviceMetricsOverride", screen).await;
    }

    async fn tells(&self, command: &str, parameters: serde_json::Value) {
        assert_eq!(self.browser.kind(), BrowserKind::Chromium, "{command} is Chromium's");
        let answer = self.browser.cdp().send_raw(command, parameters).await;
        answer.expect("Chromium can do this");
    }

    /// The value of a cookie in its jar.
    pub(crate) async fn cookie(&self, name: &str) -> String {
        self.browser.get_named_cookie(name).await.expect("the jar has it").value
    }

    pub(crate) async fn has_an_empty_jar(&self) {
        let cookies = self.browser.get_all_cookies().await.expect("the browser runs");
        assert!(cookies.is_empty(), "{cookies:?}");
    }

    /// Keeps what is to be seen now, for whoever wants to look (`SCREENSHOTS=directory`).
    pub(crate) async fn takes_a_screenshot(&self, name: &str) {
        if let Some(directory) = std::env::var_os("SCREENSHOTS") {
            let file = Path::new(&directory).join(name).with_extension("png");
            self.browser.screenshot(&file).await.expect("the browser paints");
        }
    }

    /// The same of a dark page.
    pub(crate) async fn takes_a_screenshot_in_the_dark(&self, name: &str) {
        if std::env::var_os("SCREENSHOTS").is_some() {
            self.prefers("dark").await;
            self.takes_a_screenshot(name).await;
        }
    }

    pub(crate) async fn leaves(self) {
        self.browser.close().await;
    }
}
