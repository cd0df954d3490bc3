//! The page: a session's contents as a node shows them and a client reads them.

use std::fmt;
use std::str::FromStr;

/// What is in a session.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Page {
    /// Who is logged in; none in a session of nobody, and where there is no session.
    pub user: Option<u64>,
    /// How often something was counted.
    pub visits: u64,
    /// How many notes there should be.
    pub count: u64,
    /// What was chosen last.
    pub choice: u64,
    /// The notes.
    pub notes: Vec<u64>,
}

impl fmt::Display for Page {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.user {
            Some(user) => write!(f, "{user}")?,
            None => f.write_str("-")?,
        }
        write!(f, " {} {} {}", self.visits, self.count, self.choice)?;
        self.notes.iter().try_for_each(|note| write!(f, " {note}"))
    }
}

/// The text is no page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NoPage;

impl FromStr for Page {
    type Err = NoPage;

    fn from_str(text: &str) -> Result<Self, NoPage> {
        let mut words = text.split(' ');
        let user = match words.next() {
            Some("-") => None,
            Some(user) => Some(user.parse().map_err(|_| NoPage)?),
            None => return Err(NoPage),
        };
        let mut number = || words.next().and_then(|word| word.parse::<u64>().ok()).ok_or(NoPage);
        let (visits, count, choice) = (number()?, number()?, number()?);
        let notes = words.map(|word| word.parse().map_err(|_| NoPage)).collect::<Result<_, _>>()?;
        Ok(Self { user, visits, count, choice, notes })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_read_as_it_is_shown() {
        let page = Page { user: Some(7), visits: 3, count: 2, choice: 9, notes: vec![1, 5] };
        assert_eq!(page.to_string(), "7 3 2 9 1 5");
        for page in [page, Page::default()] {
            assert_eq!(page.to_string().parse(), Ok(page));
        }
        assert_eq!("<h1>503</h1>".parse::<Page>(), Err(NoPage));
    }
}
