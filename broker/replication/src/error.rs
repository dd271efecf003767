//! What a partition refuses, by operation. The Kafka error codes are chosen in the server's error mapping.
