//! The two brokers that are compared.

/// Whose broker it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The binary of this repository.
    Eddyline,
    /// The published jars.
    Kafka,
}

impl Side {
    /// Both, in the order in which they take turns.
    pub const BOTH: [Self; 2] = [Self::Eddyline, Self::Kafka];

    /// Short name for files and messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::Eddyline => "eddyline",
            Self::Kafka => "kafka",
        }
    }
}

/// One value for each side.
#[derive(Clone, Debug, Default)]
pub struct Pair<T> {
    /// Of eddyline.
    pub ours: T,
    /// Of Kafka.
    pub theirs: T,
}

impl<T> Pair<T> {
    /// The value of one side.
    pub fn of(&mut self, side: Side) -> &mut T {
        match side {
            Side::Eddyline => &mut self.ours,
            Side::Kafka => &mut self.theirs,
        }
    }
}
