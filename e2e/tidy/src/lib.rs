//! Repository rules that clippy cannot express, as tests without dependencies.
