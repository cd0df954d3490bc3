//! Every order in which those who wait can go on, one run after the other.

/// A walk through all the choices that a run offers, depth first. A run must offer the same
/// choices whenever the same ones were taken before.
#[derive(Debug, Default)]
pub(crate) struct Orders {
    /// Which was taken, of how many.
    choices: Vec<(usize, usize)>,
    depth: usize,
}

impl Orders {
    /// Which of this many goes first, in this run.
    pub(crate) fn choose(&mut self, of: usize) -> usize {
        if self.depth == self.choices.len() {
            self.choices.push((0, of));
        }
        let (choice, offered) = self.choices[self.depth];
        assert_eq!(offered, of, "the same run offers the same choices");
        self.depth += 1;
        choice
    }

    /// Goes on to the next run, if there is one.
    pub(crate) fn advance(&mut self) -> bool {
        self.depth = 0;
        while let Some((choice, of)) = self.choices.pop() {
            if choice + 1 < of {
                self.choices.push((choice + 1, of));
                return true;
            }
        }
        false
    }
}

#[test]
fn every_order_is_taken_once() {
    let mut orders = Orders::default();
    let mut taken = Vec::new();
    loop {
        let mut left = vec!['a', 'b', 'c'];
        let mut order = String::new();
        while !left.is_empty() {
            order.push(left.remove(orders.choose(left.len())));
        }
        taken.push(order);
        if !orders.advance() {
            break;
        }
    }
    assert_eq!(taken, ["abc", "acb", "bac", "bca", "cab", "cba"]);
}
