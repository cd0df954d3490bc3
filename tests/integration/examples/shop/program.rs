//! The example, and somebody who uses it.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use crate::browser::visitor::Visitor;
use crate::examples::program::{Program, build};

/// The example, built once as the README says.
pub(super) fn built() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| build("shop"))
}

/// The shop, with its sessions in a file.
pub(super) async fn open() -> Program {
    Program::run(built(), &[]).await
}

impl Visitor {
    /// Logs in to the shop as one of the users whom the page names.
    pub(super) async fn is_let_in(&self, name: &str, password: &str, is_remembered: bool) {
        self.goes_to("/login").await;
        self.is_at("Log in").await;
        self.types("name-field", name).await;
        self.types("password", password).await;
        if is_remembered {
            self.clicks("#remember").await;
        }
        self.clicks("#go").await;
        self.sees("#notice", &format!("Welcome, {name}.")).await;
    }

    /// Ann logs in.
    pub(super) async fn is_ann(&self) {
        self.is_let_in("Ann", "two sugars", false).await;
    }
}
