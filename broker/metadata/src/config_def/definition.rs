//! What a row of the tables says.

use std::fmt;

/// One configuration.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ConfigDef {
    /// Its name, as in Kafka.
    pub name: &'static str,
    /// What its text is read as.
    pub kind: ConfigType,
    /// Its value when nobody sets one.
    pub default: DefaultValue,
    /// What is valid beside the type.
    pub validator: Validator,
    /// How much it matters, by Kafka's judgement.
    pub importance: Importance,
    /// When it may be changed.
    pub update_mode: UpdateMode,
    /// Whether DescribeConfigs shows it.
    pub visibility: Visibility,
    /// Whether it changes anything here.
    pub acts: Acts,
    /// The broker configurations that it falls back to, first that is set wins.
    pub synonyms: &'static [Synonym],
    /// What it is for.
    pub doc: &'static str,
}

/// What the text of a value is read as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConfigType {
    /// `true` or `false`.
    Boolean,
    /// Any text.
    String,
    /// 32 bits.
    Int,
    /// 16 bits.
    Short,
    /// 64 bits.
    Long,
    /// A floating number.
    Double,
    /// Texts separated by commas.
    List,
    /// The name of a Java class.
    Class,
    /// A text that is never shown.
    Password,
}

impl ConfigType {
    /// The number in DescribeConfigs responses.
    pub const fn code(self) -> i8 {
        match self {
            Self::Boolean => 1,
            Self::String => 2,
            Self::Int => 3,
            Self::Short => 4,
            Self::Long => 5,
            Self::Double => 6,
            Self::List => 7,
            Self::Class => 8,
            Self::Password => 9,
        }
    }
}

impl fmt::Display for ConfigType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Boolean => "BOOLEAN",
            Self::String => "STRING",
            Self::Int => "INT",
            Self::Short => "SHORT",
            Self::Long => "LONG",
            Self::Double => "DOUBLE",
            Self::List => "LIST",
            Self::Class => "CLASS",
            Self::Password => "PASSWORD",
        })
    }
}

/// The value when nobody sets one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DefaultValue {
    /// Somebody must set it.
    Required,
    /// None.
    Null,
    /// This text.
    Value(&'static str),
}

/// What is valid beside the type.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Validator {
    /// Every value of the type.
    Any,
    /// A number that is not smaller.
    AtLeast(i64),
    /// A number within both bounds.
    Between(i64, i64),
    /// A floating number within both bounds.
    BetweenFractions(f64, f64),
    /// One of these texts.
    OneOf(&'static [&'static str]),
    /// One of these texts in any case.
    OneOfIgnoringCase(&'static [&'static str]),
    /// A list of these, each at most once.
    EachOneOf(&'static [&'static str]),
    /// A list that names nothing twice.
    Distinct,
    /// A list that names something, and nothing twice.
    NonEmptyDistinct,
    /// A text that is not empty.
    NonEmpty,
    /// A text that is given.
    NonNull,
    /// 1 to 9, or -1 for the codec's own default.
    GzipLevel,
    /// `*` or pairs `partition:broker`.
    ThrottledReplicas,
    /// `earliest`, `latest` or `by_duration:` with an ISO 8601 duration (KIP-1106).
    OffsetReset,
}

/// How much a configuration matters, by Kafka's judgement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Importance {
    /// Look at it before you run a cluster.
    High,
    /// Look at it when you tune.
    Medium,
    /// Seldom touched.
    Low,
}

/// When a configuration may be changed (KIP-226).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UpdateMode {
    /// With a restart only.
    ReadOnly,
    /// While the broker runs, for each broker.
    PerBroker,
    /// While the broker runs, for each broker or for all.
    ClusterWide,
    /// At any time: it belongs to a topic, group or subscription.
    OfResource,
}

/// Whether DescribeConfigs shows a configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Visibility {
    /// Shown.
    Public,
    /// Understood, but not shown.
    Internal,
    /// Not in the properties file: it can only be set while the broker runs.
    DynamicOnly,
}

/// Whether a configuration changes anything here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Acts {
    /// It does.
    Yes,
    /// It is described, checked and kept, and changes nothing; why not.
    No(&'static str),
}

/// A broker configuration that another one falls back to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Synonym {
    /// In the same unit.
    Same(&'static str),
    /// In minutes, where ours is in milliseconds.
    Minutes(&'static str),
    /// In hours, where ours is in milliseconds.
    Hours(&'static str),
}

impl Synonym {
    /// Name of the broker configuration.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Same(name) | Self::Minutes(name) | Self::Hours(name) => name,
        }
    }

    /// What a number there is multiplied by.
    pub const fn scale(self) -> i64 {
        match self {
            Self::Same(_) => 1,
            Self::Minutes(_) => 60_000,
            Self::Hours(_) => 3_600_000,
        }
    }
}

impl ConfigDef {
    /// The default as text; none when it is null or must be set.
    pub const fn default_text(&self) -> Option<&'static str> {
        match self.default {
            DefaultValue::Value(text) => Some(text),
            DefaultValue::Null | DefaultValue::Required => None,
        }
    }

    /// Whether the value is never shown.
    pub const fn is_sensitive(&self) -> bool {
        matches!(self.kind, ConfigType::Password)
    }

    /// Whether it may be changed while the broker runs.
    pub const fn is_dynamic(&self) -> bool {
        !matches!(self.update_mode, UpdateMode::ReadOnly)
    }
}
