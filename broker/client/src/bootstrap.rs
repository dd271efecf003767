//! Addresses as people write them: `host:port`, `[::1]:9092`, several separated by commas.

use std::fmt;

use crate::ClientError;

/// A host and a port.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Endpoint {
    /// Name or address, without brackets.
    pub host: String,
    /// TCP port.
    pub port: u16,
}

impl Endpoint {
    /// Reads a bootstrap list.
    ///
    /// # Errors
    /// It is empty, or an address has no valid port.
    pub fn parse_list(text: &str) -> Result<Vec<Self>, ClientError> {
        let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
        let endpoints = parts.map(Self::parse).collect::<Result<Vec<_>, _>>()?;
        if endpoints.is_empty() {
            return Err(ClientError::InvalidAddress {
                address: text.to_owned(),
            });
        }
        Ok(endpoints)
    }

    fn parse(text: &str) -> Result<Self, ClientError> {
        let invalid = || ClientError::InvalidAddress {
            address: text.to_owned(),
        };
        let (host, port) = text.rsplit_once(':').ok_or_else(invalid)?;
        let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
        let host = match bare {
            Some(inner) => inner,
            None if host.contains(':') => return Err(invalid()),
            None => host,
        };
        if host.is_empty() {
            return Err(invalid());
        }
        Ok(Self {
            host: host.to_owned(),
            port: port.parse().map_err(|_| invalid())?,
        })
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            return write!(f, "[{}]:{}", self.host, self.port);
        }
        write!(f, "{}:{}", self.host, self.port)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_both_address_families_are_read() {
        let list = Endpoint::parse_list("a.example:9092, 127.0.0.1:1,[::1]:9092").unwrap();
        let texts: Vec<String> = list.iter().map(Endpoint::to_string).collect();
        assert_eq!(texts, ["a.example:9092", "127.0.0.1:1", "[::1]:9092"]);
        assert_eq!(list[2].host, "::1");
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for text in ["", ",", "host", "host:", ":9092", "host:99999", "::1:9092"] {
            assert!(Endpoint::parse_list(text).is_err(), "{text}");
        }
    }
}
