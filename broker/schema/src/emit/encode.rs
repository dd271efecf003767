//! The writer of a structure.
//!
//! A field that is set and has no place in the version is an error unless it is ignorable, as in Kafka; the same
//! holds for null. Tagged fields are written only if they differ from their default.

use serde_json::Value;

use super::structure::default;
use super::{condition, form, form_line, ident, is_top, version_name};
use crate::model::{Field, Message, Structure, Type, Versions};

/// Structures with more tagged fields than this have a long writer.
const MANY_TAGS: usize = 6;

pub(super) fn text(message: &Message, structure: &Structure) -> String {
    let mut body = String::new();
    for field in structure.fields.iter().filter(|field| field.tag.is_none()) {
        body += &untagged(message, structure, field);
    }
    body += &tagged(message, structure);
    let form = form_line(message, &body);
    let check = if is_top(message, structure) {
        format!(
            "EncodeError::check_version({:?}, &Self::VERSIONS, version)?;\n",
            message.name
        )
    } else {
        String::new()
    };
    let body = format!("{check}{form}{body}Ok(())\n");
    let e = if body.contains("e.") || body.contains("(e,") {
        "e"
    } else {
        "_e"
    };
    let tags = structure
        .fields
        .iter()
        .filter(|field| field.tag.is_some())
        .count();
    let expect = if tags > MANY_TAGS {
        "#[expect(clippy::too_many_lines, reason = \"a handful of lines a tagged field, and there are many\")]\n"
    } else {
        ""
    };
    format!(
        "{expect}fn encode(&self, {e}: &mut Encoder, {}: i16) -> Result<(), EncodeError> {{\n{body}}}\n",
        version_name(&body)
    )
}

fn untagged(message: &Message, structure: &Structure, field: &Field) -> String {
    let write = write(message, structure, field);
    let Some(condition) = condition(field.versions, structure.versions) else {
        return write;
    };
    let mut text = format!("if {condition} {{\n{write}}}");
    if !field.ignorable {
        text += &format!(" else {{\n{}}}", check_unset(structure, field, &is_set(field)));
    }
    text + "\n"
}

fn check_unset(structure: &Structure, field: &Field, is_set: &str) -> String {
    format!(
        "EncodeError::check_unset({is_set}, \"{}.{}\", version)?;\n",
        structure.name, field.name
    )
}

fn tagged(message: &Message, structure: &Structure) -> String {
    let mut fields: Vec<&Field> = structure
        .fields
        .iter()
        .filter(|field| field.tag.is_some())
        .collect();
    fields.sort_by_key(|field| field.tag);
    let form = form(message, structure, None);
    if fields.is_empty() {
        return match form {
            "Form::Plain" => String::new(),
            _ => format!("e.put_unknown_tagged_fields(&self.unknown_tagged_fields, {form})?;\n"),
        };
    }
    let mut text = String::new();
    let mut counts = Vec::new();
    let mut writes = String::new();
    for field in fields {
        let (tag, set) = (field.tag.unwrap_or_default(), is_set(field));
        let condition = condition(field.versions, structure.versions);
        let present = match &condition {
            None => set.clone(),
            Some(condition) => format!("{condition} && {set}"),
        };
        text += &format!("let tag_{tag} = {present};\n");
        if let Some(absent) = not_in(field.versions, structure.versions)
            && !field.ignorable
        {
            let unplaced = format!("{absent} && {set}");
            text += &check_unset(structure, field, &unplaced);
        }
        counts.push(format!("usize::from(tag_{tag})"));
        let write = write(message, structure, field);
        let write = match write.strip_suffix("?;\n") {
            Some(expression) if !expression.contains('\n') => expression.to_owned(),
            _ => format!("{{\n{write}Ok(())\n}}"),
        };
        writes += &format!("if tag_{tag} {{\ne.put_tagged({tag}, |e| {write})?;\n}}\n");
    }
    let section = format!(
        "e.put_tag_count({}, &self.unknown_tagged_fields)?;\n{writes}\
         e.put_raw_tagged_fields(&self.unknown_tagged_fields)?;\n",
        counts.join(" + ")
    );
    if form == "form" {
        text + &format!("if form == Form::Compact {{\n{section}}}\n")
    } else {
        text + &section
    }
}

/// Condition that is true if the field differs from its default.
fn is_set(field: &Field) -> String {
    let place = format!("self.{}", ident(field));
    let collection = matches!(
        field.ty,
        Type::String | Type::LossyString | Type::Bytes | Type::Records | Type::Array(_)
    );
    match (&field.default, field.nullable) {
        (Some(Value::Null), _) => format!("{place}.is_some()"),
        (None, None) if collection => format!("!{place}.is_empty()"),
        (None, Some(_)) if collection => format!("{place}.as_ref().is_none_or(|value| !value.is_empty())"),
        (None, None) if field.ty == Type::Bool => place,
        (Some(Value::Bool(true)), None) => format!("!{place}"),
        _ => format!("{place} != {}", default(field)),
    }
}

fn write(message: &Message, structure: &Structure, field: &Field) -> String {
    let form = if field.tag.is_some() {
        "Form::Compact"
    } else {
        form(message, structure, Some(field))
    };
    let place = format!("self.{}", ident(field));
    let Some(nullable) = field.nullable else {
        return format!("{};\n", put(&field.ty, &place, form));
    };
    let mut text = String::new();
    if let Some(condition) = not_in(nullable, field.versions) {
        text += &format!(
            "if {condition} && {place}.is_none() {{\n\
             return Err(EncodeError::null(\"{}.{}\", version));\n}}\n",
            structure.name, field.name
        );
    }
    text + &match &field.ty {
        Type::String | Type::LossyString => format!("e.put_nullable_string({place}.as_deref(), {form})?;\n"),
        Type::Struct(_) if nullable != field.versions => format!(
            "match &{place} {{\nSome(value) if {} => value.encode(e, version)?,\n\
             value => e.put_nullable_struct(value.as_ref(), version)?,\n}}\n",
            not_in(nullable, field.versions).unwrap_or_default()
        ),
        Type::Struct(_) if field.tag.is_some() => {
            format!("e.put_nullable_tagged_struct({place}.as_ref(), version)?;\n")
        }
        Type::Struct(_) => format!("e.put_nullable_struct({place}.as_ref(), version)?;\n"),
        Type::Bytes => format!("e.put_nullable_bytes({place}.as_deref(), {form})?;\n"),
        Type::Records => format!("e.put_nullable_records({place}.as_ref(), {form})?;\n"),
        Type::Array(element) => match &**element {
            Type::Struct(_) => format!("e.put_nullable_structs({place}.as_deref(), {form}, version)?;\n"),
            element => format!(
                "e.put_nullable_{}_array({place}.as_deref(), {form})?;\n",
                name(element)
            ),
        },
        Type::Number(_) | Type::Bool | Type::Uuid => unreachable!("checked when read"),
    }
}

fn put(ty: &Type, place: &str, form: &str) -> String {
    match ty {
        Type::Number(_) | Type::Bool | Type::Uuid => format!("e.put_{}({place})", name(ty)),
        Type::String | Type::LossyString | Type::Bytes | Type::Records => {
            format!("e.put_{}(&{place}, {form})?", name(ty))
        }
        Type::Struct(_) => format!("{place}.encode(e, version)?"),
        Type::Array(element) => match &**element {
            Type::Struct(_) => format!("e.put_structs(&{place}, {form}, version)?"),
            element => format!("e.put_{}_array(&{place}, {form})?", name(element)),
        },
    }
}

/// The part of the codec's function names that stands for the type.
fn name(ty: &Type) -> &'static str {
    match ty {
        Type::Number(name) => name,
        Type::Bool => "bool",
        Type::Uuid => "uuid",
        Type::String | Type::LossyString => "string",
        Type::Bytes => "bytes",
        Type::Records => "records",
        Type::Struct(_) | Type::Array(_) => "struct",
    }
}

/// Condition that is true in those of the `possible` versions that are not in `versions`.
fn not_in(versions: Versions, possible: Versions) -> Option<String> {
    match (
        versions.lowest > possible.lowest,
        versions.highest < possible.highest,
    ) {
        (false, false) => None,
        (true, false) => Some(format!("version < {}", versions.lowest)),
        (false, true) => Some(format!("version > {}", versions.highest)),
        (true, true) => Some(format!(
            "!({}..={}).contains(&version)",
            versions.lowest, versions.highest
        )),
    }
}
