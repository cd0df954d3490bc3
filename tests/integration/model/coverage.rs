//! Coverage: what schedules have met, so that a pass says something.

use std::ops::AddAssign;

use super::answer::{Answer, CookieChange};

#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Coverage {
    schedules: u32,
    answers: u32,
    /// Saved only after another's change was found in the store.
    pub(crate) conflicts: u32,
    /// A secret was shown that its browser had given up.
    pub(crate) thefts: u32,
    ended: u32,
    unavailable: u32,
    panics: u32,
    cookies: u32,
}

impl Coverage {
    pub(crate) fn begin(&mut self) {
        self.schedules += 1;
    }

    pub(crate) fn note(&mut self, answer: &Answer) {
        self.answers += 1;
        match answer.status {
            None => self.panics += 1,
            Some(401) => self.ended += 1,
            Some(503) => self.unavailable += 1,
            Some(_) => {}
        }
        self.cookies += u32::from(answer.cookie != CookieChange::Unchanged);
    }

    /// Each of it often enough, for so many schedules.
    pub(crate) fn enough(&self) -> bool {
        let rarest = [self.conflicts, self.ended, self.unavailable, self.panics].into_iter().min();
        rarest.is_some_and(|times| times >= self.schedules / 20) && self.cookies >= self.schedules
    }
}

impl AddAssign for Coverage {
    fn add_assign(&mut self, other: Self) {
        self.schedules += other.schedules;
        self.answers += other.answers;
        self.conflicts += other.conflicts;
        self.thefts += other.thefts;
        self.ended += other.ended;
        self.unavailable += other.unavailable;
        self.panics += other.panics;
        self.cookies += other.cookies;
    }
}
