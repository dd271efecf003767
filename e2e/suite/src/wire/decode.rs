//! Bytes to values. Every count is checked against the bytes that remain.

use broker_schema::model::{Field, Message, Structure, Type};
use serde_json::{Map, Value};

use super::{Result, batch, encode, has_flexible_response_header};

/// A response with its header: correlation id and value. Bytes that are left over appear as `_left`.
///
/// # Errors
/// The bytes end early or are not what the schema says.
pub fn response(message: &Message, version: i16, frame: &[u8]) -> Result<(i32, Value)> {
    let mut reader = Reader { bytes: frame };
    let correlation_id = i32::from_be_bytes(reader.array()?);
    if has_flexible_response_header(message, version) {
        for _ in 0..reader.varint()? {
            reader.varint()?;
            let length = reader.varint()?;
            reader.take(length)?;
        }
    }
    let mut value = structure(&mut reader, message, &message.structures[0], version)?;
    if !reader.bytes.is_empty() {
        value["_left"] = Value::from(reader.bytes.len());
    }
    Ok((correlation_id, value))
}

/// What has not been read yet.
#[derive(Debug)]
pub struct Reader<'a> {
    /// The rest.
    pub bytes: &'a [u8],
}

impl<'a> Reader<'a> {
    /// The next bytes.
    ///
    /// # Errors
    /// There are fewer.
    pub fn take(&mut self, length: usize) -> Result<&'a [u8]> {
        let (taken, rest) = self
            .bytes
            .split_at_checked(length)
            .ok_or_else(|| format!("{length} bytes wanted, {} left", self.bytes.len()))?;
        self.bytes = rest;
        Ok(taken)
    }

    /// The next bytes of a fixed number.
    ///
    /// # Errors
    /// There are fewer.
    pub fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        Ok(self.take(N)?.try_into()?)
    }

    /// An unsigned varint.
    ///
    /// # Errors
    /// It does not end.
    pub fn varint(&mut self) -> Result<usize> {
        let mut value = 0_usize;
        for shift in (0..35).step_by(7) {
            let [byte] = self.array()?;
            value |= usize::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err("a varint without end".into())
    }

    fn length(&mut self, compact: bool, short: bool) -> Result<Option<usize>> {
        let length = match (compact, short) {
            (true, _) => self.varint()? as i64 - 1,
            (false, true) => i64::from(i16::from_be_bytes(self.array()?)),
            (false, false) => i64::from(i32::from_be_bytes(self.array()?)),
        };
        Ok(usize::try_from(length).ok())
    }
}

fn structure(reader: &mut Reader<'_>, message: &Message, shape: &Structure, version: i16) -> Result<Value> {
    let flexible = message.is_flexible(version);
    let mut value = Map::new();
    for field in shape
        .fields
        .iter()
        .filter(|field| field.versions.contains(version) && field.tag.is_none())
    {
        value.insert(field.name.clone(), self::field(reader, message, field, version)?);
    }
    if flexible {
        for _ in 0..reader.varint()? {
            let tag = reader.varint()?;
            let length = reader.varint()?;
            let mut inner = Reader {
                bytes: reader.take(length)?,
            };
            let known = shape
                .fields
                .iter()
                .find(|field| field.tag == u32::try_from(tag).ok() && field.versions.contains(version));
            match known {
                Some(field) => {
                    let inner = self::field(&mut inner, message, field, version)?;
                    value.insert(field.name.clone(), inner);
                }
                None => {
                    value.insert(format!("_tag_{tag}"), Value::from(length));
                }
            }
        }
    }
    Ok(Value::Object(value))
}

fn field(reader: &mut Reader<'_>, message: &Message, field: &Field, version: i16) -> Result<Value> {
    let compact = message.is_flexible(version) && !field.plain;
    let nullable = field.nullable.is_some_and(|versions| versions.contains(version));
    if let (Type::Struct(_), true) = (&field.ty, nullable) {
        let [mark] = reader.array()?;
        if mark != 1 {
            return Ok(Value::Null);
        }
    }
    typed(reader, message, &field.ty, compact, version)
        .map_err(|error| format!("{}: {error}", field.name).into())
}

fn typed(
    reader: &mut Reader<'_>,
    message: &Message,
    ty: &Type,
    compact: bool,
    version: i16,
) -> Result<Value> {
    Ok(match ty {
        Type::Number("i8") => Value::from(i8::from_be_bytes(reader.array()?)),
        Type::Number("i16") => Value::from(i16::from_be_bytes(reader.array()?)),
        Type::Number("u16") => Value::from(u16::from_be_bytes(reader.array()?)),
        Type::Number("i32") => Value::from(i32::from_be_bytes(reader.array()?)),
        Type::Number("u32") => Value::from(u32::from_be_bytes(reader.array()?)),
        Type::Number("f64") => Value::from(f64::from_be_bytes(reader.array()?)),
        Type::Number(_) => Value::from(i64::from_be_bytes(reader.array()?)),
        Type::Bool => Value::from(reader.array::<1>()? != [0]),
        Type::Uuid => Value::from(encode::uuid_text(reader.array()?)),
        Type::String | Type::LossyString => match reader.length(compact, true)? {
            None => Value::Null,
            Some(length) => Value::from(String::from_utf8(reader.take(length)?.to_vec())?),
        },
        Type::Bytes => match reader.length(compact, false)? {
            None => Value::Null,
            Some(length) => Value::from(batch::hex(reader.take(length)?)),
        },
        Type::Records => match reader.length(compact, false)? {
            None => Value::Null,
            Some(length) => batch::summary(reader.take(length)?),
        },
        Type::Array(element) => match reader.length(compact, false)? {
            None => Value::Null,
            Some(length) => {
                let mut elements = Vec::new();
                for _ in 0..length {
                    elements.push(typed(reader, message, element, compact, version)?);
                }
                Value::Array(elements)
            }
        },
        Type::Struct(name) => {
            let shape = message
                .structure(name)
                .ok_or_else(|| format!("no structure {name}"))?;
            structure(reader, message, shape, version)?
        }
    })
}
