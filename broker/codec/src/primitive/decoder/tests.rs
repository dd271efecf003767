//! What a decoder refuses, and what it tolerates.

use super::*;

fn decoder(bytes: &'static [u8]) -> Decoder {
    Decoder::new(Bytes::from_static(bytes))
}

#[test]
fn a_claimed_length_beyond_the_frame_is_refused_before_anything_is_reserved() {
    let error = decoder(b"\xff\xff\xff\xff\x0f").get_array(Form::Compact, 1, Decoder::get_i8);
    assert_eq!(
        error,
        Err(DecodeError::ArrayTooLong {
            count: u32::MAX as usize - 1,
            remaining: 0
        })
    );
    let error = decoder(b"\x7f\xff\xff\xff").get_array(Form::Plain, 4, Decoder::get_i32);
    assert!(matches!(error, Err(DecodeError::ArrayTooLong { .. })));
    assert_eq!(
        decoder(b"\x00\x05abc").get_string(Form::Plain),
        Err(DecodeError::UnexpectedEnd {
            needed: 5,
            remaining: 3
        })
    );
}

#[test]
fn an_array_has_at_most_a_million_elements() {
    let mut bytes = 1_000_001_i32.to_be_bytes().to_vec();
    bytes.resize(bytes.len() + 1_000_001, 0);
    let error = Decoder::new(bytes.into()).get_array(Form::Plain, 1, Decoder::get_i8);
    assert_eq!(
        error,
        Err(DecodeError::ArrayTooLong {
            count: 1_000_001,
            remaining: 1_000_001
        })
    );
}

#[test]
fn tiny_elements_cannot_grow_past_the_memory_limit() {
    let mut bytes = 1000_i32.to_be_bytes().to_vec();
    bytes.resize(bytes.len() + 2000, 0);
    let mut small = Decoder::with_memory_limit(bytes.into(), 1000 * size_of::<StringBytes>() - 1);
    let error = small.get_array(Form::Plain, 2, |d| d.get_string(Form::Plain));
    assert_eq!(error, Err(DecodeError::MemoryLimit));
}

#[test]
fn null_is_a_value_only_where_it_is_allowed() {
    assert_eq!(decoder(b"\xff\xff").get_nullable_string(Form::Plain), Ok(None));
    assert_eq!(decoder(b"\x00").get_nullable_string(Form::Compact), Ok(None));
    assert_eq!(
        decoder(b"\xff\xff").get_string(Form::Plain),
        Err(DecodeError::UnexpectedNull)
    );
    assert_eq!(
        decoder(b"\xff\xfe").get_nullable_string(Form::Plain),
        Err(DecodeError::NegativeLength(-2))
    );
}

#[test]
fn strings_share_the_frame_and_are_utf8() {
    let frame = Bytes::from(b"\x00\x02ab\x00\x01\xff".to_vec());
    let mut d = Decoder::new(frame.clone());
    let text = d.get_string(Form::Plain).unwrap();
    assert_eq!(text.bytes().as_ptr(), frame[2..].as_ptr());
    assert_eq!(d.clone().get_string(Form::Plain), Err(DecodeError::InvalidUtf8));
    assert_eq!(
        d.get_nullable_lossy_string(Form::Plain).unwrap().unwrap(),
        "\u{fffd}"
    );
}

#[test]
fn unknown_tagged_fields_are_kept_and_known_ones_stay_in_their_bounds() {
    let mut d = decoder(b"\x00\x03\x01\x02\x03\x05\x01\x09\x7f");
    let mut seen = 0;
    let unknown = d.get_tagged_fields(2, &mut |tag, d| match tag {
        0 => {
            seen = d.get_i16()?;
            Ok(Tagged::Known)
        }
        _ => Ok(Tagged::Unknown),
    });
    assert_eq!(
        unknown,
        Ok(vec![RawTaggedField {
            tag: 5,
            data: Bytes::from_static(b"\x09")
        }])
    );
    assert_eq!((seen, d.remaining()), (0x0102, 1));

    let error = decoder(b"\x00\x01\x01\x02\x03").get_tagged_fields(1, &mut |_, d| {
        d.get_i16()?;
        Ok(Tagged::Known)
    });
    assert_eq!(
        error,
        Err(DecodeError::UnexpectedEnd {
            needed: 2,
            remaining: 1
        })
    );
}

#[test]
fn more_than_ten_thousand_tagged_fields_are_refused() {
    let mut bytes = vec![0x91, 0x4e];
    bytes.resize(30_000, 0);
    let error = Decoder::new(bytes.into()).get_unknown_tagged_fields();
    assert_eq!(error, Err(DecodeError::TooManyTaggedFields(10_001)));
}
