#[session(manual(Clone), name = "settings", alias = "preferences", alias = "options")]
#[derive(serde::Serialize)]
struct Settings {
    /// Which colours.
    #[session(default = Theme::Dark, carry)]
    pub theme: Theme,
    #[session(rename = "lang", alias = "language", alias = "locale")]
    r#type: String,
    #[cfg(feature = "tags")]
    #[session(merge = crate::merge::tags)]
    tags: Vec<String>,
}
