//! Decides how many bytes each partition of one fetch may return.
//!
//! State: the bytes still free in the response. Invariant: the sum of what was taken exceeds `max_bytes` by at
//! most the one batch that a reader must get to make progress (KIP-74).
//!
//! Worked example: max_bytes 100, three partitions with max 60 each and 80 bytes ready in each. The first returns
//! 60, the second may return 40, the third 0. Were the first batch of the first partition 500 bytes long, it
//! would be returned whole and the others would get 0.

/// The bytes of one fetch response that are not taken yet.
#[derive(Clone, Copy, Debug)]
pub struct ByteBudget {
    left: usize,
    delivered: Delivered,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Delivered {
    Nothing,
    Something,
}

/// What one partition may return.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PartitionAllowance {
    /// Up to `max_bytes`, but the first batch whole even if it is larger: nothing was delivered yet.
    AtLeastOneBatch {
        /// Bytes that are asked for.
        max_bytes: usize,
    },
    /// Up to `max_bytes`, cut wherever that falls.
    AtMost {
        /// Bytes that are asked for.
        max_bytes: usize,
    },
    /// The response is full.
    Nothing,
}

impl ByteBudget {
    /// A budget of `max_bytes`; negative wire values count as 0.
    pub fn new(max_bytes: i32) -> Self {
        Self {
            left: usize::try_from(max_bytes).unwrap_or(0),
            delivered: Delivered::Nothing,
        }
    }

    /// What a partition that asks for `partition_max_bytes` may return now.
    pub fn allowance(&self, partition_max_bytes: i32) -> PartitionAllowance {
        let max_bytes = usize::try_from(partition_max_bytes).unwrap_or(0).min(self.left);
        match self.delivered {
            Delivered::Nothing => PartitionAllowance::AtLeastOneBatch { max_bytes },
            Delivered::Something if max_bytes == 0 => PartitionAllowance::Nothing,
            Delivered::Something => PartitionAllowance::AtMost { max_bytes },
        }
    }

    /// Books `bytes` that a partition returns.
    pub fn take(&mut self, bytes: usize) {
        if bytes > 0 {
            self.delivered = Delivered::Something;
            self.left = self.left.saturating_sub(bytes);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_batch_may_exceed_the_budget_and_later_ones_may_not() {
        let mut budget = ByteBudget::new(100);
        assert_eq!(
            budget.allowance(60),
            PartitionAllowance::AtLeastOneBatch { max_bytes: 60 }
        );
        budget.take(500);
        assert_eq!(budget.allowance(60), PartitionAllowance::Nothing);
    }

    #[test]
    fn partitions_share_what_is_left() {
        let mut budget = ByteBudget::new(100);
        budget.take(60);
        assert_eq!(budget.allowance(60), PartitionAllowance::AtMost { max_bytes: 40 });
        budget.take(40);
        assert_eq!(budget.allowance(60), PartitionAllowance::Nothing);
    }

    #[test]
    fn empty_partitions_keep_the_right_to_one_whole_batch() {
        let mut budget = ByteBudget::new(0);
        budget.take(0);
        assert_eq!(
            budget.allowance(1),
            PartitionAllowance::AtLeastOneBatch { max_bytes: 0 }
        );
    }

    #[test]
    fn negative_sizes_count_as_nothing() {
        assert_eq!(
            ByteBudget::new(-1).allowance(-5),
            PartitionAllowance::AtLeastOneBatch { max_bytes: 0 }
        );
    }
}
