//! The findings of an inspection that found nothing which keeps the server from being used.

use redis::Value;

use super::server_info::ServerInfo;

/// What is not as it should be, in words that name the server, the cause and the cure.
pub(crate) struct Findings {
    pub(crate) warnings: Vec<String>,
}

/// What `inspect.lua` answers.
pub(super) struct Inspected {
    /// The rules that the user lacks and cannot do without.
    pub(super) missing: Vec<String>,
    /// Others that it lacks.
    pub(super) wanted: Vec<String>,
    /// What the server says of itself, unless the user may not ask.
    pub(super) info: Option<String>,
}

impl Inspected {
    pub(super) fn read(answer: Value) -> Option<Self> {
        let (missing, wanted, info) = redis::from_redis_value(answer).ok()?;
        Some(Self { missing, wanted, info })
    }

    pub(super) fn findings(self, server: &str, user: &str) -> Findings {
        let mut warnings = Vec::new();
        let (questions, feed): (Vec<_>, Vec<_>) =
            self.wanted.into_iter().partition(|rule| rule == "+info");
        if !feed.is_empty() {
            warnings.push(format!(
                "the end of a session is not told at once to what lives on with it elsewhere: the user `{user}` needs \
                 the rules {}",
                feed.join(" ")
            ));
        }
        if !questions.is_empty() {
            warnings.push(format!(
                "whether it evicts sessions is not known: the user `{user}` needs the rule +info"
            ));
        }
        if let Some(info) = &self.info {
            warnings.extend(ServerInfo::new(info).warnings());
        }
        let of_server = |warning| format!("Redis at {server}: {warning}");
        Findings { warnings: warnings.into_iter().map(of_server).collect() }
    }
}
