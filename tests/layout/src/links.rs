//! The links between the pages of this repository: each leads to a file that is there, and to a heading in it.

use std::fs;
use std::path::Path;

/// What is wrong with the relative links of a page in this folder.
pub fn faults(page: &str, folder: &Path) -> Vec<String> {
    let prose = prose(page);
    let mut faults = Vec::new();
    for target in targets(&prose) {
        if target.contains("://") || target.starts_with("mailto:") {
            continue;
        }
        let (path, heading) = target.split_once('#').unwrap_or((target, ""));
        let path = folder.join(path);
        let text = if target.starts_with('#') { Ok(page.to_owned()) } else { read(&path) };
        match text {
            Err(()) => faults.push(format!("`{target}` is not there")),
            Ok(_) if heading.is_empty() => {}
            Ok(text) if headings(&text).iter().any(|slug| slug == heading) => {}
            Ok(_) => faults.push(format!("`{target}`: there is no such heading")),
        }
    }
    faults
}

/// The labels that a page links by, `[label]` or `[text][label]`, and does not define. Rustdoc defines these; a forge does not.
pub fn undefined<'a>(page: &str, labels: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let page = prose(page).to_lowercase();
    let is_undefined = |label: &&str| {
        let link = format!("[{label}]");
        let mut uses = page.split(&link).skip(1);
        !page.contains(&format!("\n[{label}]: ")) && uses.any(|rest| !rest.starts_with(['(', '[']))
    };
    labels.into_iter().filter(is_undefined).collect()
}

/// What is wrong with the links of a page in this folder of the repository where rustdoc shows it beside `labels`, which
/// rustdoc reads first: it has no file of the repository, so each link to one is by a label that leads to the same file there.
pub fn faults_in_rustdoc(
    page: &str,
    folder: &Path,
    labels: &[(&str, &str)],
    repository: &str,
) -> Vec<String> {
    let is_relative = |target: &str| !target.contains("://") && !target.starts_with('#');
    let prose = prose(page);
    let inline = inline(&prose).filter(|target| is_relative(target));
    let mut faults: Vec<_> =
        inline.map(|target| format!("`{target}`: link to it by a label")).collect();
    for (label, target) in definitions(&prose) {
        if !is_relative(target) {
            continue;
        }
        let file = within(&folder.join(target.split('#').next().unwrap_or_default()));
        let leads_there = |online: &str| {
            let path = online.strip_prefix(repository).and_then(|rest| rest.split("/HEAD/").nth(1));
            path.is_some_and(|path| path.split(['#', '?']).next() == Some(&file))
        };
        match labels.iter().find(|(defined, _)| defined.eq_ignore_ascii_case(label)) {
            None => faults.push(format!("[{label}] has no place in rustdoc")),
            Some((_, path)) if path.starts_with("crate") => {}
            Some((_, online)) if leads_there(online) => {}
            Some((_, online)) => {
                faults.push(format!("[{label}] is `{file}`, in rustdoc `{online}`"));
            }
        }
    }
    faults
}

/// A path without `..`.
fn within(path: &Path) -> String {
    let mut names = Vec::new();
    for name in path {
        if name == ".." {
            names.pop();
        } else {
            names.push(name.to_string_lossy());
        }
    }
    names.join("/")
}

/// The labels that lines of the form `[label]: target` define.
pub fn definitions(page: &str) -> Vec<(&str, &str)> {
    page.lines().filter_map(|line| line.strip_prefix('[')?.split_once("]: ")).collect()
}

/// The text of a file, or nothing for a folder.
fn read(path: &Path) -> Result<String, ()> {
    if path.is_dir() {
        return Ok(String::new());
    }
    // A picture is no text, and has no headings.
    fs::read(path).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).map_err(drop)
}

/// A page without its code.
fn prose(page: &str) -> String {
    let mut prose = String::from("\n");
    let mut is_code = false;
    for line in page.lines() {
        if line.trim_start().starts_with("```") {
            is_code = !is_code;
        } else if !is_code {
            prose.extend(line.split("``").step_by(2).flat_map(|part| {
                // `code` in a link's text is no link.
                part.split('`').step_by(2)
            }));
            prose.push('\n');
        }
    }
    prose
}

/// The targets of a page's links.
fn targets(prose: &str) -> Vec<&str> {
    inline(prose).chain(definitions(prose).into_iter().map(|(_, target)| target)).collect()
}

/// The targets of the links that name them in the text.
fn inline(prose: &str) -> impl Iterator<Item = &str> {
    prose.split("](").skip(1).filter_map(|rest| Some(rest.split_once(')')?.0))
}

/// The names by which a page's headings are linked, as forges and rustdoc form them.
fn headings(page: &str) -> Vec<String> {
    let headings = page.lines().filter(|line| line.starts_with('#'));
    let slug = |line: &str| {
        let words = line.trim_start_matches('#').trim().to_lowercase();
        let words = words.chars().filter(|char| char.is_alphanumeric() || " -_".contains(*char));
        words.map(|char| if char == ' ' { '-' } else { char }).collect()
    };
    headings.map(slug).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_leads_to_a_file_and_a_heading_that_are_there() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("a.md"), "# One\n\n## Remember `me`, please\n")
            .expect("a file");
        fs::write(folder.path().join("a.png"), [0x89, b'P', 0xff]).expect("a file");
        let sound = "[a](a.md), [b][b], [c](#top), [d](https://x.y/z), [e](.), ![f](a.png)\n\n# Top\n[b]: a.md#remember-me-please\n";
        assert_eq!(faults(sound, folder.path()), Vec::<String>::new());
        let broken = "[a](b.md) [b](a.md#two) [c](#top)\n[d]: c.md\n";
        assert_eq!(faults(broken, folder.path()).len(), 4);
    }

    #[test]
    fn code_has_no_links() {
        let code = "```rust\nlet a = b[0](c);\n```\nand `b[0](c)` and ``c[`1`](d)``\n";
        assert_eq!(faults(code, Path::new("/nowhere")), Vec::<String>::new());
    }

    #[test]
    fn in_rustdoc_a_label_leads_to_the_same_file_of_the_repository() {
        let labels = [
            ("keys", "crate::_guide::keys"),
            ("sessions", "https://x.y/z/blob/HEAD/docs/sessions.md"),
            ("growth", "https://x.y/z/blob/HEAD/docs/benchmarks.md"),
            ("picture", "https://x.y/z/raw/HEAD/docs/a.svg?sanitize=true"),
        ];
        let faults =
            |page: &str| faults_in_rustdoc(page, Path::new("docs/guide"), &labels, "https://x.y/z");
        let sound = "[a](#top) [b](https://x.y)\n[keys]: keys.md\n[Sessions]: ../sessions.md#one\n[picture]: ../a.svg\n";
        assert_eq!(faults(sound), Vec::<String>::new());
        assert_eq!(faults("[a](../growth.md)\n[growth]: ../growth.md\n[other]: a.md\n").len(), 3);
    }

    #[test]
    fn a_label_that_is_used_is_defined() {
        let page = "[Keys], [the keys][keys], [more](keys.md), [Stores], [fields][stores]\n\n[stores]: stores.md\n";
        assert_eq!(undefined(page, ["keys", "stores", "fields"]), ["keys"]);
    }
}
