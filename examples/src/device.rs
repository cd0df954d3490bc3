//! A line of a device list: which browser it was, and when.

use std::time::{Duration, SystemTime};

/// The browser and its system, as its `User-Agent` tells: most browsers claim to be others too, so the first that fits is it.
pub fn browser(label: Option<&str>) -> String {
    let Some(label) = label else { return "An unknown device".to_owned() };
    let first = |names: &[(&str, &'static str)]| {
        names.iter().find(|(mark, _)| label.contains(mark)).map(|&(_, name)| name)
    };
    let browser = first(&[
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
        ("curl/", "curl"),
    ]);
    let system = first(&[
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Macintosh", "macOS"),
        ("Linux", "Linux"),
    ]);
    match (browser, system) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(name), None) | (None, Some(name)) => name.to_owned(),
        (None, None) => label.to_owned(),
    }
}

/// How long ago this was.
pub fn ago(time: SystemTime) -> String {
    let passed = time.elapsed().unwrap_or(Duration::ZERO).as_secs();
    let (number, unit) = match passed {
        0..60 => return "just now".to_owned(),
        60..3600 => (passed / 60, "minute"),
        3600..86400 => (passed / 3600, "hour"),
        _ => (passed / 86400, "day"),
    };
    format!("{number} {unit}{} ago", if number == 1 { "" } else { "s" })
}
