//! No damaged file gets past the loader, stops it, or makes it hold much memory.

use std::collections::BTreeMap;
use std::io::{self, Read};
use std::time::Instant;

use allocation_counter::measure;
use rand::{SeedableRng, rngs::ChaCha8Rng};
use rnn::{FileError, read_model};

use super::damages::{Damaged, KINDS, Kind, Whole};
use super::models::{Model, Vector, vector};

const FILES: usize = 25_000;

fn vectors() -> [Vector; 3] {
    ["rnn", "lstm", "gru"].map(|layer| vector(layer, "float32"))
}

/// `cargo test -p rnn --test rnn damaged_files -- --nocapture` prints how many there were of each
/// kind, and which errors came of them.
#[test]
fn damaged_files_are_rejected() {
    let wholes = vectors().map(|vector| Whole::of(&vector));
    let models: [Model<f32>; 3] = vectors().map(|vector| vector.drawn(1).expect("it is small"));
    let mut loaded = models.clone();
    let rng = &mut ChaCha8Rng::seed_from_u64(1);
    let mut errors: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    let start = Instant::now();
    for i in 0..FILES {
        let (kind, which) = (&KINDS[i % KINDS.len()], i / KINDS.len() % wholes.len());
        let Damaged { bytes, tensor } = (kind.damage)(&wholes[which], rng);
        let mut result = Ok(());
        let memory = measure(|| result = read_model(&mut loaded[which], bytes.as_slice()));

        let Err(error) = result else {
            panic!("file {i} is loaded: {}\n{}", kind.name, bytes.escape_ascii());
        };
        assert_kind(kind, &error, tensor.as_deref());
        assert!(loaded[which] == models[which], "file {i} changed the model: {}", kind.name);
        // The text of a list becomes numbers of eight bytes each, in a vector that doubles.
        let limit = 20_000 + 20 * bytes.len() as u64;
        assert!(
            memory.bytes_max < limit,
            "file {i} took {} bytes: {}",
            memory.bytes_max,
            kind.name
        );
        *errors.entry((kind.name, variant(&error))).or_default() += 1;
    }
    println!("{FILES} files in {:.1?}", start.elapsed());
    for kind in &KINDS {
        let of_kind = errors.iter().filter(|((name, _), _)| *name == kind.name);
        let counts: Vec<_> =
            of_kind.clone().map(|((_, error), n)| format!("{error} {n}")).collect();
        println!("{}: {}", kind.name, counts.join(", "));
        assert_eq!(of_kind.map(|(_, count)| count).sum::<usize>(), FILES / KINDS.len());
    }
}

/// One line that names the tensor.
fn assert_kind(kind: &Kind, error: &FileError, tensor: Option<&str>) {
    let text = error.to_string();
    if let Some(expected) = kind.error {
        assert_eq!(variant(error), expected, "{}: {text}", kind.name);
    }
    let named = tensor.is_none_or(|tensor| text.contains(&format!("`{tensor}`")));
    assert!(named, "{}: {text} does not name {tensor:?}", kind.name);
    assert!(text.chars().count() < 500 && !text.contains('\n'), "{}: {text}", kind.name);
}

fn variant(error: &FileError) -> &'static str {
    match error {
        FileError::Format { .. } => "Format",
        FileError::Truncated { .. } => "Truncated",
        FileError::Missing { .. } => "Missing",
        FileError::Extra { .. } => "Extra",
        FileError::Duplicate { .. } => "Duplicate",
        FileError::Shape { .. } => "Shape",
        FileError::Dtype { .. } => "Dtype",
        FileError::NonFinite { .. } => "NonFinite",
        _ => "another error",
    }
}

/// At every place: none is by chance a whole file.
#[test]
fn cut_off_anywhere() {
    for vector in vectors() {
        let bytes = vector.bytes();
        let mut model = vector.drawn::<f32>(1).expect("it is small");
        for length in 0..bytes.len() {
            assert!(read_model(&mut model, &bytes[..length]).is_err(), "{length} bytes");
        }
    }
}

/// Every bit of the length and of the header. Where a file says something about itself it may say
/// anything: then the weights are as they were.
#[test]
fn any_bit_of_the_header() {
    for vector in vectors() {
        let whole = Whole::of(&vector);
        let expected = vector.loaded::<f32>().expect("it is whole");
        let mut harmless = 0;
        for bit in 0..8 * (whole.bytes.len() - whole.parts.numbers.len()) {
            let mut bytes = whole.bytes.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            let mut model = vector.drawn::<f32>(1).expect("it is small");
            if read_model(&mut model, bytes.as_slice()).is_ok() {
                assert!(model == expected);
                harmless += 1;
            }
        }
        assert!(harmless <= 8 * "formatpt".len(), "{harmless} bits");
    }
}

/// The format has no check sum: this is what it cannot see. One number is another then, and no more
/// than one, unless it is none at all.
#[test]
fn a_bit_of_a_number_is_another_number() {
    let vector = vector("rnn", "float32");
    let whole = Whole::of(&vector);
    let expected = vector.loaded::<f32>().expect("it is whole");
    let begin = whole.bytes.len() - whole.parts.numbers.len();
    let numbers = |model: &Model<f32>| -> Vec<u32> {
        use rnn::Parameters;
        let arrays = model.parameters();
        arrays.iter().flat_map(|array| array.iter().map(|value| value.to_bits())).collect()
    };
    for bit in 8 * begin..8 * whole.bytes.len() {
        let mut bytes = whole.bytes.clone();
        bytes[bit / 8] ^= 1 << (bit % 8);
        let mut model = vector.drawn::<f32>(1).expect("it is small");
        match read_model(&mut model, bytes.as_slice()) {
            Ok(()) => {
                let pairs = numbers(&model).into_iter().zip(numbers(&expected));
                assert_eq!(pairs.filter(|(a, b)| a != b).count(), 1);
            }
            Err(error) => assert_eq!(variant(&error), "NonFinite"),
        }
    }
}

/// Files without an end. Read in full they would fill any memory.
#[test]
fn endless_files() {
    let vector = vector("rnn", "float32");
    let mut model = vector.drawn::<f32>(1).expect("it is small");
    let bytes = vector.bytes();
    let mut read = |start: &[u8], byte| {
        let mut text = String::new();
        let memory = measure(|| {
            let result = read_model(&mut model, start.chain(io::repeat(byte)));
            text = result.err().map_or("no error".into(), |error| error.to_string());
        });
        // The longest header that is read, while it grows.
        assert!(memory.bytes_max < 4 << 20, "{} bytes", memory.bytes_max);
        text
    };
    let format = |reason| format!("no intact safetensors file: {reason}");
    assert_eq!(read(&[], 0), format("its header is not an object of JSON"));
    assert_eq!(
        read(&[], b'x'),
        format("it announces a header of 8680820740569200760 bytes, more than 1052672")
    );
    assert_eq!(
        read(&[0, 0, 16, 0, 0, 0, 0, 0], b' '),
        format("its header is not an object of JSON")
    );
    assert_eq!(read(&bytes, 0), format("bytes follow its last tensor"));
}
