//! The reader of a structure.
//!
//! Fields are read in wire order inside one struct literal, which Rust evaluates in that order; tagged fields
//! follow, each read when its tag comes.

use super::structure::default;
use super::{condition, form, form_line, ident, is_top, version_name};
use crate::model::{Field, Message, Structure, Type};

pub(super) fn text(message: &Message, structure: &Structure) -> String {
    let body = body(message, structure);
    let form = form_line(message, &body);
    let check = if is_top(message, structure) {
        format!(
            "DecodeError::check_version({:?}, &Self::VERSIONS, version)?;\n",
            message.name
        )
    } else {
        String::new()
    };
    let body = format!("{check}{form}{body}");
    let d = if body.contains("d.") || body.contains("(d,") {
        "d"
    } else {
        "_d"
    };
    // A part has one caller, the reader of its array: inlined there, it is built in place.
    let inline = if is_top(message, structure) {
        ""
    } else {
        "#[inline]\n"
    };
    format!(
        "{inline}fn decode({d}: &mut Decoder, {}: i16) -> Result<Self, DecodeError> {{\n{body}}}\n",
        version_name(&body)
    )
}

fn body(message: &Message, structure: &Structure) -> String {
    let mut literal = String::from("Self {\n");
    for field in &structure.fields {
        let value = if field.tag.is_some() {
            default(field)
        } else {
            in_versions(message, structure, field)
        };
        literal += &format!("{}: {value},\n", ident(field));
    }
    let form = form(message, structure, None);
    let has_tags = structure.fields.iter().any(|field| field.tag.is_some());
    if !has_tags {
        let unknown = match form {
            "Form::Plain" => "Vec::new()",
            "Form::Compact" => "d.get_unknown_tagged_fields()?",
            _ => "match form { Form::Compact => d.get_unknown_tagged_fields()?, Form::Plain => Vec::new() }",
        };
        return format!("Ok({literal}unknown_tagged_fields: {unknown},\n}})\n");
    }
    let mut text = format!("let mut m = {literal}unknown_tagged_fields: Vec::new(),\n}};\n");
    let tags = tagged(message, structure);
    text += &match form {
        "Form::Compact" => tags,
        _ => format!("if form == Form::Compact {{\n{tags}}}\n"),
    };
    text + "Ok(m)\n"
}

fn in_versions(message: &Message, structure: &Structure, field: &Field) -> String {
    let value = value(message, structure, field);
    match condition(field.versions, structure.versions) {
        None => value,
        Some(condition) => format!("if {condition} {{ {value} }} else {{ {} }}", default(field)),
    }
}

fn tagged(message: &Message, structure: &Structure) -> String {
    let mut text = String::from(
        "let count = d.get_tag_count()?;\nif count > 0 {\n\
         m.unknown_tagged_fields = d.get_tagged_fields(count, &mut |tag, d| {\nmatch tag {\n",
    );
    let mut fields: Vec<&Field> = structure
        .fields
        .iter()
        .filter(|field| field.tag.is_some())
        .collect();
    fields.sort_by_key(|field| field.tag);
    for field in fields {
        // Tagged fields occur in flexible versions only, so the earlier ones need no condition.
        let flexible = message
            .flexible
            .unwrap_or_default()
            .max(structure.versions.lowest);
        let possible = crate::model::Versions {
            lowest: flexible,
            ..structure.versions
        };
        let guard = condition(field.versions, possible).map_or(String::new(), |c| format!(" if {c}"));
        text += &format!(
            "{}{guard} => m.{} = {},\n",
            field.tag.unwrap_or_default(),
            ident(field),
            value(message, structure, field)
        );
    }
    text + "_ => return Ok(Tagged::Unknown),\n}\nOk(Tagged::Known)\n})?;\n}\n"
}

fn value(message: &Message, structure: &Structure, field: &Field) -> String {
    let Some(nullable) = field.nullable else {
        return read(message, structure, field, "");
    };
    let null = read(message, structure, field, "nullable_");
    match condition(nullable, field.versions) {
        None => null,
        Some(condition) => {
            format!(
                "if {condition} {{ {null} }} else {{ Some({}) }}",
                read(message, structure, field, "")
            )
        }
    }
}

fn read(message: &Message, structure: &Structure, field: &Field, null: &str) -> String {
    let form = if field.tag.is_some() {
        "Form::Compact"
    } else {
        form(message, structure, Some(field))
    };
    match &field.ty {
        Type::Number(name) => format!("d.get_{name}()?"),
        Type::Bool => "d.get_bool()?".to_owned(),
        Type::Uuid => "d.get_uuid()?".to_owned(),
        Type::String => format!("d.get_{null}string({form})?"),
        Type::LossyString => format!("d.get_{null}lossy_string({form})?"),
        Type::Bytes => format!("d.get_{null}bytes({form})?"),
        Type::Records => format!("d.get_{null}records({form})?"),
        Type::Struct(name) if null.is_empty() => format!("{name}::decode(d, version)?"),
        Type::Struct(_) if field.tag.is_some() => "d.get_nullable_tagged_struct(version)?".to_owned(),
        Type::Struct(_) => "d.get_nullable_struct(version)?".to_owned(),
        Type::Array(element) => {
            let size = message.min_size(element, field.versions);
            match &**element {
                Type::Struct(_) => format!("d.get_{null}structs({form}, {size}, version)?"),
                Type::Number(name) => format!("d.get_{null}array({form}, {size}, Decoder::get_{name})?"),
                Type::Uuid => format!("d.get_{null}array({form}, {size}, Decoder::get_uuid)?"),
                _ => format!("d.get_{null}array({form}, {size}, |d| d.get_string({form}))?"),
            }
        }
    }
}
