//! What was promised of one session, and the comparison with what is there.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use super::finding::{Finding, Violation};
use super::outage::Outage;
use super::write::{Write, WriteState};
use crate::page::Page;

/// What a request changes in a session. Each note and each choice has a number of its own in the whole run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    /// A visit is counted.
    Visit,
    /// A note is added, and counted.
    Note(u64),
    /// This becomes what was chosen last.
    Choice(u64),
}

/// The changes of one session.
#[derive(Clone, Debug, Default)]
pub(crate) struct Changes {
    visits: Vec<Write>,
    notes: BTreeMap<u64, Write>,
    choices: BTreeMap<u64, Write>,
}

/// Which write it is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ticket(Change, usize);

impl Changes {
    /// It is about to be sent.
    pub(crate) fn begin(&mut self, change: Change) -> Ticket {
        match change {
            Change::Visit => self.visits.push(Write::new()),
            Change::Note(note) => _ = self.notes.insert(note, Write::new()),
            Change::Choice(choice) => _ = self.choices.insert(choice, Write::new()),
        }
        Ticket(change, self.visits.len().wrapping_sub(1))
    }

    pub(crate) fn finish(&mut self, ticket: Ticket, state: WriteState) {
        let write = match ticket.0 {
            Change::Visit => self.visits.get_mut(ticket.1),
            Change::Note(note) => self.notes.get_mut(&note),
            Change::Choice(choice) => self.choices.get_mut(&choice),
        };
        write.expect("it was begun").state = state;
    }

    pub(crate) fn notes(&self) -> usize {
        self.notes.len()
    }

    /// Compares with what somebody has seen who asked and was answered at these moments. What is found once is not
    /// looked for again.
    pub(crate) fn compare(
        &mut self,
        page: &Page,
        (asked, answered): (Instant, Instant),
        outage: &Outage,
    ) -> Vec<Finding> {
        let mut findings = Vec::new();
        self.compare_notes(page, (asked, answered), &mut findings);
        self.compare_visits(page, (asked, answered), &mut findings);
        self.compare_choice(page, (asked, answered), outage, &mut findings);
        findings
    }

    fn compare_notes(
        &mut self,
        page: &Page,
        (asked, answered): (Instant, Instant),
        findings: &mut Vec<Finding>,
    ) {
        let seen: BTreeSet<_> = page.notes.iter().copied().collect();
        if seen.len() != page.notes.len() {
            findings.push(Finding::new(Violation::Invented, None, "a note is there twice"));
        }
        if page.count != page.notes.len() as u64 {
            let what = format!("{} notes, and a count of {}", page.notes.len(), page.count);
            findings.push(Finding::new(Violation::Invented, None, what));
        }
        for (note, write) in &mut self.notes {
            if write.must_be_seen(asked) && !seen.contains(note) {
                let what = format!("note {note} was acknowledged and is lost");
                findings.push(Finding::new(Violation::LostChange, write.acknowledged(), what));
                write.state = WriteState::Unknown;
            }
        }
        for note in seen {
            let known = self.notes.get(&note);
            if !known.is_some_and(|write| write.may_be_seen(answered)) {
                let what = format!("note {note} is there, and was refused or never sent");
                findings.push(Finding::new(Violation::Invented, None, what));
                self.notes.insert(note, Write::new());
            }
        }
    }

    fn compare_visits(
        &mut self,
        page: &Page,
        (asked, answered): (Instant, Instant),
        findings: &mut Vec<Finding>,
    ) {
        let must = self.visits.iter().filter(|write| write.must_be_seen(asked)).count() as u64;
        let may = self.visits.iter().filter(|write| write.may_be_seen(answered)).count() as u64;
        if page.visits > may {
            let what = format!("{} visits, and only {may} were sent", page.visits);
            findings.push(Finding::new(Violation::Invented, None, what));
        }
        // Whichever were lost: the latest could have been.
        for _ in page.visits..must {
            let latest = self.visits.iter_mut().filter(|write| write.must_be_seen(asked));
            let Some(latest) = latest.max_by_key(|write| write.acknowledged()) else { break };
            let what = format!("{} visits, and {must} were acknowledged", page.visits);
            findings.push(Finding::new(Violation::LostChange, latest.acknowledged(), what));
            latest.state = WriteState::Unknown;
        }
    }

    /// The last choice that was acknowledged is there, unless one was under way that could be later.
    fn compare_choice(
        &mut self,
        page: &Page,
        (asked, answered): (Instant, Instant),
        outage: &Outage,
        findings: &mut Vec<Finding>,
    ) {
        let acknowledged = self.choices.iter().filter(|(_, write)| write.must_be_seen(asked));
        let last = acknowledged.max_by_key(|(_, write)| write.sent);
        let last = last.map(|(choice, write)| (*choice, *write));
        let is_allowed = match (page.choice, last) {
            (0, None) => true,
            (seen, last) if last.is_some_and(|(choice, _)| choice == seen) => true,
            (seen, last) => self.choices.get(&seen).is_some_and(|write| {
                let is_later = |(_, last): (u64, Write)| match write.state {
                    // It was acknowledged before the last one was sent.
                    WriteState::Acknowledged(at) => at > last.sent,
                    _ => outage.may_come_after(write.sent, last.sent),
                };
                write.may_be_seen(answered) && last.is_none_or(is_later)
            }),
        };
        if is_allowed {
            return;
        }
        let known = page.choice == 0 || self.choices.contains_key(&page.choice);
        if let (true, Some((choice, write))) = (known, last) {
            let what = format!("choice {choice} was acknowledged, and {} is there", page.choice);
            findings.push(Finding::new(Violation::LostChange, write.acknowledged(), what));
            // Those before it are no better known now.
            for write in self.choices.values_mut() {
                if write.state != WriteState::Refused {
                    write.state = WriteState::Unknown;
                }
            }
        } else {
            let what = format!("choice {} is there, and was never sent", page.choice);
            findings.push(Finding::new(Violation::Invented, None, what));
            self.choices.insert(page.choice, Write::new());
        }
    }
}
