//! Every codec gives back what it was given, within the caps on output.

use super::*;

const CODECS: [CompressionType; 5] = [
    CompressionType::None,
    CompressionType::Gzip,
    CompressionType::Snappy,
    CompressionType::Lz4,
    CompressionType::Zstd,
];

fn text(size: usize) -> Vec<u8> {
    (0..size)
        .map(|index| b"a record of some kind "[index % 22])
        .collect()
}

#[test]
fn every_codec_reads_back_what_it_wrote() {
    for codec in CODECS {
        for size in [0, 1, 100, 65_536, 200_000] {
            let packed = compress(codec, CompressionLevel::Default, &text(size)).expect("packs");
            let unpacked = decompress(codec, &Bytes::from(packed), size).expect("unpacks");
            assert_eq!(unpacked, text(size), "{codec:?} of {size} bytes");
        }
    }
}

#[test]
fn a_byte_over_the_cap_ends_it() {
    for codec in CODECS {
        let packed = Bytes::from(compress(codec, CompressionLevel::Default, &text(10_000)).expect("packs"));
        let capped = decompress(codec, &packed, 9_999);
        assert_eq!(
            capped,
            Err(CompressionError::TooLarge {
                codec,
                size_max: 9_999
            })
        );
    }
}

#[test]
fn cut_and_foreign_data_is_refused() {
    for codec in CODECS.into_iter().skip(1) {
        let packed = Bytes::from(compress(codec, CompressionLevel::Default, &text(10_000)).expect("packs"));
        assert!(
            decompress(codec, &packed.slice(..packed.len() / 2), 20_000).is_err(),
            "{codec:?} cut"
        );
        assert!(
            decompress(codec, &Bytes::from_static(b"not packed at all"), 20_000).is_err(),
            "{codec:?} foreign"
        );
    }
}

#[test]
fn a_bomb_ends_at_the_cap() {
    let zeros = vec![0_u8; 64 << 20];
    for codec in [CompressionType::Gzip, CompressionType::Lz4, CompressionType::Zstd] {
        let bomb = Bytes::from(compress(codec, CompressionLevel::Default, &zeros).expect("packs"));
        assert_eq!(
            decompress(codec, &bomb, 1 << 20),
            Err(CompressionError::TooLarge {
                codec,
                size_max: 1 << 20
            })
        );
    }
}

#[test]
fn snappy_claims_reserve_nothing() {
    let claim = Bytes::from_static(&[0xff, 0xff, 0xff, 0xff, 0x0f, 0]);
    assert!(decompress(CompressionType::Snappy, &claim, usize::MAX).is_err());
}

#[test]
fn snappy_is_read_raw_too() {
    let raw = snap::raw::Encoder::new()
        .compress_vec(&text(1_000))
        .expect("packs");
    assert_eq!(
        decompress(CompressionType::Snappy, &Bytes::from(raw), 1_000).expect("unpacks"),
        text(1_000)
    );
}
