//! Reads the schema files and refuses what contradicts itself.
//!
//! A file is JSON: the head of the message, then its fields, one a line; the fields of a structure stand inside
//! the field that uses it, or under `structs` if several do. Checked: names are unique, a field's versions lie in
//! its structure's, tags are numbered from 0 without gaps and only in flexible versions, null defaults stand only
//! where null is allowed, no structure contains itself, tagged fields hold no records.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

use crate::SchemaError;
use crate::model::{Api, Field, Kind, Message, Structure, Type, Versions};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MessageFile {
    name: String,
    kind: String,
    key: Option<i16>,
    log: Option<String>,
    versions: String,
    stable: Option<String>,
    flexible: Option<i16>,
    #[serde(default)]
    listeners: Vec<String>,
    #[serde(default)]
    cluster_action: bool,
    #[serde(default)]
    forwardable: bool,
    fields: Vec<FieldFile>,
    #[serde(default)]
    structs: Vec<StructFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StructFile {
    name: String,
    versions: String,
    fields: Vec<FieldFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FieldFile {
    name: String,
    #[serde(rename = "type")]
    ty: String,
    versions: String,
    nullable: Option<String>,
    tag: Option<u32>,
    #[serde(default, deserialize_with = "present")]
    default: Option<Value>,
    #[serde(default)]
    ignorable: bool,
    #[serde(default)]
    plain: bool,
    #[serde(default)]
    key: bool,
    entity: Option<String>,
    fields: Option<Vec<FieldFile>>,
}

/// Tells `"default": null` from no default at all.
fn present<'de, D: serde::Deserializer<'de>>(value: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(value).map(Some)
}

/// Reads every schema file below `root`, ordered by name.
///
/// # Errors
/// A file cannot be read, is no schema, or contradicts itself.
pub fn load(root: &Path) -> Result<Vec<Message>, SchemaError> {
    let mut messages = Vec::new();
    for folder in ["rpc", "data", "metadata", "coordinator"] {
        let folder = root.join(folder);
        let file_error = |source| SchemaError::File {
            path: folder.clone(),
            source,
        };
        for entry in fs::read_dir(&folder).map_err(file_error)? {
            let path = entry.map_err(file_error)?.path();
            let text = fs::read_to_string(&path).map_err(|source| SchemaError::File {
                path: path.clone(),
                source,
            })?;
            let file = serde_json::from_str(&text).map_err(|source| SchemaError::Json { path, source })?;
            messages.push(resolve(file)?);
        }
    }
    messages.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(messages)
}

/// Reads one schema.
///
/// # Errors
/// The text is no schema, or contradicts itself.
pub fn parse(text: &str) -> Result<Message, SchemaError> {
    let file = serde_json::from_str(text).map_err(|source| SchemaError::Json {
        path: "schema".into(),
        source,
    })?;
    resolve(file)
}

fn resolve(file: MessageFile) -> Result<Message, SchemaError> {
    let name = file.name;
    let versions = versions_of(&name, &file.versions)?;
    let mut structures = vec![Structure {
        name: name.clone(),
        versions,
        fields: Vec::new(),
    }];
    let fields = resolve_fields(&name, file.fields, &mut structures)?;
    structures[0].fields = fields;
    for part in file.structs {
        let versions = versions_of(&name, &part.versions)?;
        let fields = resolve_fields(&name, part.fields, &mut structures)?;
        structures.push(Structure {
            name: part.name,
            versions,
            fields,
        });
    }
    let stable = file.stable.map(|text| versions_of(&name, &text)).transpose()?;
    let api = Api {
        stable,
        listeners: file.listeners,
        cluster_action: file.cluster_action,
        forwardable: file.forwardable,
    };
    let message = Message {
        kind: kind_of(&name, &file.kind)?,
        key: file.key,
        log: file.log,
        versions,
        flexible: file.flexible,
        api,
        structures,
        name,
    };
    check(&message)?;
    Ok(message)
}

fn resolve_fields(
    message: &str,
    files: Vec<FieldFile>,
    structures: &mut Vec<Structure>,
) -> Result<Vec<Field>, SchemaError> {
    let mut fields = Vec::with_capacity(files.len());
    for file in files {
        let versions = versions_of(message, &file.versions)?;
        let ty = type_of(message, &file.ty)?;
        if let Some(parts) = file.fields {
            let name = file.ty.trim_matches(['[', ']']).to_owned();
            // The place is taken first, so that outer structures stand before their parts.
            let place = structures.len();
            structures.push(Structure {
                name,
                versions,
                fields: Vec::new(),
            });
            let inner = resolve_fields(message, parts, structures)?;
            structures[place].fields = inner;
        }
        fields.push(Field {
            name: file.name,
            ty,
            versions,
            nullable: file
                .nullable
                .map(|text| versions_of(message, &text))
                .transpose()?,
            tag: file.tag,
            default: file.default,
            ignorable: file.ignorable,
            plain: file.plain,
            key: file.key,
            entity: file.entity,
        });
    }
    Ok(fields)
}

fn versions_of(message: &str, text: &str) -> Result<Versions, SchemaError> {
    let (lowest, highest) = text.split_once('-').unwrap_or((text, text));
    match (lowest.parse(), highest.parse()) {
        (Ok(lowest), Ok(highest)) if 0 <= lowest && lowest <= highest => Ok(Versions { lowest, highest }),
        _ => Err(SchemaError::invalid(message, format!("versions {text:?}"))),
    }
}

fn type_of(message: &str, text: &str) -> Result<Type, SchemaError> {
    if let Some(element) = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')) {
        return match type_of(message, element)? {
            Type::Array(_) => Err(SchemaError::invalid(message, "array of arrays")),
            element => Ok(Type::Array(Box::new(element))),
        };
    }
    Ok(match text {
        "i8" => Type::Number("i8"),
        "i16" => Type::Number("i16"),
        "u16" => Type::Number("u16"),
        "i32" => Type::Number("i32"),
        "u32" => Type::Number("u32"),
        "i64" => Type::Number("i64"),
        "f64" => Type::Number("f64"),
        "bool" => Type::Bool,
        "uuid" => Type::Uuid,
        "string" => Type::String,
        "lossy_string" => Type::LossyString,
        "bytes" => Type::Bytes,
        "records" => Type::Records,
        name if name.starts_with(|c: char| c.is_ascii_uppercase()) => Type::Struct(name.to_owned()),
        other => return Err(SchemaError::invalid(message, format!("type {other:?}"))),
    })
}

fn kind_of(message: &str, text: &str) -> Result<Kind, SchemaError> {
    Ok(match text {
        "request" => Kind::Request,
        "response" => Kind::Response,
        "header" => Kind::Header,
        "data" => Kind::Data,
        "remote-log" => Kind::RemoteLog,
        "metadata" => Kind::Metadata,
        "coordinator-key" => Kind::CoordinatorKey,
        "coordinator-value" => Kind::CoordinatorValue,
        other => return Err(SchemaError::invalid(message, format!("kind {other:?}"))),
    })
}

fn check(message: &Message) -> Result<(), SchemaError> {
    let fail = |problem: String| Err(SchemaError::invalid(&message.name, problem));
    let mut names = BTreeSet::new();
    for structure in &message.structures {
        if !names.insert(&structure.name) {
            return fail(format!("structure {} twice", structure.name));
        }
        if !message.versions.covers(structure.versions) {
            return fail(format!("{} has versions {}", structure.name, structure.versions));
        }
        check_tags(message, structure)?;
        let mut fields = BTreeSet::new();
        for field in &structure.fields {
            if !fields.insert(&field.name) {
                return fail(format!("field {}.{} twice", structure.name, field.name));
            }
            check_field(message, structure, field)?;
        }
        if depth(message, structure, 0) > message.structures.len() {
            return fail(format!("structure {} contains itself", structure.name));
        }
    }
    let needs_key = !matches!(message.kind, Kind::Header | Kind::Data);
    if needs_key != message.key.is_some() {
        return fail("key".to_owned());
    }
    Ok(())
}

fn check_tags(message: &Message, structure: &Structure) -> Result<(), SchemaError> {
    let mut tags: Vec<u32> = structure.fields.iter().filter_map(|field| field.tag).collect();
    tags.sort_unstable();
    if tags.iter().zip(0..).any(|(tag, place)| *tag != place) {
        return Err(SchemaError::invalid(
            &message.name,
            format!("tags of {}: {tags:?}", structure.name),
        ));
    }
    Ok(())
}

fn check_field(message: &Message, structure: &Structure, field: &Field) -> Result<(), SchemaError> {
    let fail = |problem: &str| {
        Err(SchemaError::invalid(
            &message.name,
            format!("{}: {problem}", field.name),
        ))
    };
    if !structure.versions.covers(field.versions) {
        return fail("versions outside of its structure's");
    }
    if field
        .nullable
        .is_some_and(|nullable| !field.versions.covers(nullable))
    {
        return fail("null outside of its versions");
    }
    if field.nullable.is_some() && matches!(field.ty, Type::Number(_) | Type::Bool | Type::Uuid) {
        return fail("a type that cannot be null");
    }
    if field.default == Some(Value::Null) && field.nullable.is_none() {
        return fail("null default of a field that cannot be null");
    }
    if field.tag.is_some() && !message.is_flexible(field.versions.lowest) {
        return fail("tag in a version that is not flexible");
    }
    if field.tag.is_some() && field.ty == Type::Records {
        return fail("records in a tagged field");
    }
    let element = match &field.ty {
        Type::Array(element) => element,
        other => other,
    };
    match element {
        Type::Struct(name) if message.structure(name).is_none() => fail("unknown structure"),
        Type::Records | Type::LossyString if matches!(field.ty, Type::Array(_)) => fail("array of such"),
        _ => Ok(()),
    }
}

/// How deep structures nest, or more than there are if one contains itself.
fn depth(message: &Message, structure: &Structure, above: usize) -> usize {
    if above > message.structures.len() {
        return above;
    }
    let parts = structure.fields.iter().filter_map(|field| match &field.ty {
        Type::Struct(name) => message.structure(name),
        Type::Array(element) => match &**element {
            Type::Struct(name) => message.structure(name),
            _ => None,
        },
        _ => None,
    });
    parts
        .map(|part| depth(message, part, above + 1))
        .max()
        .unwrap_or(above + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schema(fields: &str) -> Result<Message, SchemaError> {
        parse(&format!(
            r#"{{"name":"X","kind":"data","versions":"0-3","flexible":2,"fields":[{fields}]}}"#
        ))
    }

    #[test]
    fn contradictions_are_refused() {
        for fields in [
            r#"{"name":"a","type":"i32","versions":"0-4"}"#,
            r#"{"name":"a","type":"i31","versions":"0"}"#,
            r#"{"name":"a","type":"string","versions":"0-3","default":null}"#,
            r#"{"name":"a","type":"string","versions":"2-3","nullable":"1-3"}"#,
            r#"{"name":"a","type":"i32","versions":"1-3","tag":0}"#,
            r#"{"name":"a","type":"i32","versions":"2-3","tag":1}"#,
            r#"{"name":"a","type":"Y","versions":"0-3"}"#,
            r#"{"name":"a","type":"[Y]","versions":"0-3","fields":[{"name":"b","type":"[Y]","versions":"0-3"}]}"#,
            r#"{"name":"a","type":"i8","versions":"0"},{"name":"a","type":"i8","versions":"0"}"#,
        ] {
            assert!(schema(fields).is_err(), "{fields}");
        }
    }

    #[test]
    fn the_smallest_element_is_known_over_all_versions() {
        let message = schema(
            r#"{"name":"a","type":"[Y]","versions":"0-3","fields":[
                {"name":"b","type":"string","versions":"0-3"},{"name":"c","type":"i64","versions":"3"}]}"#,
        )
        .unwrap();
        let versions = |lowest, highest| Versions { lowest, highest };
        let size = |range| message.min_size(&Type::Struct("Y".to_owned()), range);
        assert_eq!(size(versions(0, 1)), 2);
        assert_eq!(size(versions(2, 2)), 2);
        assert_eq!(size(versions(3, 3)), 10);
        assert_eq!(size(versions(0, 3)), 2);
    }
}
