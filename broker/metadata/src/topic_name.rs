//! Which texts can name a topic.

/// Longest legal name in bytes: with a partition number it must still fit into a directory's name.
pub const TOPIC_NAME_LENGTH_MAX: usize = 249;

/// Whether a topic may be called so: 1 to 249 of `a-zA-Z0-9._-`, and neither `.` nor `..`.
pub fn is_legal_topic_name(name: &str) -> bool {
    (1..=TOPIC_NAME_LENGTH_MAX).contains(&name.len())
        && !matches!(name, "." | "..")
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_what_can_name_a_directory() {
        let longest = "x".repeat(TOPIC_NAME_LENGTH_MAX);
        for good in ["a", "A.b_c-9", "...", longest.as_str()] {
            assert!(is_legal_topic_name(good), "{good}");
        }
        let too_long = "x".repeat(TOPIC_NAME_LENGTH_MAX + 1);
        for bad in ["", ".", "..", "a b", "ok/no", "é", too_long.as_str()] {
            assert!(!is_legal_topic_name(bad), "{bad}");
        }
    }
}
