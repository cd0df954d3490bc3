//! Circles among the arrows: files that use each other, directly or through others.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt::Write as _;
use std::path::Path;

use crate::arrows::Arrows;

impl Arrows {
    /// The circles: for each knot of files that reach each other, the shortest way round, with the names that tie it.
    pub fn circles(&self, root: &Path) -> Vec<String> {
        let mut told: BTreeSet<&Path> = BTreeSet::new();
        let mut circles = Vec::new();
        for file in &self.files {
            if told.contains(file.as_path()) {
                continue;
            }
            let Some(way) = self.shortest_way_round(file) else { continue };
            let knot: Vec<&Path> = self
                .files
                .iter()
                .map(AsRef::as_ref)
                .filter(|other| self.reaches(file, other) && self.reaches(other, file))
                .collect();
            circles.push(self.tell(&way, knot.len(), root));
            told.extend(knot);
        }
        circles
    }

    fn tell(&self, way: &[&Path], knot: usize, root: &Path) -> String {
        let mut text =
            format!("{knot} files import each other in a circle; the shortest way round:");
        for pair in way.windows(2) {
            let names: Vec<_> = self.uses[pair[0]][pair[1]].iter().map(String::as_str).collect();
            let [from, to] =
                [pair[0], pair[1]].map(|file| file.strip_prefix(root).unwrap_or(file).display());
            let _ = write!(text, "\n  {from} uses {} of {to}", names.join(", "));
        }
        text
    }

    fn reaches(&self, from: &Path, to: &Path) -> bool {
        from == to || self.ways(from).contains_key(to)
    }

    fn shortest_way_round<'a>(&'a self, file: &'a Path) -> Option<Vec<&'a Path>> {
        let before = self.ways(file);
        let mut way = vec![file, *before.get(file)?];
        while way[way.len() - 1] != file {
            way.push(before[way[way.len() - 1]]);
        }
        way.reverse();
        Some(way)
    }

    /// Every file that is reached from one, with the file before it on a shortest way.
    fn ways<'a>(&'a self, from: &'a Path) -> BTreeMap<&'a Path, &'a Path> {
        let mut before = BTreeMap::new();
        let mut next = VecDeque::from([from]);
        while let Some(file) = next.pop_front() {
            for to in self.from(file) {
                if !before.contains_key(to) {
                    before.insert(to, file);
                    next.push_back(to);
                }
            }
        }
        before
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::Fixture;

    fn circles(tree: &[(&str, &str)]) -> Vec<String> {
        let tree = Fixture::new(tree);
        Arrows::read(&tree.path().join("lib.rs")).circles(tree.path())
    }

    #[test]
    fn a_circle_is_found_with_the_names_that_tie_it() {
        let found = circles(&[
            ("lib.rs", "mod a; mod b; mod c; mod d;"),
            ("a.rs", "use crate::b::B; pub struct A;"),
            ("b.rs", "pub struct B(crate::c::C);"),
            ("c.rs", "pub struct C; fn f() { assert!(super::a::A == 1) }"),
            ("d.rs", "use crate::a::A;"),
        ]);
        assert_eq!(
            found,
            [
                "3 files import each other in a circle; the shortest way round:\n  a.rs uses B of b.rs\n  b.rs uses C of c.rs\n  c.rs uses A of a.rs"
            ]
        );
    }

    #[test]
    fn a_circle_through_a_re_export_is_found() {
        let found = circles(&[
            ("lib.rs", "mod a; mod room;"),
            ("a.rs", "use crate::room::B; pub struct A;"),
            ("room/mod.rs", "mod b; pub use b::B;"),
            ("room/b.rs", "use crate::a::A; pub struct B;"),
        ]);
        assert_eq!(found.len(), 1, "{found:?}");
    }

    #[test]
    fn imports_one_way_are_no_circle() {
        let tree = [
            ("lib.rs", "mod a; mod b;"),
            ("a.rs", "use crate::b::B; pub struct A;"),
            ("b.rs", "pub struct B;"),
        ];
        assert!(circles(&tree).is_empty());
    }
}
