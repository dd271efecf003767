//! How a client behaves: names, deadlines, sizes.

use std::time::Duration;

use broker_codec::StringBytes;

/// Settings of a [`crate::Client`]; the default suits interactive use.
#[derive(Clone, Debug)]
pub struct ClientOptions {
    /// Name that the brokers see in request headers and logs.
    pub client_id: StringBytes,
    /// Longest wait for a TCP connection and for agreeing on versions.
    pub connect_timeout: Duration,
    /// Longest wait for one answer.
    pub request_timeout: Duration,
    /// How long a call is tried again in all.
    pub call_timeout: Duration,
    /// First wait before trying again; it doubles each time.
    pub back_off: Duration,
    /// Longest wait before trying again.
    pub back_off_max: Duration,
    /// Age at which what is known about the cluster is asked for again.
    pub metadata_max_age: Duration,
    /// Whether asking for a topic that does not exist may make it, if the brokers do so.
    pub auto_create_topics: bool,
    /// Largest answer that is accepted, in bytes.
    pub response_size_max: usize,
}

impl Default for ClientOptions {
    fn default() -> Self {
        Self {
            client_id: StringBytes::from_static("eddyline"),
            connect_timeout: Duration::from_secs(10),
            request_timeout: Duration::from_secs(30),
            call_timeout: Duration::from_secs(60),
            back_off: Duration::from_millis(50),
            back_off_max: Duration::from_secs(1),
            metadata_max_age: Duration::from_secs(300),
            auto_create_topics: false,
            response_size_max: 256 << 20,
        }
    }
}
