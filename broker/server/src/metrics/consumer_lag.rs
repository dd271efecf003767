//! How far groups are behind, from what they committed and where the partitions end.

use broker_codec::StringBytes;
use broker_model::{HighWatermark, PartitionIndex};

use super::definition::{GROUP_LAG, GROUP_OFFSET};
use super::exposition::Exposition;

/// One offset that a group committed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct CommittedOffset {
    /// Name of the group.
    pub(super) group: StringBytes,
    /// Name of the topic.
    pub(super) topic: StringBytes,
    /// Partition of the topic.
    pub(super) partition: PartitionIndex,
    /// The next offset that the group will read.
    pub(super) offset: i64,
}

/// Shows the offsets and how far they are behind `end_of` their partition; lag is shown for partitions that are kept
/// here. An offset past the end (after data was lost or deleted) is no lag.
pub(super) fn show(
    text: &mut Exposition,
    committed: &[CommittedOffset],
    end_of: impl Fn(&str, PartitionIndex) -> Option<HighWatermark>,
) {
    let mut offsets = text.family(&GROUP_OFFSET);
    for row in committed {
        let partition = row.partition.to_string();
        offsets.sample(&[&row.group, &row.topic, &partition], row.offset);
    }
    let mut lags = text.family(&GROUP_LAG);
    for row in committed {
        if let Some(end) = end_of(&row.topic, row.partition) {
            let partition = row.partition.to_string();
            let lag = end.value().saturating_sub(row.offset).max(0);
            lags.sample(&[&row.group, &row.topic, &partition], lag);
        }
    }
}

#[cfg(test)]
mod tests {
    use broker_model::Offset;

    use super::*;

    #[test]
    fn lag_is_what_lies_between_the_committed_offset_and_the_high_watermark() {
        let at = |topic: &str, offset| CommittedOffset {
            group: "g".into(),
            topic: topic.into(),
            partition: PartitionIndex::new(0),
            offset,
        };
        let mut text = Exposition::new(10);
        show(
            &mut text,
            &[at("behind", 7), at("past", 12), at("elsewhere", 1)],
            |topic, _| (topic != "elsewhere").then(|| HighWatermark::at(Offset::new(10))),
        );
        let text = text.finish();
        assert!(
            text.contains("lag{consumergroup=\"g\",topic=\"behind\",partition=\"0\"} 3\n"),
            "{text}"
        );
        assert!(
            text.contains("lag{consumergroup=\"g\",topic=\"past\",partition=\"0\"} 0\n"),
            "{text}"
        );
        assert!(
            !text.contains("lag{consumergroup=\"g\",topic=\"elsewhere\""),
            "{text}"
        );
    }
}
