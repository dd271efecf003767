//! Whether a value is within the bounds of its row, with Kafka's messages.

use super::{ConfigDef, ConfigValue, Validator};
use crate::ConfigError;

impl ConfigDef {
    /// Whether a value of the right type is within bounds.
    ///
    /// # Errors
    /// It is not; the message is Kafka's.
    pub(super) fn check_bounds(&self, value: &ConfigValue) -> Result<(), ConfigError> {
        match (self.validator, value) {
            (Validator::AtLeast(min), ConfigValue::Number(number)) => {
                self.at_least(*number >= min, value, min)
            }
            (Validator::Between(min, max), ConfigValue::Number(number)) => {
                self.at_least(*number >= min, value, min)?;
                self.no_more_than(*number <= max, value, max)
            }
            (Validator::AtLeast(min), ConfigValue::Double(number)) => {
                self.at_least(*number >= min as f64, value, min)
            }
            (Validator::Between(min, max), ConfigValue::Double(number)) => {
                self.at_least(*number >= min as f64, value, min)?;
                self.no_more_than(*number <= max as f64, value, max)
            }
            (Validator::BetweenFractions(min, max), ConfigValue::Double(number)) => {
                self.at_least(*number >= min, value, min)?;
                self.no_more_than(*number <= max, value, max)
            }
            (Validator::GzipLevel, ConfigValue::Number(level)) => {
                self.require((1..=9).contains(level) || *level == -1, value, || {
                    "Value must be between 1 and 9 or equal to -1".to_owned()
                })
            }
            (validator, ConfigValue::Text(text)) => self.check_text(validator, text, value),
            (validator, ConfigValue::List(elements)) => self.check_list(validator, elements, value),
            _ => Ok(()),
        }
    }

    fn check_text(&self, validator: Validator, text: &str, value: &ConfigValue) -> Result<(), ConfigError> {
        match validator {
            Validator::OneOf(words) => self.require(words.contains(&text), value, || {
                format!("String must be one of: {}", words.join(", "))
            }),
            Validator::OneOfIgnoringCase(words) => {
                let is_known = words.iter().any(|word| word.eq_ignore_ascii_case(text));
                self.require(is_known, value, || {
                    format!("String must be one of (case insensitive): {}", words.join(", "))
                })
            }
            Validator::NonEmpty => {
                self.require(!text.is_empty(), value, || "String must be non-empty".to_owned())
            }
            Validator::OffsetReset if !is_offset_reset(text) => Err(ConfigError::Refused(format!(
                "Invalid value `{text}` for configuration {}. The value must be either 'earliest', 'latest' or of \
                 the format 'by_duration:<PnDTnHnMn.nS.>'.",
                self.name
            ))),
            _ => Ok(()),
        }
    }

    fn check_list(
        &self,
        validator: Validator,
        elements: &[String],
        value: &ConfigValue,
    ) -> Result<(), ConfigError> {
        let name = self.name;
        match validator {
            Validator::ThrottledReplicas => self.require(is_throttled_replicas(elements), value, || {
                format!(
                    "{name} must be the literal '*' or a list of replicas in the following format: \
                     [partitionId]:[brokerId],[partitionId]:[brokerId],..."
                )
            }),
            Validator::Distinct => self.check_no_blank(elements),
            Validator::NonEmptyDistinct if elements.is_empty() => Err(ConfigError::Refused(format!(
                "Configuration '{name}' must not be empty. Valid values include: any non-empty value"
            ))),
            Validator::NonEmptyDistinct => self.check_no_blank(elements),
            Validator::EachOneOf(words) => {
                self.check_no_blank(elements)?;
                match elements.iter().find(|element| !words.contains(&element.as_str())) {
                    Some(unknown) => Err(ConfigError::InvalidValue {
                        name: name.to_owned(),
                        value: unknown.clone(),
                        reason: format!("String must be one of: {}", words.join(", ")),
                    }),
                    None => Ok(()),
                }
            }
            _ => Ok(()),
        }
    }

    fn check_no_blank(&self, elements: &[String]) -> Result<(), ConfigError> {
        let name = self.name;
        if elements.iter().any(String::is_empty) {
            return Err(ConfigError::Refused(format!(
                "Configuration '{name}' values must not be empty."
            )));
        }
        Ok(())
    }

    fn at_least(
        &self,
        holds: bool,
        value: &ConfigValue,
        min: impl std::fmt::Display,
    ) -> Result<(), ConfigError> {
        self.require(holds, value, || format!("Value must be at least {min}"))
    }

    fn no_more_than(
        &self,
        holds: bool,
        value: &ConfigValue,
        max: impl std::fmt::Display,
    ) -> Result<(), ConfigError> {
        self.require(holds, value, || format!("Value must be no more than {max}"))
    }

    fn require(
        &self,
        holds: bool,
        value: &ConfigValue,
        reason: impl FnOnce() -> String,
    ) -> Result<(), ConfigError> {
        if holds {
            return Ok(());
        }
        let shown = match value {
            ConfigValue::List(elements) => format!("[{}]", elements.join(", ")),
            other => other.canonical(),
        };
        Err(ConfigError::InvalidValue {
            name: self.name.to_owned(),
            value: shown,
            reason: reason(),
        })
    }
}

fn is_throttled_replicas(elements: &[String]) -> bool {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_pair = |element: &String| {
        element
            .split_once(':')
            .is_some_and(|(partition, broker)| is_number(partition) && is_number(broker))
    };
    elements.is_empty() || elements == ["*"] || elements.iter().all(is_pair)
}

fn is_offset_reset(text: &str) -> bool {
    match text.to_ascii_lowercase().as_str() {
        "earliest" | "latest" => true,
        other => other.strip_prefix("by_duration:").is_some_and(is_duration),
    }
}

/// A duration as Java reads it, in lower case: `pnDtnHnMn.nS` with at least one part, not negative.
fn is_duration(text: &str) -> bool {
    let Some(rest) = text.strip_prefix('p') else {
        return false;
    };
    let (days, time) = match rest.split_once('t') {
        Some((days, time)) if !time.is_empty() => (days, time),
        Some(_) => return false,
        None => (rest, ""),
    };
    let parts_in_order = |text: &str, units: &str| -> bool {
        let mut rest = text;
        let mut units = units.chars();
        while !rest.is_empty() {
            let digits = rest
                .find(|letter: char| !letter.is_ascii_digit() && letter != '.')
                .unwrap_or(rest.len());
            let (number, tail) = rest.split_at(digits);
            let Some(unit) = tail.chars().next() else {
                return false;
            };
            let is_number = !number.is_empty() && (unit == 's' || !number.contains('.'));
            if !is_number || !units.any(|known| known == unit) {
                return false;
            }
            rest = &tail[unit.len_utf8()..];
        }
        true
    };
    !rest.is_empty() && parts_in_order(days, "d") && parts_in_order(time, "hms")
}
