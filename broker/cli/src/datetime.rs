//! Moments as people write them, `2026-01-31T18:00:00.250+01:00`, to milliseconds since 1970 and back.
//!
//! Without a zone a moment is UTC, as in Kafka's tools. Days are counted in the proleptic Gregorian calendar.

use broker_model::Timestamp;

const DAY_MS: i64 = 86_400_000;
/// Days from 0000-03-01 to 1970-01-01; years begin in March so that the leap day is their last.
const DAYS_TO_1970: i64 = 719_468;
const DAYS_IN_400_YEARS: i64 = 146_097;

/// Reads a moment.
///
/// # Errors
/// The text is none.
pub(crate) fn parse_datetime(text: &str) -> Result<Timestamp, String> {
    parse(text).ok_or_else(|| {
        format!(
            "{text:?} is no moment: write 2026-01-31, 2026-01-31T18:00:00 or 2026-01-31T18:00:00.250+01:00"
        )
    })
}

fn parse(text: &str) -> Option<Timestamp> {
    let (date, rest) = text.split_at_checked(10)?;
    let mut parts = date.splitn(3, '-');
    let year = digits(parts.next()?, 4)?;
    let month = digits(parts.next()?, 2)?;
    let day = digits(parts.next()?, 2)?;
    if !(1..=12).contains(&month) || day < 1 || day > days_in_month(year, month) {
        return None;
    }
    let midnight = days_since_1970(year, month, day) * DAY_MS;
    if rest.is_empty() {
        return Some(Timestamp::from_ms(midnight));
    }
    let rest = rest.strip_prefix(['T', 't', ' '])?;
    let zone_at = rest.find(['Z', 'z', '+', '-']).unwrap_or(rest.len());
    let (time, zone) = rest.split_at(zone_at);
    Some(Timestamp::from_ms(
        midnight + time_of_day_ms(time)? - zone_ms(zone)?,
    ))
}

fn time_of_day_ms(text: &str) -> Option<i64> {
    let (clock, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let mut parts = clock.splitn(3, ':');
    let hour = digits(parts.next()?, 2)?;
    let minute = digits(parts.next()?, 2)?;
    let second = parts.next().map_or(Some(0), |second| digits(second, 2))?;
    if hour > 23 || minute > 59 || second > 59 || fraction.is_empty() || fraction.len() > 9 {
        return None;
    }
    let ms = digits(&format!("{fraction:0<3}")[..3], 3)?;
    if !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Some(((hour * 60 + minute) * 60 + second) * 1000 + ms)
}

/// `Z`, `+01:00`, `+0100` or `+01`; nothing is UTC.
fn zone_ms(text: &str) -> Option<i64> {
    if text.is_empty() || text.eq_ignore_ascii_case("z") {
        return Some(0);
    }
    let (sign, rest) = text.split_at_checked(1)?;
    let plain = rest.replace(':', "");
    let (hours, minutes) = match plain.len() {
        2 => (digits(&plain, 2)?, 0),
        4 => (digits(plain.get(..2)?, 2)?, digits(plain.get(2..)?, 2)?),
        _ => return None,
    };
    if hours > 18 || minutes > 59 {
        return None;
    }
    let ms = (hours * 60 + minutes) * 60_000;
    Some(if sign == "-" { -ms } else { ms })
}

fn digits(text: &str, count: usize) -> Option<i64> {
    if text.len() != count || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
}

fn days_in_month(year: i64, month: i64) -> i64 {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let days = of_era * 365 + of_era / 4 - of_era / 100 + of_year;
    era * DAYS_IN_400_YEARS + days - DAYS_TO_1970
}

/// The moment in UTC with milliseconds; what has no year of four digits stays a number.
pub(crate) fn format_datetime(moment: Timestamp) -> String {
    let ms = moment.as_ms();
    let days = ms.div_euclid(DAY_MS).saturating_add(DAYS_TO_1970);
    let (era, of_era) = (
        days.div_euclid(DAYS_IN_400_YEARS),
        days.rem_euclid(DAYS_IN_400_YEARS),
    );
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = era * 400 + year_of_era + i64::from(month <= 2);
    if !(0..=9999).contains(&year) {
        return ms.to_string();
    }
    let of_day = ms.rem_euclid(DAY_MS);
    let (hour, minute, second) = (of_day / 3_600_000, of_day / 60_000 % 60, of_day / 1000 % 60);
    format!(
        "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{:03}Z",
        of_day % 1000
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_read_with_and_without_zone() {
        for (text, ms) in [
            ("1970-01-01", 0),
            ("1970-01-01T00:00:00.001", 1),
            ("2026-11-21T07:44:27.545Z", 1_795_247_067_545),
            ("2026-11-21T08:44:27.545+01:00", 1_795_247_067_545),
            ("2026-11-21T02:14:27.545-0530", 1_795_247_067_545),
            ("2000-02-29 12:00", 951_825_600_000),
            ("1969-12-31T23:59:59.999Z", -1),
        ] {
            assert_eq!(parse_datetime(text), Ok(Timestamp::from_ms(ms)), "{text}");
        }
    }

    #[test]
    fn what_is_no_moment_is_refused() {
        for text in [
            "",
            "yesterday",
            "2026-13-01",
            "2026-02-29",
            "2026-01-31T25:00:00",
            "2026-01-31T12",
            "2026-01-31T12:00:00+99:00",
            "2026-01-31T12:00:00.",
            "2026-1-1",
            "２０２６-01-01",
        ] {
            assert!(parse_datetime(text).is_err(), "{text}");
        }
    }

    #[test]
    fn what_is_written_is_read_as_the_same_moment() {
        for ms in [0, -1, 951_825_600_000, 1_795_247_067_545, 253_402_300_799_999] {
            let moment = Timestamp::from_ms(ms);
            assert_eq!(parse_datetime(&format_datetime(moment)), Ok(moment));
        }
        assert_eq!(
            format_datetime(Timestamp::from_ms(i64::MAX)),
            i64::MAX.to_string()
        );
        assert_eq!(
            format_datetime(Timestamp::from_ms(i64::MIN)),
            i64::MIN.to_string()
        );
    }
}
