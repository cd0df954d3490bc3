//! What a server says of itself when asked for `INFO`.

/// The lines `name:value` that a server has answered.
pub(super) struct ServerInfo<'a>(&'a str);

impl<'a> ServerInfo<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self(text)
    }

    /// The version, if it is one that sessions cannot be kept by: before 7.0, which brought scripts that declare what
    /// they need. Valkey says which version of Redis it is compatible with.
    pub(super) fn version_too_old(&self) -> Option<&'a str> {
        let version = self.value("redis_version")?;
        let major: u32 = version.split('.').next()?.parse().ok()?;
        (major < 7).then_some(version)
    }

    /// What is not as it should be, in words.
    pub(super) fn warnings(&self) -> Vec<String> {
        let mut warnings = Vec::new();
        let policy = self.value("maxmemory_policy").unwrap_or("noeviction");
        let evicts = policy != "noeviction" && self.number("maxmemory") > 0;
        if evicts {
            let limit = self.value("maxmemory_human").unwrap_or("its limit");
            warnings.push(format!(
                "when its memory ({limit}) is full it evicts by `{policy}` sessions, and the indexes by which they are \
                 revoked: set `maxmemory-policy noeviction`"
            ));
        }
        let evicted = self.number("evicted_keys");
        if evicted > 0 {
            warnings.push(format!(
                "it has evicted {evicted} keys, which may have been sessions, or indexes by which they are revoked: set \
                 `maxmemory-policy noeviction`, call `RedisStore::check_indexes`, and then `CONFIG RESETSTAT`"
            ));
        }
        for (name, what, setting) in [
            ("rdb_last_bgsave_status", "snapshot", "stop-writes-on-bgsave-error"),
            ("aof_last_write_status", "write to its log", "appendonly"),
        ] {
            if self.value(name) == Some("err") {
                warnings.push(format!(
                    "its last {what} failed, so that a restart loses sessions and log-outs: see its log (`{setting}`)"
                ));
            }
        }
        warnings
    }

    fn value(&self, name: &str) -> Option<&'a str> {
        self.0.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':')).map(str::trim)
    }

    fn number(&self, name: &str) -> u64 {
        self.value(name).and_then(|value| value.parse().ok()).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The beginnings of what these servers answered.
    const REDIS_6: &str =
        "# Server\r\nredis_version:6.0.16\r\nredis_git_sha1:00000000\r\nredis_mode:standalone\r\n";
    const REDIS_7: &str =
        "# Server\r\nredis_version:7.0.15\r\nredis_git_sha1:00000000\r\nredis_mode:standalone\r\n";
    const REDIS_8: &str =
        "# Server\r\nredis_version:8.0.2\r\nredis_git_sha1:00000000\r\nredis_mode:standalone\r\n";
    const VALKEY_8: &str =
        "# Server\r\nredis_version:7.2.4\r\nserver_name:valkey\r\nvalkey_version:8.1.1\r\n";

    #[test]
    fn a_server_before_7_is_too_old() {
        assert_eq!(ServerInfo::new(REDIS_6).version_too_old(), Some("6.0.16"));
        for text in [REDIS_7, REDIS_8, VALKEY_8, "redis_version:10.1", "redis_version:?", ""] {
            assert_eq!(ServerInfo::new(text).version_too_old(), None, "{text}");
        }
    }

    #[test]
    fn only_what_is_wrong_is_a_warning() {
        let memory = |limit: &str, policy: &str| {
            format!(
                "# Memory\r\nmaxmemory:{limit}\r\nmaxmemory_human:100.00M\r\nmaxmemory_policy:{policy}\r\n\
                 rdb_last_bgsave_status:ok\r\naof_last_write_status:ok\r\nevicted_keys:0\r\n"
            )
        };
        for text in [memory("104857600", "noeviction"), memory("0", "allkeys-lru"), String::new()] {
            assert_eq!(ServerInfo::new(&text).warnings(), [""; 0], "{text}");
        }
        let evicts = ServerInfo::new(&memory("104857600", "volatile-ttl")).warnings();
        assert!(
            matches!(&evicts[..], [one] if one.contains("(100.00M)") && one.contains("`volatile-ttl`"))
        );
        let failed =
            "rdb_last_bgsave_status:err\r\naof_last_write_status:err\r\nevicted_keys:3\r\n";
        assert_eq!(ServerInfo::new(failed).warnings().len(), 3);
    }
}
