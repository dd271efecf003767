//! Cuts a batch in two that a broker finds too large, as the Java client does.
//!
//! Invariant: the halves hold the records, tokens and age of the whole, in order; they are not numbered yet.

use broker_codec::batch::{BatchBuilder, Record, RecordBatch};

use super::{Batch, Content, ProducerOptions, batch_options};
use crate::fetched::BATCH_SIZE_MAX;

/// Tokens with how many records in a row carry each.
type Tokens<T> = Vec<(T, u64)>;

impl<T: Clone> Batch<T> {
    /// The halves, or the batch itself if it cannot be cut: it has one record, or was never packed.
    pub(super) fn halves(self, options: &ProducerOptions) -> Result<[Self; 2], Box<Self>> {
        let records = match &self.content {
            Content::Packed { bytes, .. } if self.records > 1 => RecordBatch::from_bytes(bytes)
                .and_then(|batch| batch.records(BATCH_SIZE_MAX))
                .unwrap_or_default(),
            Content::Packed { .. } | Content::Gathered(_) => Vec::new(),
        };
        if records.len() != self.records || records.len() < 2 {
            return Err(Box::new(self));
        }
        let middle = records.len() / 2;
        let (first_tokens, second_tokens) = cut_tokens(self.tokens.clone(), middle as u64);
        Ok([
            self.part(&records[..middle], first_tokens, options),
            self.part(&records[middle..], second_tokens, options),
        ])
    }

    fn part(&self, records: &[Record], tokens: Tokens<T>, options: &ProducerOptions) -> Self {
        let mut builder = BatchBuilder::new(batch_options(options));
        for record in records {
            let headers: Vec<(&[u8], Option<&[u8]>)> = record
                .headers
                .iter()
                .map(|header| (header.key.as_ref(), header.value.as_deref()))
                .collect();
            let (key, value) = (record.key.as_deref(), record.value.as_deref());
            builder.append_with_headers(record.timestamp, key, value, &headers);
        }
        Self {
            partition: self.partition.clone(),
            opened: self.opened,
            numbered: None,
            order: self.order,
            tried: false,
            records: records.len(),
            size: builder.size(),
            content: Content::Gathered(Box::new(builder)),
            tokens,
        }
    }
}

/// Tokens of the first so many records, and those of the others.
fn cut_tokens<T: Clone>(tokens: Tokens<T>, at: u64) -> (Tokens<T>, Tokens<T>) {
    let (mut first, mut second, mut left) = (Vec::new(), Vec::new(), at);
    for (token, count) in tokens {
        let before = count.min(left);
        left -= before;
        if before > 0 {
            first.push((token.clone(), before));
        }
        if count > before {
            second.push((token, count - before));
        }
    }
    (first, second)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_cut_where_the_records_are() {
        let tokens = vec![('a', 3), ('b', 2)];
        assert_eq!(
            cut_tokens(tokens.clone(), 2),
            (vec![('a', 2)], vec![('a', 1), ('b', 2)])
        );
        assert_eq!(cut_tokens(tokens, 3), (vec![('a', 3)], vec![('b', 2)]));
    }
}
