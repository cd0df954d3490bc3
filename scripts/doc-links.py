#!/usr/bin/env python3
"""Finds dead links in what `cargo doc` has written of the published crates: relative ones to a page or heading that is not there.

A link from a page of the repository, `docs/sessions.md` say, leads nowhere on docs.rs. Rustdoc does not look at those.
"""

import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

CRATES = ["session_macros", "session_core", "session_sqlx", "session_redis", "session_axum"]
# In documentation of tracing that rustdoc copies to every type.
NOT_OURS = ["dispatcher#setting-the-default-subscriber"]


class Page(HTMLParser):
    """The links of a page, and the names that links to it may have behind `#`."""

    def __init__(self, path):
        super().__init__()
        self.links = []
        # The page that this one only leads to: rustdoc has one where an item is declared and cannot be reached.
        self.leads_to = None
        self.names = set()
        self.feed(path.read_text())

    def handle_starttag(self, tag, attributes):
        if tag == "meta" and dict(attributes).get("http-equiv") == "refresh":
            self.leads_to = dict(attributes)["content"].split("URL=")[1]
        for name, value in attributes:
            # A script of rustdoc's may not be there, and it does without.
            if name in ("href", "src") and value and tag not in ("link", "script"):
                self.links.append(value)
            elif name in ("id", "name"):
                self.names.add(value)


def main():
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "target/doc").resolve()
    crates = [name for name in CRATES if (folder / name).is_dir()]
    if not crates:
        sys.exit(f"{folder} has no documentation: run `cargo doc --workspace --no-deps`")
    pages = {}

    def page(path):
        if path not in pages:
            pages[path] = Page(path)
        return pages[path]

    dead = []
    for path in (path for name in crates for path in sorted((folder / name).rglob("*.html"))):
        for link in page(path).links:
            # The path of an item whose documentation rustdoc does not see here; docs.rs says where it is.
            if urlsplit(link).scheme or "::" in link or link in NOT_OURS:
                continue
            target = urlsplit(urljoin(path.as_uri(), link))
            file = Path(unquote(target.path))
            if file.is_dir():
                file /= "index.html"
            while file.is_file() and file.suffix == ".html" and page(file).leads_to:
                file = Path(unquote(urlsplit(urljoin(file.as_uri(), page(file).leads_to)).path))
            name = target.fragment
            if not file.is_file():
                dead.append((path, link))
            # Of a source file a name is a line, or several, and rustdoc makes them.
            elif name and file.suffix == ".html" and file.relative_to(folder).parts[0] != "src":
                if not {name, unquote(name)} & page(file).names:
                    dead.append((path, link))
    for path, link in dead:
        print(f"{path.relative_to(folder)}: {link} leads nowhere", file=sys.stderr)
    sys.exit(1 if dead else 0)


main()
