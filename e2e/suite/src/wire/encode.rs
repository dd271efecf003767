//! Values to bytes. Written for any broker: it also writes what a well-behaved client would not.

use std::collections::BTreeMap;

use broker_schema::model::{Field, Message, Structure, Type};
use serde_json::Value;

use super::Result;

/// A request with its header, without the length in front.
///
/// # Errors
/// The value does not fit the schema.
pub fn request(message: &Message, version: i16, correlation_id: i32, body: &Value) -> Result<Vec<u8>> {
    let key = message.key.ok_or("not a request")?;
    let mut out = Vec::new();
    out.extend(key.to_be_bytes());
    out.extend(version.to_be_bytes());
    out.extend(correlation_id.to_be_bytes());
    out.extend(6_i16.to_be_bytes());
    out.extend(b"oracle");
    if message.is_flexible(version) {
        out.push(0);
    }
    structure(&mut out, message, &message.structures[0], version, body)?;
    Ok(out)
}

fn structure(
    out: &mut Vec<u8>,
    message: &Message,
    shape: &Structure,
    version: i16,
    value: &Value,
) -> Result<()> {
    let flexible = message.is_flexible(version);
    let mut tagged = BTreeMap::new();
    for field in shape
        .fields
        .iter()
        .filter(|field| field.versions.contains(version))
    {
        let given = value.get(&field.name);
        if let Some(tag) = field.tag {
            if let Some(given) = given.filter(|given| **given != default_of(field)) {
                let mut bytes = Vec::new();
                self::field(&mut bytes, message, field, version, given)?;
                tagged.insert(tag, bytes);
            }
        } else {
            let default = default_of(field);
            self::field(out, message, field, version, given.unwrap_or(&default))?;
        }
    }
    if flexible {
        varint(out, tagged.len());
        for (tag, bytes) in tagged {
            varint(out, tag as usize);
            varint(out, bytes.len());
            out.extend(bytes);
        }
    }
    Ok(())
}

fn default_of(field: &Field) -> Value {
    if let Some(default) = &field.default {
        return default.clone();
    }
    match &field.ty {
        Type::Number(_) => Value::from(0),
        Type::Bool => Value::from(false),
        Type::Array(_) => Value::Array(Vec::new()),
        Type::Struct(_) => Value::Object(serde_json::Map::new()),
        _ => Value::from(""),
    }
}

fn field(out: &mut Vec<u8>, message: &Message, field: &Field, version: i16, value: &Value) -> Result<()> {
    let compact = message.is_flexible(version) && !field.plain;
    let nullable = field.nullable.is_some_and(|versions| versions.contains(version));
    if let (Type::Struct(_), true) = (&field.ty, nullable) {
        // A plain nullable structure is marked by an int8, a tagged one by a varint.
        let absent = if field.tag.is_some() { 0 } else { 0xff };
        out.push(if value.is_null() { absent } else { 1 });
        if value.is_null() {
            return Ok(());
        }
    }
    typed(out, message, &field.ty, compact, version, value)
        .map_err(|error| format!("{}: {error}", field.name).into())
}

fn typed(
    out: &mut Vec<u8>,
    message: &Message,
    ty: &Type,
    compact: bool,
    version: i16,
    value: &Value,
) -> Result<()> {
    match ty {
        Type::Number(name) => number(out, name, value)?,
        Type::Bool => out.push(u8::from(value.as_bool().ok_or("not a truth value")?)),
        Type::Uuid => out.extend(uuid(value.as_str().unwrap_or_default())?),
        Type::String | Type::LossyString => {
            let bytes = value.as_str().map(str::as_bytes);
            length(out, bytes.map(<[u8]>::len), compact, true);
            out.extend(bytes.unwrap_or_default());
        }
        Type::Bytes | Type::Records => {
            let bytes = if value.is_null() {
                None
            } else {
                Some(super::batch::bytes(value)?)
            };
            length(out, bytes.as_ref().map(Vec::len), compact, false);
            out.extend(bytes.unwrap_or_default());
        }
        Type::Array(element) => {
            let elements = value.as_array();
            length(out, elements.map(Vec::len), compact, false);
            for value in elements.map(Vec::as_slice).unwrap_or_default() {
                typed(out, message, element, compact, version, value)?;
            }
        }
        Type::Struct(name) => {
            let shape = message
                .structure(name)
                .ok_or_else(|| format!("no structure {name}"))?;
            structure(out, message, shape, version, value)?;
        }
    }
    Ok(())
}

fn number(out: &mut Vec<u8>, name: &str, value: &Value) -> Result<()> {
    if name == "f64" {
        out.extend(value.as_f64().ok_or("not a number")?.to_be_bytes());
        return Ok(());
    }
    let number = value.as_i64().ok_or_else(|| format!("not a number: {value}"))?;
    match name {
        "i8" => out.extend(i8::try_from(number)?.to_be_bytes()),
        "i16" => out.extend(i16::try_from(number)?.to_be_bytes()),
        "u16" => out.extend(u16::try_from(number)?.to_be_bytes()),
        "i32" => out.extend(i32::try_from(number)?.to_be_bytes()),
        "u32" => out.extend(u32::try_from(number)?.to_be_bytes()),
        _ => out.extend(number.to_be_bytes()),
    }
    Ok(())
}

fn length(out: &mut Vec<u8>, length: Option<usize>, compact: bool, short: bool) {
    match (compact, short, length) {
        (true, _, length) => varint(out, length.map_or(0, |length| length + 1)),
        (false, true, length) => out.extend(length.map_or(-1, |length| length as i16).to_be_bytes()),
        (false, false, length) => out.extend(length.map_or(-1, |length| length as i32).to_be_bytes()),
    }
}

/// Appends an unsigned varint.
pub fn varint(out: &mut Vec<u8>, value: usize) {
    let mut rest = value;
    while rest > 0x7f {
        out.push((rest & 0x7f) as u8 | 0x80);
        rest >>= 7;
    }
    out.push(rest as u8);
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// A UUID out of Kafka's 22 characters; empty is the zero UUID.
///
/// # Errors
/// The text is neither.
pub fn uuid(text: &str) -> Result<[u8; 16]> {
    let mut bits: u128 = 0;
    if text.is_empty() {
        return Ok([0; 16]);
    }
    if text.len() != 22 {
        return Err(format!("not a UUID: {text:?}").into());
    }
    for (index, letter) in text.bytes().enumerate() {
        let digit = ALPHABET
            .iter()
            .position(|other| *other == letter)
            .ok_or("not a UUID")? as u128;
        bits = if index < 21 {
            bits << 6 | digit
        } else {
            bits << 2 | digit >> 4
        };
    }
    Ok(bits.to_be_bytes())
}

/// A UUID as Kafka writes it.
#[must_use]
pub fn uuid_text(bytes: [u8; 16]) -> String {
    let bits = u128::from_be_bytes(bytes);
    (0..22)
        .map(|index| {
            let digit = if index < 21 {
                bits >> (122 - 6 * index) & 63
            } else {
                bits << 4 & 63
            };
            char::from(ALPHABET[digit as usize])
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uuid_survives_its_text() {
        let text = "ESIzRFVmdwUBAgMEBQYHCA";
        assert_eq!(uuid_text(uuid(text).expect("a UUID")), text);
    }
}
