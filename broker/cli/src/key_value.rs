//! `name=value` on the command line: configurations and headers.

use std::str::FromStr;

/// A name and a value; the value may be empty and may hold further `=`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct KeyValue {
    pub(crate) key: String,
    pub(crate) value: String,
}

impl FromStr for KeyValue {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once('=') {
            Some((key, value)) if !key.trim().is_empty() => Ok(Self {
                key: key.trim().to_owned(),
                value: value.to_owned(),
            }),
            _ => Err(format!("{text:?} is no name=value")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_equals_sign_ends_the_name() {
        let pair: KeyValue = "a.b=c=d,e".parse().unwrap();
        assert_eq!((pair.key.as_str(), pair.value.as_str()), ("a.b", "c=d,e"));
        assert_eq!("a=".parse::<KeyValue>().unwrap().value, "");
        assert!("=a".parse::<KeyValue>().is_err());
        assert!("a".parse::<KeyValue>().is_err());
    }
}
