//! A message as the generator sees it: structures with fields in wire order, every version range resolved.

use std::fmt;

use serde_json::Value;

/// Versions from `lowest` to `highest`, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Versions {
    /// First version.
    pub lowest: i16,
    /// Last version.
    pub highest: i16,
}

impl Versions {
    /// Whether the version is one of these.
    pub fn contains(self, version: i16) -> bool {
        (self.lowest..=self.highest).contains(&version)
    }

    /// Whether all of `other` are among these.
    pub fn covers(self, other: Self) -> bool {
        self.contains(other.lowest) && self.contains(other.highest)
    }

    /// All versions in rising order.
    pub fn iter(self) -> impl Iterator<Item = i16> {
        self.lowest..=self.highest
    }
}

impl fmt::Display for Versions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.lowest == self.highest {
            return write!(f, "{}", self.lowest);
        }
        write!(f, "{}-{}", self.lowest, self.highest)
    }
}

/// What a message is for; decides the crate that it is generated into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Sent by a client.
    Request,
    /// Sent back.
    Response,
    /// Stands before a request or response.
    Header,
    /// Inside other messages, control records or small files.
    Data,
    /// Record of the topic of tiered-storage metadata.
    RemoteLog,
    /// Record of the metadata log.
    Metadata,
    /// Key of a coordinator's record.
    CoordinatorKey,
    /// Value of a coordinator's record.
    CoordinatorValue,
}

/// Type of a field or of an array's elements.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Type {
    /// Anything of fixed size: the Rust type, which also names the codec's functions.
    Number(&'static str),
    /// `bool`
    Bool,
    /// 16 bytes.
    Uuid,
    /// UTF-8.
    String,
    /// UTF-8, but anything is accepted.
    LossyString,
    /// Opaque bytes.
    Bytes,
    /// Record batches.
    Records,
    /// A structure of the same message.
    Struct(String),
    /// Elements of another type; never an array itself.
    Array(Box<Type>),
}

/// One field of a structure.
#[derive(Clone, Debug)]
pub struct Field {
    /// Name in snake case.
    pub name: String,
    /// Type of the value.
    pub ty: Type,
    /// Versions that have it.
    pub versions: Versions,
    /// Versions in which it may be null.
    pub nullable: Option<Versions>,
    /// Number, if it is a tagged field.
    pub tag: Option<u32>,
    /// Default, unless it is the zero of its type.
    pub default: Option<Value>,
    /// Whether it may be dropped when a version has no place for it.
    pub ignorable: bool,
    /// Whether its length has a fixed width even in flexible versions.
    pub plain: bool,
    /// Whether it identifies its element in an array.
    pub key: bool,
    /// What it names.
    pub entity: Option<String>,
}

/// A list of fields under a name.
#[derive(Clone, Debug)]
pub struct Structure {
    /// Name in camel case, unique in its message.
    pub name: String,
    /// Versions in which it can occur.
    pub versions: Versions,
    /// Fields in wire order.
    pub fields: Vec<Field>,
}

/// What is said about an API in its request's file.
#[derive(Clone, Debug, Default)]
pub struct Api {
    /// Versions that are advertised.
    pub stable: Option<Versions>,
    /// `broker`, `controller` or both.
    pub listeners: Vec<String>,
    /// Whether it needs the right to act for the cluster.
    pub cluster_action: bool,
    /// Whether a broker hands it to the controller.
    pub forwardable: bool,
}

/// One message.
#[derive(Clone, Debug)]
pub struct Message {
    /// Name in camel case.
    pub name: String,
    /// What it is for.
    pub kind: Kind,
    /// API key or record type.
    pub key: Option<i16>,
    /// Which coordinator's log a key or value belongs to.
    pub log: Option<String>,
    /// Valid versions.
    pub versions: Versions,
    /// First flexible version.
    pub flexible: Option<i16>,
    /// For requests.
    pub api: Api,
    /// The message itself comes first, then its parts.
    pub structures: Vec<Structure>,
}

impl Message {
    /// The structure of that name.
    pub fn structure(&self, name: &str) -> Option<&Structure> {
        self.structures.iter().find(|structure| structure.name == name)
    }

    /// Whether that version is flexible.
    pub fn is_flexible(&self, version: i16) -> bool {
        self.flexible.is_some_and(|first| version >= first)
    }

    /// Name of the module and of the file.
    pub fn module(&self) -> String {
        snake_case(&self.name)
    }

    /// Fewest bytes that an element of `ty` takes in any version that `structure` can occur in.
    pub fn min_size(&self, ty: &Type, versions: Versions) -> usize {
        versions
            .iter()
            .map(|version| self.min_size_at(ty, version))
            .min()
            .unwrap_or(1)
            .max(1)
    }

    fn min_size_at(&self, ty: &Type, version: i16) -> usize {
        match ty {
            Type::Number(name) => number_size(name),
            Type::Bool => 1,
            Type::Uuid => 16,
            _ if !matches!(ty, Type::Struct(_)) && self.is_flexible(version) => 1,
            Type::String | Type::LossyString => 2,
            Type::Bytes | Type::Records | Type::Array(_) => 4,
            Type::Struct(name) => self
                .structure(name)
                .map_or(0, |s| self.structure_size_at(s, version)),
        }
    }

    fn structure_size_at(&self, structure: &Structure, version: i16) -> usize {
        let fields = structure
            .fields
            .iter()
            .filter(|f| f.tag.is_none() && f.versions.contains(version));
        let sizes = fields.map(|field| match field.ty {
            Type::Struct(_) if field.nullable.is_some() => 1,
            _ => self.min_size_at(&field.ty, version),
        });
        sizes.sum::<usize>() + usize::from(self.is_flexible(version))
    }
}

fn number_size(name: &str) -> usize {
    match name {
        "i8" => 1,
        "i16" | "u16" => 2,
        "i32" | "u32" => 4,
        _ => 8,
    }
}

/// `FetchRequest` → `fetch_request`, `KRaftVersionRecord` → `kraft_version_record`.
pub fn snake_case(name: &str) -> String {
    let mut out = String::new();
    let mut after_lower = false;
    for letter in name.chars() {
        if letter.is_uppercase() && after_lower {
            out.push('_');
        }
        after_lower = !letter.is_uppercase();
        out.extend(letter.to_lowercase());
    }
    out
}
