//! How bytes of the two tiers get into a status, of a cluster as of a topic.
//!
//! They change with every record, and a status is an object that everybody watches. Invariant: while they change they are
//! told once a minute at most, and once they rest nothing is written.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
use k8s_openapi::jiff::Timestamp;
use operator_api::tiering::TieringStatus;

use crate::facts::TierBytes;

/// Seconds for which what was told stays.
const TOLD: i64 = 60;
/// Steps in which the age of a copy that is late is told: a few seconds are no news.
const STEP: i64 = 10;

/// What the status says now.
pub(crate) fn told(bytes: TierBytes, old: Option<&TieringStatus>, now: Timestamp) -> TieringStatus {
    let news = TieringStatus {
        local_bytes: bytes.local_bytes,
        remote_bytes: bytes.remote_bytes,
        copy_lag_bytes: bytes.lag_bytes,
        copy_lag_seconds: bytes.lag_ms / 1_000 / STEP * STEP,
        observed_time: Some(Time(now)),
    };
    match old {
        Some(old) if is_fresh(old, now) || is_near(old, &news) => old.clone(),
        _ => news,
    }
}

fn is_fresh(old: &TieringStatus, now: Timestamp) -> bool {
    let then = old.observed_time.as_ref().map(|time| time.0.as_second());
    then.is_some_and(|then| (0..TOLD).contains(&(now.as_second() - then)))
}

fn is_near(old: &TieringStatus, news: &TieringStatus) -> bool {
    [
        (old.local_bytes, news.local_bytes, 100),
        (old.remote_bytes, news.remote_bytes, 100),
        (old.copy_lag_bytes, news.copy_lag_bytes, 100),
        (old.copy_lag_seconds, news.copy_lag_seconds, 10),
    ]
    .into_iter()
    .all(|(old, news, part)| (old - news).abs() <= old.max(news) / part)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KIB: i64 = 1_024;

    fn bytes(remote_bytes: i64, lag_ms: i64) -> TierBytes {
        TierBytes {
            remote_bytes,
            lag_ms,
            ..TierBytes::default()
        }
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn bytes_that_grow_every_second_are_told_once_a_minute() {
        let mut last = None;
        let mut writes = 0;
        for second in 0..600 {
            let news = told(bytes((second + 1) * 1_000 * KIB, 0), last.as_ref(), at(second));
            writes += usize::from(last.as_ref() != Some(&news));
            last = Some(news);
        }
        assert_eq!(writes, 10);
    }

    #[test]
    fn what_rests_is_not_told_again() {
        let first = told(bytes(7, 0), None, at(0));
        assert_eq!(told(bytes(7, 0), Some(&first), at(100_000)), first);
    }

    #[test]
    fn a_hundredth_is_no_news_and_a_first_byte_is() {
        let first = told(bytes(1_000, 0), None, at(0));
        assert_eq!(told(bytes(1_010, 0), Some(&first), at(61)), first);
        assert_eq!(told(bytes(1_020, 0), Some(&first), at(61)).remote_bytes, 1_020);
        let none = told(bytes(0, 0), None, at(0));
        assert_eq!(told(bytes(1, 0), Some(&none), at(61)).remote_bytes, 1);
    }

    #[test]
    fn a_lag_of_seconds_is_none_and_a_long_one_is_told_ever_more_seldom() {
        let seconds = |ms, old: Option<&TieringStatus>, now| told(bytes(0, ms), old, at(now));
        assert_eq!(seconds(9_999, None, 0).copy_lag_seconds, 0);
        let late = seconds(1_009_000, None, 0);
        assert_eq!(late.copy_lag_seconds, 1_000);
        assert_eq!(seconds(1_100_000, Some(&late), 90), late);
        assert_eq!(seconds(1_200_000, Some(&late), 190).copy_lag_seconds, 1_200);
    }
}
