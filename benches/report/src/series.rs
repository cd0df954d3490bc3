//! The same figure of several rounds: its median, and how far the rounds lie apart.

/// At least one number, in order.
#[derive(Clone, Debug)]
pub struct Series(Vec<f64>);

impl Series {
    /// Of these numbers; none of none.
    pub fn new(numbers: impl IntoIterator<Item = f64>) -> Option<Self> {
        let mut numbers: Vec<f64> = numbers.into_iter().collect();
        numbers.sort_by(f64::total_cmp);
        (!numbers.is_empty()).then_some(Self(numbers))
    }

    /// The middle one, or between the two middle ones.
    pub fn median(&self) -> f64 {
        let (lower, upper) = ((self.0.len() - 1) / 2, self.0.len() / 2);
        f64::midpoint(self.0[lower], self.0[upper])
    }

    /// The smallest.
    pub fn least(&self) -> f64 {
        self.0[0]
    }

    /// The largest.
    pub fn most(&self) -> f64 {
        self.0[self.0.len() - 1]
    }

    /// The median, and the least and the most of all rounds.
    pub fn show(&self, digits: usize) -> String {
        let (median, least, most) = (self.median(), self.least(), self.most());
        format!("{median:.digits$} ({least:.digits$}–{most:.digits$})")
    }
}

/// A count as a number to divide.
#[expect(clippy::cast_precision_loss, reason = "nothing here is counted to 2^52")]
pub fn float(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle_or_between_the_two_middle_ones() {
        let median = |numbers: &[f64]| Series::new(numbers.to_vec()).unwrap().median();
        assert!((median(&[3.0, 1.0, 2.0]) - 2.0).abs() < 1e-9);
        assert!((median(&[4.0, 1.0, 2.0, 3.0]) - 2.5).abs() < 1e-9);
    }
}
