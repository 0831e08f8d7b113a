//! No damaged file gets past the loader, stops it, or makes it hold much memory.

use std::collections::HashMap;
use std::io::{self, Read};
use std::iter::zip;
use std::mem::discriminant;
use std::ops::Range;

use allocation_counter::measure;
use rand::{RngExt, SeedableRng, rngs::ChaCha8Rng};
use rnn::{FileError, Parameters, read_model};
use serde_json::{Value, json};

use super::file::{Parts, with_header};
use super::models::{Model, Vector, vector};

const FILES: usize = 10_000;

fn vectors() -> [Vector; 3] {
    ["rnn", "lstm", "gru"].map(|layer| vector(layer, "float32"))
}

/// A file without words about itself, of which any other would do: every byte of its header counts.
fn parts(vector: &Vector) -> Parts {
    let mut parts = Parts::of(&vector.bytes());
    parts.header.retain(|(name, _)| name != "__metadata__");
    parts
}

fn drawn(vector: &Vector) -> Model<f32> {
    vector.drawn(1).expect("it is small")
}

#[test]
fn damaged_files_are_rejected() {
    let rng = &mut ChaCha8Rng::seed_from_u64(1);
    let files = vectors().map(|vector| (parts(&vector), drawn(&vector)));
    let mut errors: HashMap<_, usize> = HashMap::new();
    for i in 0..FILES {
        let (parts, model) = &files[i % files.len()];
        let bytes = if rng.random() { with_other_header(parts, rng) } else { damaged(parts, rng) };
        let mut loaded = model.clone();
        let mut result = Ok(());
        let memory = measure(|| result = read_model(&mut loaded, bytes.as_slice()));

        let Err(error) = result else { panic!("file {i} is loaded:\n{}", bytes.escape_ascii()) };
        let text = error.to_string();
        assert!(text.chars().count() < 500 && !text.contains(char::is_control), "{text}");
        assert!(loaded == *model, "file {i} changed the model: {text}");
        // The text of a list becomes numbers of eight bytes each, in a vector that doubles.
        assert!(memory.bytes_max < 20_000 + 20 * bytes.len() as u64, "{memory:?}: {text}");
        *errors.entry(discriminant(&error)).or_default() += 1;
    }
    assert!(errors.len() == 8 && errors.values().all(|&count| count > 20), "{errors:?}");
}

/// With something in the header that does not belong there, or without something that does.
fn with_other_header(parts: &Parts, rng: &mut ChaCha8Rng) -> Vec<u8> {
    let mut parts = parts.clone();
    let place = rng.random_range(0..parts.header.len());
    let field = ["dtype", "shape", "data_offsets"][rng.random_range(0..3)];
    let (name, entry) = &mut parts.header[place];
    let tensor = entry.as_object_mut().expect("it is one");
    match rng.random_range(0..9) {
        0 => tensor[field] = other(rng),
        1 => *entry = other(rng),
        2 => drop(tensor.remove(field)),
        3 => drop(tensor.insert(rng.random::<char>().into(), other(rng))),
        4 => tensor["data_offsets"] = json!([rng.random::<u64>(), rng.random::<u64>()]),
        5 => name.insert(rng.random_range(0..=name.len()), rng.random()),
        6 => drop(parts.header.remove(place)),
        7 => {
            let (name, end) = ("more".repeat(rng.random_range(0..100)), parts.numbers.len());
            let entry = json!({ "dtype": "F32", "shape": [0], "data_offsets": [end, end] });
            parts.header.insert(place, (name, entry));
        }
        _ => {
            let twice = parts.header[place].clone();
            parts.header.insert(rng.random_range(0..=parts.header.len()), twice);
        }
    }
    parts.bytes()
}

/// What is no field of any tensor here.
fn other(rng: &mut ChaCha8Rng) -> Value {
    match rng.random_range(0..13) {
        0 => json!(null),
        1 => json!("9"),
        2 => json!("F64"),
        3 => json!("f32\n\u{1b}"),
        4 => json!("n".repeat(10_000)),
        5 => json!({ "is": "an object" }),
        6 => json!([]),
        7 => json!([-1]),
        8 => json!([0.5, 1e30]),
        9 => json!([0, 1_u64 << 40]),
        10 => json!([u64::MAX - 3, u64::MAX]),
        11 => json!(vec![1; 1000]),
        _ => (0..1000).fold(json!([]), |inner, _| Value::Array(vec![inner])),
    }
}

/// With other bytes.
fn damaged(parts: &Parts, rng: &mut ChaCha8Rng) -> Vec<u8> {
    let mut bytes = parts.bytes();
    let numbers = bytes.len() - parts.numbers.len();
    let mut header = bytes[8..numbers].trim_ascii_end().to_vec();
    let place = rng.random_range(0..header.len());
    match rng.random_range(0..8) {
        0 => header[place] ^= rng.random_range(1..=255),
        // A space would do no harm everywhere.
        1 => header.insert(place, rng.random_range(b'!'..=b'~')),
        2 => drop(header.remove(place)),
        3 => header = random(rng, 0..4000),
        4 => return random(rng, 0..4000),
        5 => {
            bytes[rng.random_range(0..8)] ^= rng.random_range(1..=255);
            return bytes;
        }
        6 => {
            let place = 4 * rng.random_range(numbers / 4..bytes.len() / 4);
            let number = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY][rng.random_range(0..3)];
            bytes[place..place + 4].copy_from_slice(&number.to_le_bytes());
            return bytes;
        }
        _ => return [bytes, random(rng, 1..64)].concat(),
    }
    with_header(header, &parts.numbers)
}

fn random(rng: &mut ChaCha8Rng, count: Range<usize>) -> Vec<u8> {
    (0..rng.random_range(count)).map(|_| rng.random()).collect()
}

/// At every place: none is by chance a whole file.
#[test]
fn cut_off_anywhere() {
    for vector in vectors() {
        let (bytes, mut model) = (vector.bytes(), drawn(&vector));
        for length in 0..bytes.len() {
            assert!(read_model(&mut model, &bytes[..length]).is_err(), "{length} bytes");
        }
        assert!(model == drawn(&vector));
    }
}

/// The format has no check sum: a number may have become another number, one and no more.
#[test]
fn any_bit() {
    let vector = vector("rnn", "float32");
    let (parts, whole) = (parts(&vector), parts(&vector).bytes());
    let numbers = 8 * (whole.len() - parts.numbers.len());
    let expected = vector.loaded::<f32>().expect("it is whole");
    for bit in 0..8 * whole.len() {
        let (mut bytes, mut model) = (whole.clone(), expected.clone());
        bytes[bit / 8] ^= 1 << (bit % 8);
        match read_model(&mut model, bytes.as_slice()) {
            Ok(()) => assert!(bit >= numbers && differences(&model, &expected) == 1),
            Err(FileError::NonFinite { .. }) => assert!(bit >= numbers),
            Err(_) => assert!(bit < numbers),
        }
    }
}

fn differences(a: &Model<f32>, b: &Model<f32>) -> usize {
    let (a, b) = (a.parameters(), b.parameters());
    zip(a.iter().flatten(), b.iter().flatten()).filter(|(a, b)| a.to_bits() != b.to_bits()).count()
}

/// Files without an end. Read in full they would fill any memory.
#[test]
fn endless_files() {
    let vector = vector("rnn", "float32");
    let mut model = drawn(&vector);
    for (start, byte, reason) in [
        (&[][..], 0, "its header is not an object of JSON"),
        (&[], b'x', "it announces a header of 8680820740569200760 bytes, more than 1052672"),
        (&[0, 0, 16, 0, 0, 0, 0, 0], b' ', "its header is not an object of JSON"),
        (&vector.bytes(), 0, "bytes follow its last tensor"),
    ] {
        let mut result = Ok(());
        let memory = measure(|| result = read_model(&mut model, start.chain(io::repeat(byte))));
        // The longest header that is read, while it grows.
        assert!(memory.bytes_max < 4 << 20, "{} bytes", memory.bytes_max);
        let text = result.expect_err("there is no end").to_string();
        assert_eq!(text, format!("no intact safetensors file: {reason}"));
    }
}
