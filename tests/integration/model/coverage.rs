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
    /// Refused, since a function around it did not lend its session.
    pub(crate) held: u32,
    /// Refused, since a function beside it was not done in time.
    pub(crate) busy: u32,
    /// A panic that a layer in between made a 500.
    pub(crate) caught: u32,
    /// Saved in spite of a 5xx, since a guard inside wanted it.
    pub(crate) kept: u32,
    pub(crate) side_by_side: u32,
    /// A log-in began a session of its own, since its secret was replaced meanwhile.
    pub(crate) late_log_ins: u32,
    /// Two sessions saved together.
    pub(crate) together: u32,
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
        self.cookies += u32::from(answer.cookies != [CookieChange::Unchanged; 2]);
    }

    /// Each of it often enough, for so many schedules.
    pub(crate) fn enough(&self) -> bool {
        let frequent = [self.conflicts, self.ended, self.unavailable, self.panics, self.held]
            .into_iter()
            .chain([self.caught, self.side_by_side, self.together])
            .all(|times| times >= self.schedules / 20);
        let rare = [self.busy, self.kept, self.late_log_ins]
            .into_iter()
            .all(|times| times >= self.schedules / 100);
        frequent && rare && self.cookies >= self.schedules
    }
}

impl AddAssign for Coverage {
    fn add_assign(&mut self, other: Self) {
        self.schedules += other.schedules;
        self.answers += other.answers;
        self.conflicts += other.conflicts;
        self.thefts += other.thefts;
        self.held += other.held;
        self.busy += other.busy;
        self.caught += other.caught;
        self.kept += other.kept;
        self.side_by_side += other.side_by_side;
        self.late_log_ins += other.late_log_ins;
        self.together += other.together;
        self.ended += other.ended;
        self.unavailable += other.unavailable;
        self.panics += other.panics;
        self.cookies += other.cookies;
    }
}
