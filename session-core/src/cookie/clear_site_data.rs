//! `Clear-Site-Data` beside a session cookie that is set: the browser is to keep that one.

use http::header::{HeaderMap, HeaderName, HeaderValue};

const CLEAR_SITE_DATA: HeaderName = HeaderName::from_static("clear-site-data");

/// Takes `"cookies"` out of what the browser is asked to forget: it would forget the cookie that this
/// very response sets. The session cookie from before is replaced by that one; cookies of other names
/// stay.
pub(crate) fn keep_cookies(headers: &mut HeaderMap) {
    let lines: Vec<HeaderValue> = headers.get_all(CLEAR_SITE_DATA).iter().cloned().collect();
    if lines.is_empty() {
        return;
    }
    headers.remove(CLEAR_SITE_DATA);
    for line in lines {
        let kept: Vec<&[u8]> = line
            .as_bytes()
            .split(|&byte| byte == b',')
            .map(<[u8]>::trim_ascii)
            .filter(|what| *what != b"\"cookies\"")
            .map(|what| if what == b"\"*\"" { EVERYTHING_ELSE } else { what })
            .collect();
        if !kept.is_empty() {
            let kept = HeaderValue::from_bytes(&kept.join(&b", "[..]));
            headers.append(CLEAR_SITE_DATA, kept.expect("its parts were in a header"));
        }
    }
}

/// What `"*"` stands for, without `"cookies"`.
const EVERYTHING_ELSE: &[u8] = b"\"cache\", \"clientHints\", \"executionContexts\", \"prefetchCache\", \"prerenderCache\", \"storage\"";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_but_cookies_is_still_cleared() {
        for (before, after) in [
            (&[r#""cache", "cookies", "storage""#][..], &[r#""cache", "storage""#][..]),
            (&[r#""cookies""#], &[]),
            (&[r#""cookies""#, r#""storage""#], &[r#""storage""#]),
            (&[], &[]),
        ] {
            let mut headers = HeaderMap::new();
            for line in before {
                headers.append(CLEAR_SITE_DATA, HeaderValue::from_static(line));
            }
            keep_cookies(&mut headers);
            assert_eq!(headers.get_all(CLEAR_SITE_DATA).iter().collect::<Vec<_>>(), after);
        }
        let mut headers = HeaderMap::new();
        headers.append(CLEAR_SITE_DATA, HeaderValue::from_static(r#""*""#));
        keep_cookies(&mut headers);
        assert_eq!(headers[CLEAR_SITE_DATA].as_bytes(), EVERYTHING_ELSE);
    }
}
