//! Spans of time as people write them: `500ms`, `1h30m`, or Kafka's `P1DT2H`.

use std::time::Duration;

/// Reads a span of time.
///
/// # Errors
/// The text is none, or longer than can be counted in milliseconds.
pub fn parse_duration(text: &str) -> Result<Duration, String> {
    let wrong = || format!("{text:?} is no span of time: write 500ms, 10s, 1h30m, 7d or P1DT2H");
    let ms = match text.strip_prefix(['P', 'p']) {
        Some(iso) => parse_iso(iso),
        None => parse_units(
            text,
            &[("ms", 1), ("s", 1000), ("m", 60_000), ("h", HOUR), ("d", DAY)],
        ),
    };
    ms.map(Duration::from_millis).ok_or_else(wrong)
}

const HOUR: u64 = 3_600_000;
const DAY: u64 = 24 * HOUR;

/// What stands after the P of ISO 8601: days, then T, then hours, minutes, seconds.
fn parse_iso(text: &str) -> Option<u64> {
    let text = text.to_ascii_lowercase();
    let (days, times) = match text.split_once('t') {
        Some((days, times)) => (days, Some(times)),
        None => (text.as_str(), None),
    };
    let of_days = match days {
        "" => None,
        days => Some(parse_units(days, &[("w", 7 * DAY), ("d", DAY)])?),
    };
    let of_times = match times {
        Some(times) => Some(parse_units(times, &[("h", HOUR), ("m", 60_000), ("s", 1000)])?),
        None => None,
    };
    match (of_days, of_times) {
        (None, None) => None,
        (days, times) => days.unwrap_or(0).checked_add(times.unwrap_or(0)),
    }
}

/// Numbers with units, at least one; the longest unit that fits is taken.
fn parse_units(text: &str, units: &[(&str, u64)]) -> Option<u64> {
    let mut rest = text;
    let mut total = 0_u64;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, after) = rest.split_at(digits);
        let letters = after.find(|c: char| c.is_ascii_digit()).unwrap_or(after.len());
        let (unit, next) = after.split_at(letters);
        let (_, ms) = units.iter().find(|(name, _)| *name == unit)?;
        total = total.checked_add(times(number, *ms)?)?;
        rest = next;
    }
    Some(total)
}

fn times(number: &str, ms: u64) -> Option<u64> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let whole: u64 = whole.parse().ok()?;
    let mut total = whole.checked_mul(ms)?;
    let mut place = ms;
    for digit in fraction.chars() {
        place /= 10;
        total = total.checked_add(u64::from(digit.to_digit(10)?).checked_mul(place)?)?;
    }
    Some(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_read_as_people_and_as_kafka_write_them() {
        for (text, ms) in [
            ("500ms", 500),
            ("10s", 10_000),
            ("1.5s", 1500),
            ("1h30m", 5_400_000),
            ("7d", 604_800_000),
            ("0s", 0),
            ("P1D", 86_400_000),
            ("PT1H", 3_600_000),
            ("P1DT2H3M4.5S", 93_784_500),
            ("P2W", 1_209_600_000),
        ] {
            assert_eq!(parse_duration(text), Ok(Duration::from_millis(ms)), "{text}");
        }
    }

    #[test]
    fn what_is_no_span_is_refused() {
        for text in [
            "",
            "10",
            "s",
            "P",
            "PT",
            "1y",
            "1m2",
            "-5s",
            "1..5s",
            "99999999999999d",
            "1 s",
        ] {
            assert!(parse_duration(text).is_err(), "{text}");
        }
    }
}
