//! Which way imports run between the folders of a crate.

use crate::imports::Imports;

/// The rooms of one folder.
#[derive(Debug)]
pub struct Floor {
    /// The folder, from the root of the repository.
    pub folder: &'static str,
    /// Each room in it, and those that it may import. A file that lies in the folder itself is the
    /// room of its name, where there is one, and otherwise in the room `.`.
    pub rooms: &'static [(&'static str, &'static [&'static str])],
}

/// What is wrong with the imports between the rooms of a floor.
pub fn faults(floor: &Floor, imports: &Imports) -> Vec<String> {
    let mut faults = Vec::new();
    for (from, arrows) in &imports.arrows {
        let Some(room) = room_of(floor, from) else { continue };
        let Some((_, allowed)) = floor.rooms.iter().find(|(name, _)| *name == room) else {
            faults.push(format!(
                "{from} lies in a room without a row: add (\"{room}\", &[…]) to the table of `{}`",
                floor.folder
            ));
            continue;
        };
        for (to, names) in arrows {
            let Some(other) = room_of(floor, to) else { continue };
            if other != room && !allowed.contains(&other) {
                let names: Vec<_> = names.iter().map(String::as_str).collect();
                let names = names.join(", ");
                faults.push(format!("`{room}` must not know `{other}`: {from} -> {to}: {names}"));
            }
        }
    }
    for (room, _) in floor.rooms {
        if !imports.arrows.keys().any(|file| room_of(floor, file) == Some(room)) {
            faults.push(format!("`{}` has no room `{room}`: take its row away", floor.folder));
        }
    }
    faults
}

fn room_of<'a>(floor: &Floor, file: &'a str) -> Option<&'a str> {
    let inside = file.strip_prefix(floor.folder)?.strip_prefix('/')?;
    if let Some((room, _)) = inside.split_once('/') {
        return Some(room);
    }
    let name = inside.strip_suffix(".rs")?;
    let room = floor.rooms.iter().find(|(room, _)| *room == name);
    Some(room.map_or(".", |(room, _)| room))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FLOOR: Floor =
        Floor { folder: "src", rooms: &[(".", &["low"]), ("high", &["low"]), ("low", &[])] };

    fn faults_of(arrows: &[(&str, &str)]) -> Vec<String> {
        let mut imports = Imports::default();
        for (from, to) in arrows {
            imports.arrows.entry((*to).to_owned()).or_default();
            let from = imports.arrows.entry((*from).to_owned()).or_default();
            from.entry((*to).to_owned()).or_default().insert("Name".to_owned());
        }
        faults(&FLOOR, &imports)
    }

    #[test]
    fn an_arrow_in_the_direction_of_the_rooms_is_right() {
        let arrows = [("src/high/a.rs", "src/low/b.rs"), ("src/c.rs", "src/low/b.rs")];
        assert!(faults_of(&arrows).is_empty());
    }

    #[test]
    fn an_arrow_against_the_direction_is_a_fault() {
        let arrows = [("src/low/b.rs", "src/high/a.rs"), ("src/c.rs", "src/low/b.rs")];
        let expected = "`low` must not know `high`: src/low/b.rs -> src/high/a.rs: Name";
        assert_eq!(faults_of(&arrows), [expected]);
    }

    #[test]
    fn a_room_without_a_row_and_a_row_without_a_room_are_faults() {
        let found = faults_of(&[("src/new/a.rs", "src/low/b.rs"), ("src/c.rs", "src/low/b.rs")]);
        assert!(found[0].contains("add (\"new\", &[…]) to the table of `src`"), "{found:?}");
        assert!(found[1].contains("has no room `high`"), "{found:?}");
    }

    #[test]
    fn a_file_with_a_row_is_a_room() {
        let rooms: &[(&str, &[&str])] = &[(".", &["high"]), ("high", &["front"]), ("front", &[])];
        let floor = Floor { folder: "src", rooms };
        let mut imports = Imports::default();
        for (from, to) in [("src/a.rs", "src/high/b.rs"), ("src/high/b.rs", "src/front.rs")] {
            imports.arrows.entry(to.to_owned()).or_default();
            let from = imports.arrows.entry(from.to_owned()).or_default();
            from.entry(to.to_owned()).or_default().insert("Name".to_owned());
        }
        assert!(faults(&floor, &imports).is_empty(), "{:?}", faults(&floor, &imports));
        let from = imports.arrows.entry("src/front.rs".to_owned()).or_default();
        from.entry("src/a.rs".to_owned()).or_default().insert("Name".to_owned());
        assert_eq!(
            faults(&floor, &imports),
            ["`front` must not know `.`: src/front.rs -> src/a.rs: Name"]
        );
    }
}
