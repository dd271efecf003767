//! Text to typed value and back, by Kafka's rules (`ConfigDef.parseType` and `convertToString`).

use std::collections::BTreeSet;

use super::{ConfigDef, ConfigType, Validator};
use crate::ConfigError;

/// The value of a configuration.
#[derive(Clone, Debug, PartialEq)]
pub enum ConfigValue {
    /// Of type boolean.
    Boolean(bool),
    /// Of type string, class or password.
    Text(String),
    /// Of type int, short or long.
    Number(i64),
    /// Of type double.
    Double(f64),
    /// Of type list.
    List(Vec<String>),
}

impl ConfigValue {
    /// The text that Kafka shows for the value: numbers without sign or leading zeros, lists without blanks.
    pub fn canonical(&self) -> String {
        match self {
            Self::Boolean(value) => value.to_string(),
            Self::Text(text) => text.clone(),
            Self::Number(number) => number.to_string(),
            Self::Double(number) => java_double(*number),
            Self::List(elements) => elements.join(","),
        }
    }
}

impl ConfigDef {
    /// Reads a text as this configuration's type, without asking whether it is within bounds.
    ///
    /// # Errors
    /// The text is not of the type.
    pub fn parse_value(&self, text: &str) -> Result<ConfigValue, ConfigError> {
        let trimmed = text.trim();
        let number = |parsed: Option<i64>| parsed.map(ConfigValue::Number);
        let parsed = match self.kind {
            ConfigType::Boolean if trimmed.eq_ignore_ascii_case("true") => Some(ConfigValue::Boolean(true)),
            ConfigType::Boolean if trimmed.eq_ignore_ascii_case("false") => Some(ConfigValue::Boolean(false)),
            ConfigType::Boolean => None,
            ConfigType::String | ConfigType::Class | ConfigType::Password => {
                Some(ConfigValue::Text(trimmed.to_owned()))
            }
            ConfigType::Int => number(trimmed.parse::<i32>().ok().map(i64::from)),
            ConfigType::Short => number(trimmed.parse::<i16>().ok().map(i64::from)),
            ConfigType::Long => number(trimmed.parse().ok()),
            ConfigType::Double => parse_double(trimmed).map(ConfigValue::Double),
            ConfigType::List => Some(ConfigValue::List(self.elements(trimmed))),
        };
        parsed.ok_or_else(|| ConfigError::InvalidValue {
            name: self.name.to_owned(),
            value: text.to_owned(),
            reason: match self.kind {
                ConfigType::Boolean => "Expected value to be either true or false".to_owned(),
                kind => format!("Not a number of type {kind}"),
            },
        })
    }

    /// Where nothing may stand twice, what does is read once (KIP-1161).
    fn elements(&self, trimmed: &str) -> Vec<String> {
        let mut elements = elements(trimmed);
        let keeps_one = matches!(
            self.validator,
            Validator::Distinct | Validator::NonEmptyDistinct | Validator::EachOneOf(_)
        );
        if keeps_one {
            let mut seen = BTreeSet::new();
            elements.retain(|element| seen.insert(element.clone()));
        }
        elements
    }

    /// Reads a text as this configuration's type, within its bounds.
    ///
    /// # Errors
    /// The text is not of the type, or out of bounds; the message is Kafka's.
    pub fn validate(&self, text: &str) -> Result<ConfigValue, ConfigError> {
        let value = self.parse_value(text)?;
        self.check_bounds(&value)?;
        Ok(value)
    }

    /// The text as Kafka shows it; as it is when it is not of the type.
    pub fn canonical(&self, text: &str) -> String {
        self.parse_value(text)
            .map_or_else(|_| text.to_owned(), |value| value.canonical())
    }
}

/// Kafka splits at commas with any blanks around; the empty text is the empty list, not a list of one empty text.
fn elements(trimmed: &str) -> Vec<String> {
    if trimmed.is_empty() {
        return Vec::new();
    }
    trimmed
        .split(',')
        .map(|element| element.trim().to_owned())
        .collect()
}

/// Java's reading of a double: a suffix for the type is allowed, Rust's words for infinity are not.
fn parse_double(text: &str) -> Option<f64> {
    let (negative, unsigned) = match text.strip_prefix(['+', '-']) {
        Some(rest) => (text.starts_with('-'), rest),
        None => (false, text),
    };
    let magnitude = match unsigned {
        "Infinity" => f64::INFINITY,
        "NaN" => f64::NAN,
        _ => {
            let digits = unsigned.strip_suffix(['d', 'D', 'f', 'F']).unwrap_or(unsigned);
            if !digits.starts_with(|first: char| first.is_ascii_digit() || first == '.') {
                return None;
            }
            digits.parse().ok()?
        }
    };
    Some(if negative { -magnitude } else { magnitude })
}

/// The text that Java's `Double.toString` makes: at least one digit after the point, and an exponent from 10^7 on and
/// below 10^-3.
pub fn java_double(number: f64) -> String {
    let magnitude = number.abs();
    if number.is_nan() {
        "NaN".to_owned()
    } else if number.is_infinite() {
        if number > 0.0 { "Infinity" } else { "-Infinity" }.to_owned()
    } else if magnitude == 0.0 || (1e-3..1e7).contains(&magnitude) {
        format!("{number:?}")
    } else {
        let text = format!("{number:E}");
        match text.split_once('E') {
            Some((mantissa, exponent)) if !mantissa.contains('.') => format!("{mantissa}.0E{exponent}"),
            _ => text,
        }
    }
}
