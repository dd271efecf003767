//! Takes out of an answer what differs from run to run: ids, times, addresses, sizes, and the order of what Kafka keeps in maps.

use serde_json::Value;

/// Fields whose value is different in every run, on every machine.
const FLEETING: &[&str] = &[
    "broker_epoch",
    "cluster_id",
    "end_offset_lag",
    "finalized_features_epoch",
    "high_watermark",
    "host",
    "last_caught_up_timestamp",
    "last_fetch_timestamp",
    "last_timestamp",
    "log_dir",
    "log_end_offset",
    "max_block_age_ms",
    "partition_size",
    "port",
    "producer_id",
    "current_producer_epoch",
    "session_id",
    "throttle_time_ms",
    "total_bytes",
    "usable_bytes",
];

/// Stands for any sentence: we tell errors in our own words.
pub const WORDS: &str = "<words>";
const ZERO_ID: &str = "AAAAAAAAAAAAAAAAAAAAAA";
const CHOSEN_IDS: &[&str] = &[ZERO_ID, "ESIzRFVmdwUBAgMEBQYHCA"];
const MILLISECONDS_OF_THIS_CENTURY: std::ops::Range<i64> = 1_500_000_000_000..9_000_000_000_000;

/// The answer in normal form.
#[must_use]
pub fn of(answer: &Value, run: &str) -> Value {
    form("", answer, run)
}

fn form(name: &str, value: &Value, run: &str) -> Value {
    match value {
        Value::Object(fields) => fields
            .iter()
            .map(|(name, value)| (name.clone(), form(name, value, run)))
            .collect(),
        Value::Array(elements) => {
            let mut elements: Vec<Value> = elements.iter().map(|element| form(name, element, run)).collect();
            if name != "records" {
                elements.sort_by_cached_key(Value::to_string);
            }
            Value::Array(elements)
        }
        Value::Number(number) => match number.as_i64() {
            Some(number) if is_fleeting(name) && (number > 0 || number == 0 && name == "producer_id") => {
                Value::from("<number>")
            }
            Some(number) if MILLISECONDS_OF_THIS_CENTURY.contains(&number) => Value::from("<time>"),
            _ => value.clone(),
        },
        Value::String(_) if is_fleeting(name) => Value::from("<text>"),
        Value::String(text) => Value::from(form_text(name, text, run)),
        other => other.clone(),
    }
}

fn is_fleeting(name: &str) -> bool {
    FLEETING.contains(&name)
}

fn form_text(name: &str, text: &str, run: &str) -> String {
    if (name.ends_with("_id") || name.ends_with("directory"))
        && text.len() == 22
        && !text.starts_with("AAAAAAAAAAAAAAAAAAAA")
    {
        return if CHOSEN_IDS.contains(&text) {
            text.to_owned()
        } else {
            "<id>".to_owned()
        };
    }
    if name.ends_with("error_message") && !text.is_empty() {
        return WORDS.to_owned();
    }
    without_uuids(&text.replace(run, "${run}"))
}

/// `oracle-0b4bcd53-4fbb-4f42-8fd4-0d2f1c0b77c1` → `oracle-<uuid>`.
fn without_uuids(text: &str) -> String {
    const PATTERN: &[u8; 36] = b"xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
    let bytes = text.as_bytes();
    let is_uuid = |window: &[u8]| {
        window.iter().zip(PATTERN).all(|(byte, shape)| {
            if *shape == b'-' {
                *byte == b'-'
            } else {
                byte.is_ascii_hexdigit()
            }
        })
    };
    match bytes.windows(36).position(is_uuid) {
        Some(at) => format!("{}<uuid>{}", &text[..at], without_uuids(&text[at + 36..])),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_differs_between_runs_is_gone_and_the_rest_stays() {
        let answer = json!({
            "topics": [{ "name": "b-77f", "topic_id": "VfBkRXUHTbmIZbz0Mc3oyA" }, { "name": "a-77f", "topic_id": ZERO_ID }],
            "member_id": "oracle-0b4bcd53-4fbb-4f42-8fd4-0d2f1c0b77c1",
            "error_code": 3,
            "throttle_time_ms": 0,
        });
        let expected = json!({
            "topics": [{ "name": "a-${run}", "topic_id": ZERO_ID }, { "name": "b-${run}", "topic_id": "<id>" }],
            "member_id": "oracle-<uuid>",
            "error_code": 3,
            "throttle_time_ms": 0,
        });
        assert_eq!(of(&answer, "77f"), expected);
    }
}
