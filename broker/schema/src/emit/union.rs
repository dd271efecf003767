//! An enum over all records of one log, told apart by the number that stands before them.

use crate::model::Message;

pub(super) fn text(name: &str, members: &[&Message]) -> String {
    let mut members = members.to_vec();
    members.sort_by_key(|message| message.key);
    let number = |message: &Message| message.key.unwrap_or_default();
    let mut uses: Vec<(String, &str)> = members.iter().map(|m| (m.module(), m.name.as_str())).collect();
    uses.sort();
    let uses: String = uses
        .iter()
        .map(|(module, ty)| format!("use super::{module}::{ty};\n"))
        .collect();
    let mut arms = Arms::default();
    for message in &members {
        let variant = variant(name, &message.name);
        let (number, ty, highest) = (number(message), &message.name, message.versions.highest);
        arms.variants += &format!(
            "/// Number {number}, versions {}.\n{variant}({ty}),\n",
            message.versions
        );
        arms.decode += &format!("{number} => Self::{variant}({ty}::decode(d, version)?),\n");
        arms.encode += &format!("Self::{variant}(value) => value.encode(e, version),\n");
        arms.number += &format!("Self::{variant}(_) => {number},\n");
        arms.highest += &format!("Self::{variant}(_) => {highest},\n");
        arms.name += &format!("Self::{variant}(_) => \"{ty}\",\n");
        arms.from += &format!(
            "impl From<{ty}> for {name} {{\nfn from(value: {ty}) -> Self {{\nSelf::{variant}(value)\n}}\n}}\n\n"
        );
    }
    arms.text(name, &uses)
}

#[derive(Default)]
struct Arms {
    variants: String,
    decode: String,
    encode: String,
    number: String,
    highest: String,
    name: String,
    from: String,
}

impl Arms {
    fn text(&self, name: &str, uses: &str) -> String {
        format!(
            "//! `{name}`: what can stand in one log. Written by `cargo codegen`.\n\n\
             use broker_codec::{{DecodeError, Decoder, EncodeError, Encoder, Message}};\n\n{uses}\n\
             /// One of the records of this log, told apart by their number.\n\
             #[derive(Clone, Debug, PartialEq)]\npub enum {name} {{\n{variants}}}\n\n\
             impl {name} {{\n\
             /// Reads the body of the record with that number in that version.\n///\n\
             /// # Errors\n/// The number or version is unknown, or the bytes are no such record.\n\
             pub fn decode_body(d: &mut Decoder, number: i16, version: i16) -> Result<Self, DecodeError> {{\n\
             Ok(match number {{\n{decode}\
             _ => return Err(DecodeError::UnknownKind {{ what: \"{name}\", value: i64::from(number) }}),\n}})\n}}\n\n\
             /// Appends the body in that version.\n///\n/// # Errors\n\
             /// The version is unknown or has no place for a field that is set.\n\
             pub fn encode_body(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {{\n\
             match self {{\n{encode}}}\n}}\n\n\
             /// The number that stands before it.\npub fn number(&self) -> i16 {{\nmatch self {{\n{number}}}\n}}\n\n\
             /// The highest version of it that Kafka 4.4 knows.\n\
             pub fn highest_version(&self) -> i16 {{\nmatch self {{\n{highest}}}\n}}\n\n\
             /// Name of the record.\npub fn name(&self) -> &'static str {{\nmatch self {{\n{record}}}\n}}\n}}\n\n{from}",
            variants = self.variants,
            decode = self.decode,
            encode = self.encode,
            number = self.number,
            highest = self.highest,
            record = self.name,
            from = self.from,
        )
    }
}

/// `GroupKey` of `GroupMetadataKey` is `GroupMetadata`; metadata records lose `Record`.
fn variant<'a>(union: &str, message: &'a str) -> &'a str {
    let suffix = ["Key", "Value", "Record"]
        .into_iter()
        .find(|suffix| union.ends_with(suffix));
    suffix
        .and_then(|suffix| message.strip_suffix(suffix))
        .unwrap_or(message)
}
