//! One partition: its log, who leads it, who is in sync.
