//! Numbers of bytes as people write them: `16384`, `16KiB`, `1MB`.

/// Reads a number of bytes.
///
/// # Errors
/// The text is none, or more than 2 GiB less one byte: no message of the protocol holds more.
pub(crate) fn parse_size(text: &str) -> Result<usize, String> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let factor = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "b" => Some(1),
        "kb" => Some(1000),
        "k" | "kib" => Some(1 << 10),
        "mb" => Some(1_000_000),
        "m" | "mib" => Some(1 << 20),
        "gb" => Some(1_000_000_000),
        "g" | "gib" => Some(1 << 30),
        _ => None,
    };
    let size = number
        .parse::<usize>()
        .ok()
        .zip(factor)
        .and_then(|(number, factor)| number.checked_mul(factor));
    match size {
        Some(size) if i32::try_from(size).is_ok() => Ok(size),
        _ => Err(format!(
            "{text:?} is no number of bytes below 2 GiB: write 16384, 16KiB or 1MB"
        )),
    }
}

/// Bytes in the largest unit that leaves a number before the point.
pub(crate) fn short(bytes: f64) -> String {
    let units = ["B", "KiB", "MiB", "GiB", "TiB"];
    let mut value = bytes;
    let mut unit = 0;
    while value >= 1024.0 && unit + 1 < units.len() {
        value /= 1024.0;
        unit += 1;
    }
    match unit {
        0 => format!("{value:.0} B"),
        unit => format!("{value:.2} {}", units[unit]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_in_units_of_1024_and_of_1000() {
        for (text, size) in [
            ("0", 0),
            ("16384", 16384),
            ("16KiB", 16384),
            ("16k", 16384),
            ("1MB", 1_000_000),
        ] {
            assert_eq!(parse_size(text), Ok(size), "{text}");
        }
        for text in ["", "k", "-1", "1.5k", "1x", "2GiB", "99999999999999999999"] {
            assert!(parse_size(text).is_err(), "{text}");
        }
    }

    #[test]
    fn sizes_are_shown_short() {
        assert_eq!(short(1023.0), "1023 B");
        assert_eq!(short(1536.0), "1.50 KiB");
    }
}
