//! Where the admin service listens, and whether it may.

use std::net::IpAddr;

/// Whether the admin service may be reached from elsewhere although nothing is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlaintextNetwork {
    /// Only this machine may reach it.
    Refused,
    /// The network is trusted (`eddyline.admin.allow.plaintext`).
    Allowed,
}

/// Where the admin service listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdminServiceConfig {
    /// Host to bind; empty for every interface.
    pub host: String,
    /// Port to bind; 0 for any free one.
    pub port: u16,
    /// Whether others may reach it.
    pub plaintext: PlaintextNetwork,
}

impl AdminServiceConfig {
    /// Reads `host:port`, `[v6]:port` or `:port`; none when it is none of them.
    pub fn parse(listener: &str, plaintext: PlaintextNetwork) -> Option<Self> {
        let (host, port) = listener.trim().rsplit_once(':')?;
        let is_bare_v6 = host.contains(':') && !host.starts_with('[');
        (!is_bare_v6).then_some(())?;
        Some(Self {
            host: host.trim_start_matches('[').trim_end_matches(']').to_owned(),
            port: port.parse().ok()?,
            plaintext,
        })
    }

    /// Whether the address may be bound, as far as its text tells: a name other than `localhost` may mean anything.
    pub fn may_be_bound(&self) -> bool {
        let is_local = match self.host.parse::<IpAddr>() {
            Ok(ip) => ip.is_loopback(),
            Err(_) => self.host == "localhost",
        };
        is_local || self.plaintext == PlaintextNetwork::Allowed
    }

    /// Whether it may listen there.
    pub fn may_listen_on(&self, ip: IpAddr) -> bool {
        ip.is_loopback() || self.plaintext == PlaintextNetwork::Allowed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(listener: &str, plaintext: PlaintextNetwork) -> AdminServiceConfig {
        AdminServiceConfig::parse(listener, plaintext).unwrap()
    }

    #[test]
    fn a_listener_is_a_host_and_a_port() {
        let parsed = |text| {
            let config = AdminServiceConfig::parse(text, PlaintextNetwork::Refused)?;
            Some((config.host, config.port))
        };
        assert_eq!(parsed("127.0.0.1:9645"), Some(("127.0.0.1".to_owned(), 9645)));
        assert_eq!(parsed("[::1]:80"), Some(("::1".to_owned(), 80)));
        assert_eq!(parsed(":80"), Some((String::new(), 80)));
        for wrong in ["", "80", "::1:x", "::1:80", "host:", "host:65536"] {
            assert_eq!(parsed(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn without_encryption_only_this_machine_reaches_it() {
        for local in ["127.0.0.1:1", "127.9.9.9:1", "[::1]:1", "localhost:1"] {
            assert!(config(local, PlaintextNetwork::Refused).may_be_bound(), "{local}");
        }
        for other in [
            ":1",
            "0.0.0.0:1",
            "[::]:1",
            "10.0.0.1:1",
            "localhost.evil.example:1",
        ] {
            assert!(
                !config(other, PlaintextNetwork::Refused).may_be_bound(),
                "{other}"
            );
            assert!(config(other, PlaintextNetwork::Allowed).may_be_bound(), "{other}");
        }
        let other = IpAddr::from([10, 0, 0, 1]);
        assert!(!config("localhost:1", PlaintextNetwork::Refused).may_listen_on(other));
        assert!(config("localhost:1", PlaintextNetwork::Allowed).may_listen_on(other));
    }
}
