//! The definition of a structure and its defaults.

use serde_json::Value;

use super::{ident, is_top, rust_type};
use crate::model::{Field, Message, Structure, Type};

pub(super) fn text(message: &Message, structure: &Structure) -> String {
    let name = &structure.name;
    let zero = structure.fields.iter().all(is_zero_default);
    let derived = if zero {
        "Clone, Debug, Default, PartialEq"
    } else {
        "Clone, Debug, PartialEq"
    };
    let mut text = format!(
        "{}#[derive({derived})]\npub struct {name} {{\n",
        doc(message, structure)
    );
    for field in &structure.fields {
        text += &format!(
            "/// {}\npub {}: {},\n",
            field_doc(field),
            ident(field),
            rust_type(field)
        );
    }
    text += "/// Tagged fields that this version does not know, as they came.\n\
             pub unknown_tagged_fields: Vec<RawTaggedField>,\n}\n\n";
    if !zero {
        text += &format!("impl Default for {name} {{\nfn default() -> Self {{\nSelf {{\n");
        for field in &structure.fields {
            text += &format!("{}: {},\n", ident(field), default(field));
        }
        text += "unknown_tagged_fields: Vec::new(),\n}\n}\n}\n\n";
    }
    if is_top(message, structure) {
        let (lowest, highest) = (message.versions.lowest, message.versions.highest);
        text += &format!(
            "impl {name} {{\n/// Versions that Kafka 4.4 knows.\n\
             pub const VERSIONS: std::ops::RangeInclusive<i16> = {lowest}..={highest};\n}}\n\n"
        );
    }
    text
}

fn doc(message: &Message, structure: &Structure) -> String {
    if is_top(message, structure) {
        let key = message.key.map_or(String::new(), |key| format!(", number {key}"));
        return format!("/// Message `{}`{key}.\n", message.name);
    }
    format!(
        "/// Part of `{}` in versions {}.\n",
        message.name, structure.versions
    )
}

fn field_doc(field: &Field) -> String {
    let mut doc = format!("Versions {}", field.versions);
    if let Some(tag) = field.tag {
        doc += &format!(", tag {tag}");
    }
    if let Some(nullable) = field.nullable {
        doc += &if nullable == field.versions {
            ", may be null".to_owned()
        } else {
            format!(", null in {nullable}")
        };
    }
    if let Some(default) = &field.default {
        doc += &format!(", default {default}");
    }
    if field.ignorable {
        doc += ", dropped elsewhere";
    }
    if let Some(entity) = &field.entity {
        doc += &format!("; {}", entity.replace('_', " "));
    }
    doc + "."
}

/// Whether the field's default is what Rust's `Default` gives for its type.
pub(super) fn is_zero_default(field: &Field) -> bool {
    match (&field.default, field.nullable) {
        (None, None) | (Some(Value::Null), Some(_)) => true,
        (Some(_), _) | (None, Some(_)) => false,
    }
}

/// The default of the field as an expression.
pub(super) fn default(field: &Field) -> String {
    let value = match (&field.default, &field.ty) {
        (Some(Value::Null), _) => return "None".to_owned(),
        (Some(value), _) => value.to_string(),
        (None, Type::Number("f64")) => "0.0".to_owned(),
        (None, Type::Number(_)) => "0".to_owned(),
        (None, Type::Bool) => "false".to_owned(),
        (None, Type::Uuid) => "Uuid::ZERO".to_owned(),
        (None, Type::String | Type::LossyString) => "StringBytes::EMPTY".to_owned(),
        (None, Type::Bytes) => "Bytes::new()".to_owned(),
        (None, Type::Records) => "Records::default()".to_owned(),
        (None, Type::Struct(name)) => format!("{name}::default()"),
        (None, Type::Array(_)) => "Vec::new()".to_owned(),
    };
    let value = match (value.as_str(), &field.ty) {
        ("-2147483648", _) => "i32::MIN".to_owned(),
        ("2147483647", _) => "i32::MAX".to_owned(),
        ("9223372036854775807", _) => "i64::MAX".to_owned(),
        _ => value,
    };
    if field.nullable.is_some() {
        format!("Some({value})")
    } else {
        value
    }
}
