//! Names and numbers of things: brokers, clusters, directories, topics, partitions, group members.

use std::fmt;
use std::sync::Arc;

use crate::Uuid;

macro_rules! number_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(i32);

        impl $name {
            /// Kafka's wire value for "none": -1.
            pub const NONE: Self = Self(-1);

            /// Takes a raw wire or disk value.
            pub const fn new(value: i32) -> Self {
                Self(value)
            }

            /// The raw wire or disk value.
            pub const fn value(self) -> i32 {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

number_id!(
    /// Number of a node (`node.id`), broker or controller.
    BrokerId
);
number_id!(
    /// Number of a partition in its topic, from 0.
    PartitionIndex
);
number_id!(
    /// Counts the completed rebalances of a classic consumer group.
    GenerationId
);

macro_rules! uuid_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl $name {
            /// The all-zero id, Kafka's "not given".
            pub const ZERO: Self = Self(Uuid::ZERO);

            /// Names a UUID as this id.
            pub const fn new(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// The UUID itself.
            pub const fn uuid(self) -> Uuid {
                self.0
            }

            /// Whether the id is the all-zero "not given".
            pub fn is_zero(self) -> bool {
                self.0 == Uuid::ZERO
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

uuid_id!(
    /// Identity of a topic; a topic made again under the same name has another one (KIP-516).
    TopicId
);
uuid_id!(
    /// Identity of a log directory (KIP-858).
    DirectoryId
);

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Arc<str>);

        impl $name {
            /// Takes the text of the id.
            pub fn new(text: impl Into<Arc<str>>) -> Self {
                Self(text.into())
            }

            /// The text of the id.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

text_id!(
    /// Identity of a cluster: a UUID in Kafka's base64 text form, but any text is accepted.
    ClusterId
);
text_id!(
    /// Identity that a group coordinator gave to a member.
    MemberId
);
