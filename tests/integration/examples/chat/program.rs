//! The example, and somebody who uses it.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use crate::browser::visitor::Visitor;
use crate::examples::program::{Program, build};

/// The example, built once as the README says.
pub(super) fn built() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| build("chat"))
}

/// A node of the chat, with its sessions in this store.
pub(super) async fn node(store: &str) -> Program {
    Program::run(built(), &["--store", store]).await
}

impl Visitor {
    pub(super) async fn joins_as(&self, name: &str) {
        self.goes_to("/").await;
        self.is_at("Who are you?").await;
        self.types("name", name).await;
        self.clicks("#go").await;
        self.is_at("Chat").await;
        self.sees("#state", "").await;
    }

    pub(super) async fn says(&self, text: &str) {
        self.types("text", text).await;
        self.clicks("#go").await;
    }
}
