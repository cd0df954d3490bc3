//! The hosts of a URL: one, or several of which the primary is meant.

use sqlx::postgres::PgConnectOptions;

use super::connect_error::{ConfigError, ConnectError};

/// The options of each host of this URL, in its order.
///
/// The driver knows one host: each gets a URL of its own, so that a certificate is checked against
/// the name of the host that showed it, and a password is looked up for it.
pub(crate) fn hosts(url: &str) -> Result<Vec<PgConnectOptions>, ConnectError> {
    let (head, query) = url.split_once('?').map_or((url, ""), |(head, query)| (head, query));
    let query = query.split('&').filter(|pair| !pair.is_empty());
    let mut rest = Vec::new();
    for pair in query {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        match name {
            "target_session_attrs" if ["read-write", "primary"].contains(&value) => {}
            "target_session_attrs" => {
                return Err(ConfigError::TargetSessionAttrs(value.to_owned()).into());
            }
            "host" | "hostaddr" | "port" if value.contains(',') || value.contains("%2") => {
                if value.to_ascii_uppercase().replace("%2C", ",").contains(',') {
                    return Err(ConfigError::HostsInQuery.into());
                }
                rest.push(pair);
            }
            _ => rest.push(pair),
        }
    }
    let query = if rest.is_empty() { String::new() } else { format!("?{}", rest.join("&")) };
    let parse = |url: String| url.parse().map_err(ConnectError::Url);
    let Some((scheme, after)) = head.split_once("://") else {
        return Ok(vec![parse(format!("{head}{query}"))?]);
    };
    let (authority, path) = after.find('/').map_or((after, ""), |at| after.split_at(at));
    let (user, hosts) =
        authority.rfind('@').map_or(("", authority), |at| authority.split_at(at + 1));
    hosts.split(',').map(|host| parse(format!("{scheme}://{user}{host}{path}{query}"))).collect()
}

/// The host as one writes it.
pub(super) fn address(options: &PgConnectOptions) -> String {
    match options.get_socket() {
        Some(socket) => socket.display().to_string(),
        None => format!("{}:{}", options.get_host(), options.get_port()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn addresses(url: &str) -> Vec<String> {
        hosts(url).expect("it is a URL").iter().map(address).collect()
    }

    fn refused(url: &str) -> String {
        hosts(url).expect_err("it is refused").to_string()
    }

    #[test]
    fn each_host_has_options_of_its_own() {
        let url = "postgres://me:a%40b@one:1,[::1]:2,three/app?target_session_attrs=read-write&sslmode=verify-full";
        assert_eq!(addresses(url), ["one:1", "[::1]:2", "three:5432"]);
        for options in hosts(url).expect("it is a URL") {
            assert_eq!(options.get_username(), "me");
            assert_eq!(options.get_database(), Some("app"));
            assert!(matches!(options.get_ssl_mode(), sqlx::postgres::PgSslMode::VerifyFull));
        }
    }

    #[test]
    fn one_host_is_as_before() {
        assert_eq!(addresses("postgres://localhost/app"), ["localhost:5432"]);
        assert_eq!(addresses("postgres://u@h:p@ssw0rd@localhost:1/app"), ["localhost:1"]);
        assert_eq!(addresses("postgres://%2Frun%2Fpostgresql/app"), ["/run/postgresql"]);
        assert_eq!(addresses("postgres:///app?host=/run/postgresql"), ["/run/postgresql"]);
        assert_eq!(addresses("postgresql://one?application_name=a"), ["one:5432"]);
        assert!(matches!(hosts("nonsense"), Err(ConnectError::Url(_))));
    }

    #[test]
    fn what_a_store_cannot_use_is_refused_in_words() {
        for value in ["any", "read-only", "standby", "prefer-standby", "", "nonsense"] {
            let words = refused(&format!("postgres://one,other/app?target_session_attrs={value}"));
            assert!(words.contains("needs the primary") && words.contains("read-write"), "{words}");
        }
        for query in ["host=one,other", "host=one%2cother", "hostaddr=::1,::2", "port=1,2"] {
            let words = refused(&format!("postgres://me@/app?{query}"));
            assert!(words.contains("postgres://user@one:5432,other:5432/database"), "{words}");
        }
    }
}
