//! Writes the Rust of all messages.
//!
//! A pure function from messages to files; `rustfmt` and the disk are the binary's. Order of files and of
//! everything in them follows from the schemas alone.

mod api;
mod decode;
mod encode;
mod index;
mod structure;
mod union;

use crate::model::{Field, Kind, Message, Structure, Type, Versions};

/// A file that the generator writes.
#[derive(Clone, Debug)]
pub struct GeneratedFile {
    /// Place below `broker/`.
    pub path: String,
    /// Its text before `rustfmt`.
    pub text: String,
}

/// Crates that hold generated messages.
const CRATES: [&str; 3] = ["protocol", "metadata", "coordinator"];

/// All generated files, ordered by crate and name.
pub fn files(messages: &[Message]) -> Vec<GeneratedFile> {
    let mut files = Vec::new();
    for krate in CRATES {
        let members: Vec<&Message> = messages.iter().filter(|m| crate_of(m.kind) == krate).collect();
        for message in &members {
            files.push(generated(krate, &message.module(), message_text(message)));
        }
        let mut modules: Vec<String> = members.iter().map(|message| message.module()).collect();
        for (module, text) in extra_modules(krate, &members) {
            files.push(generated(krate, module, text));
            modules.push(module.to_owned());
        }
        modules.sort();
        let text = index::text(&members, &modules);
        files.push(GeneratedFile {
            path: format!("{krate}/src/generated.rs"),
            text,
        });
    }
    files
}

fn generated(krate: &str, module: &str, text: String) -> GeneratedFile {
    GeneratedFile {
        path: format!("{krate}/src/generated/{module}.rs"),
        text,
    }
}

fn crate_of(kind: Kind) -> &'static str {
    match kind {
        Kind::Request | Kind::Response | Kind::Header | Kind::Data | Kind::RemoteLog => "protocol",
        Kind::Metadata => "metadata",
        Kind::CoordinatorKey | Kind::CoordinatorValue => "coordinator",
    }
}

fn extra_modules(krate: &str, members: &[&Message]) -> Vec<(&'static str, String)> {
    let of = |kind: Kind, log: Option<&str>| -> Vec<&Message> {
        members
            .iter()
            .copied()
            .filter(|m| m.kind == kind && m.log.as_deref() == log)
            .collect()
    };
    let key = |log| of(Kind::CoordinatorKey, Some(log));
    let value = |log| of(Kind::CoordinatorValue, Some(log));
    match krate {
        "protocol" => vec![
            ("api_table", api::text(&of(Kind::Request, None))),
            (
                "remote_log_record",
                union::text("RemoteLogRecord", &of(Kind::RemoteLog, None)),
            ),
        ],
        "metadata" => vec![(
            "metadata_record",
            union::text("MetadataRecord", &of(Kind::Metadata, None)),
        )],
        _ => vec![
            ("group_key", union::text("GroupKey", &key("group"))),
            ("group_value", union::text("GroupValue", &value("group"))),
            ("share_key", union::text("ShareKey", &key("share"))),
            ("share_value", union::text("ShareValue", &value("share"))),
            (
                "transaction_key",
                union::text("TransactionKey", &key("transaction")),
            ),
            (
                "transaction_value",
                union::text("TransactionValue", &value("transaction")),
            ),
        ],
    }
}

fn message_text(message: &Message) -> String {
    let mut body = String::new();
    for structure in &message.structures {
        body += &structure::text(message, structure);
        body += &format!(
            "impl Message for {name} {{\n{decode}\n{encode}\n}}\n\n",
            name = structure.name,
            decode = decode::text(message, structure),
            encode = encode::text(message, structure),
        );
    }
    if message.kind == Kind::Request {
        let api = message.name.strip_suffix("Request").unwrap_or(&message.name);
        body += &format!(
            "impl crate::Request for {name} {{\n\
             const API_KEY: crate::ApiKey = crate::ApiKey::{api};\n\
             type Response = crate::generated::{response}_response::{api}Response;\n}}\n",
            name = message.name,
            response = crate::model::snake_case(api),
        );
    }
    let flexible = message
        .flexible
        .map_or("never flexible".to_owned(), |f| format!("flexible from {f}"));
    let mut text = format!(
        "//! `{name}`, versions {versions}, {flexible}. Written by `cargo codegen`.\n\n",
        name = message.name,
        versions = message.versions,
    );
    let names: Vec<&str> = [
        "DecodeError",
        "Decoder",
        "EncodeError",
        "Encoder",
        "Form",
        "Message",
        "RawTaggedField",
        "Records",
        "StringBytes",
        "Tagged",
    ]
    .into_iter()
    .filter(|name| mentions(&body, name) && (*name != "Tagged" || body.contains("Tagged::")))
    .collect();
    text += &format!("use broker_codec::{{{}}};\n", names.join(", "));
    if mentions(&body, "Uuid") {
        text += "use broker_model::Uuid;\n";
    }
    if mentions(&body, "Bytes") {
        text += "use bytes::Bytes;\n";
    }
    text + "\n" + &body
}

/// Whether `word` stands in `text` by itself.
fn mentions(text: &str, word: &str) -> bool {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(word)
        .any(|(at, _)| !text[..at].ends_with(is_word) && !text[at + word.len()..].starts_with(is_word))
}

/// Name of the field in Rust.
fn ident(field: &Field) -> String {
    match field.name.as_str() {
        "type" | "match" => format!("r#{}", field.name),
        name => name.to_owned(),
    }
}

/// Rust type of the field.
fn rust_type(field: &Field) -> String {
    let ty = plain_type(&field.ty);
    if field.nullable.is_some() {
        format!("Option<{ty}>")
    } else {
        ty
    }
}

fn plain_type(ty: &Type) -> String {
    match ty {
        Type::Number(name) => (*name).to_owned(),
        Type::Bool => "bool".to_owned(),
        Type::Uuid => "Uuid".to_owned(),
        Type::String | Type::LossyString => "StringBytes".to_owned(),
        Type::Bytes => "Bytes".to_owned(),
        Type::Records => "Records".to_owned(),
        Type::Struct(name) => name.clone(),
        Type::Array(element) => format!("Vec<{}>", plain_type(element)),
    }
}

/// Condition that is true in those of the `possible` versions that are in `versions`; none if all are.
fn condition(versions: Versions, possible: Versions) -> Option<String> {
    let from = (versions.lowest > possible.lowest).then(|| format!("version >= {}", versions.lowest));
    let to = (versions.highest < possible.highest).then(|| format!("version <= {}", versions.highest));
    match (from, to) {
        (Some(_), Some(_)) if versions.lowest == versions.highest => {
            Some(format!("version == {}", versions.lowest))
        }
        (Some(_), Some(_)) => Some(format!(
            "({}..={}).contains(&version)",
            versions.lowest, versions.highest
        )),
        (from, to) => from.or(to),
    }
}

/// Form of lengths: a constant where all versions of the structure agree, else the variable `form`.
fn form(message: &Message, structure: &Structure, field: Option<&Field>) -> &'static str {
    let Versions { lowest, highest } = structure.versions;
    if field.is_some_and(|field| field.plain) || !message.is_flexible(highest) {
        "Form::Plain"
    } else if message.is_flexible(lowest) {
        "Form::Compact"
    } else {
        "form"
    }
}

/// The line that sets the variable `form`, if the body uses it.
fn form_line(message: &Message, body: &str) -> String {
    match message.flexible {
        Some(first) if mentions(body, "form") => format!("let form = Form::since(version, {first});\n"),
        _ => String::new(),
    }
}

/// The parameter, marked as unused if the body does not need it.
fn version_name(body: &str) -> &'static str {
    if mentions(body, "version") {
        "version"
    } else {
        "_version"
    }
}

/// Whether it is the message itself and not a part of it.
fn is_top(message: &Message, structure: &Structure) -> bool {
    message.name == structure.name
}
