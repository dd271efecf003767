//! Samples and what is made of them.

use crate::side::Pair;

/// What was measured, in the order of the runs.
#[derive(Clone, Debug, Default)]
pub struct Samples(pub Vec<f64>);

impl Samples {
    /// The middle one; of an even number the larger of the two in the middle.
    pub fn median(&self) -> Option<f64> {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        sorted.get(sorted.len() / 2).copied()
    }
}

/// What a row has to reach.
#[derive(Clone, Copy, Debug)]
pub enum Goal {
    /// The ratio ours/Kafka is at least this.
    RatioAtLeast(f64),
    /// The ratio ours/Kafka is at most this.
    RatioAtMost(f64),
    /// Our figure is at most this.
    AtMost(f64),
    /// Nothing is asked; the row explains another one.
    None,
}

/// One line of the table.
#[derive(Clone, Debug)]
pub struct Row {
    /// What was measured.
    pub what: String,
    /// Unit of the figures.
    pub unit: &'static str,
    /// The figures.
    pub samples: Pair<Samples>,
    /// What has to be reached, all of it.
    pub goals: Vec<Goal>,
}

impl Row {
    /// Median of ours over median of Kafka's.
    pub fn ratio(&self) -> Option<f64> {
        let theirs = self.samples.theirs.median().filter(|theirs| *theirs > 0.0)?;
        Some(self.samples.ours.median()? / theirs)
    }

    /// Whether a goal is reached; unknown when something was not measured or nothing is asked.
    pub fn reaches(&self, goal: Goal) -> Option<bool> {
        match goal {
            Goal::RatioAtLeast(least) => self.ratio().map(|ratio| ratio >= least),
            Goal::RatioAtMost(most) => self.ratio().map(|ratio| ratio <= most),
            Goal::AtMost(most) => self.samples.ours.median().map(|ours| ours <= most),
            Goal::None => None,
        }
    }
}
