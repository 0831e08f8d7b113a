//! The ways in which a weight file can be damaged so that it no longer is one, or no longer this
//! model's.

use std::iter::repeat_with;
use std::ops::Range;

use rand::{Rng, RngExt, rngs::ChaCha8Rng};
use serde_json::{Map, Value, json};

use super::models::Vector;

/// A file in its parts. The header may have two entries of the same name.
#[derive(Clone)]
pub struct Parts {
    pub header: Vec<(String, Value)>,
    pub numbers: Vec<u8>,
}

/// A whole file.
pub struct Whole {
    pub bytes: Vec<u8>,
    pub parts: Parts,
    /// The names of its tensors, in the order of the header.
    pub names: Vec<String>,
}

/// What is left of it, and the tensor that the error must name, where there is one.
pub struct Damaged {
    pub bytes: Vec<u8>,
    pub tensor: Option<String>,
}

/// A way to damage a file, and the name of the error that must come of it where that is only one.
pub struct Kind {
    pub name: &'static str,
    pub damage: fn(&Whole, &mut ChaCha8Rng) -> Damaged,
    pub error: Option<&'static str>,
}

pub const KINDS: [Kind; 20] = [
    Kind { name: "cut off", damage: cut_off, error: None },
    Kind { name: "bytes behind it", damage: bytes_behind, error: Some("Format") },
    Kind { name: "length of the header", damage: length, error: None },
    Kind { name: "bit of the header", damage: header_bit, error: None },
    Kind { name: "byte of the header", damage: header_byte, error: None },
    Kind { name: "byte more in the header", damage: byte_more, error: None },
    Kind { name: "byte less in the header", damage: byte_less, error: None },
    Kind { name: "tensor renamed", damage: renamed, error: Some("Missing") },
    Kind { name: "tensor left out", damage: left_out, error: Some("Missing") },
    Kind { name: "tensor more", damage: one_more, error: Some("Extra") },
    Kind { name: "tensor twice", damage: twice, error: Some("Duplicate") },
    Kind { name: "two tensors exchanged", damage: exchanged, error: Some("Shape") },
    Kind { name: "shape", damage: shape, error: Some("Shape") },
    Kind { name: "no shape", damage: no_shape, error: Some("Format") },
    Kind { name: "type", damage: dtype, error: Some("Dtype") },
    Kind { name: "offsets", damage: offsets, error: Some("Format") },
    Kind { name: "fields of a tensor", damage: fields, error: Some("Format") },
    Kind { name: "weight not finite", damage: not_finite, error: Some("NonFinite") },
    Kind { name: "random bytes", damage: random_bytes, error: Some("Format") },
    Kind { name: "header of another kind", damage: other_header, error: Some("Format") },
];

impl Parts {
    pub fn of(bytes: &[u8]) -> Self {
        let (length, rest) = bytes.split_first_chunk().expect("the file is whole");
        let (header, numbers) = rest.split_at(u64::from_le_bytes(*length) as usize);
        let header: Map<String, Value> = serde_json::from_slice(header).expect("it is whole");
        Self { header: header.into_iter().collect(), numbers: numbers.to_vec() }
    }

    pub fn bytes(&self) -> Vec<u8> {
        let of_entry = |(name, entry): &(String, Value)| format!("{}:{entry}", json!(name));
        let entries: Vec<_> = self.header.iter().map(of_entry).collect();
        with_header(&format!("{{{}}}", entries.join(",")), &self.numbers)
    }

    /// The entry of a tensor.
    pub fn entry(&mut self, name: &str) -> &mut Value {
        let mut entries = self.header.iter_mut();
        &mut entries.find(|(other, _)| other == name).expect("there is one").1
    }

    fn damaged(&self, tensor: &str) -> Damaged {
        Damaged { bytes: self.bytes(), tensor: Some(tensor.into()) }
    }
}

/// A file whose header is this text, with spaces to a multiple of eight.
pub fn with_header(text: &str, numbers: &[u8]) -> Vec<u8> {
    let length = text.len().next_multiple_of(8);
    let spaces = " ".repeat(length - text.len());
    [&(length as u64).to_le_bytes(), text.as_bytes(), spaces.as_bytes(), numbers].concat()
}

impl Whole {
    pub fn of(vector: &Vector) -> Self {
        let bytes = vector.bytes();
        let parts = Parts::of(&bytes);
        let names = parts.header.iter().map(|(name, _)| name.clone());
        let names = names.filter(|name| name != "__metadata__").collect();
        Self { bytes, parts, names }
    }

    /// Where the object of the header stands, without the spaces behind it.
    fn header(&self) -> Range<usize> {
        8..self.header_text().len() + 8
    }

    fn header_text(&self) -> &str {
        let end = self.bytes.len() - self.parts.numbers.len();
        str::from_utf8(&self.bytes[8..end]).expect("it is whole").trim_end()
    }

    /// A place in the header, but not in the words that the file says about itself or at their end:
    /// others would be as good there.
    fn place(&self, rng: &mut impl Rng) -> usize {
        let words = ["format", "pt"].map(|word| {
            let begin = 8 + self.header_text().find(&format!("\"{word}\"")).expect("it is there");
            begin + 1..begin + 2 + word.len()
        });
        loop {
            let place = rng.random_range(self.header());
            if !words.iter().any(|word| word.contains(&place)) {
                return place;
            }
        }
    }

    fn name(&self, rng: &mut impl Rng) -> &str {
        &self.names[rng.random_range(0..self.names.len())]
    }

    fn shape(&self, name: &str) -> Vec<u64> {
        let shape = self.parts.clone().entry(name)["shape"].take();
        serde_json::from_value(shape).expect("it is a list of numbers")
    }
}

fn cut_off(whole: &Whole, rng: &mut ChaCha8Rng) -> Damaged {
    let left = rng.random_range(0..whole.bytes.len());
    Damaged { bytes: whole.bytes[..left].to_vec(), tensor: None }
}

fn bytes_behind(whole: &Whole, rng: &mut ChaCha8Rng) -> Damaged {
    let behind = rng.random_range(1..=64);
    let bytes = whole.bytes.iter().copied().chain(random(rng, behind)).collect();
    Damaged { bytes, tensor: None }
}

fn length(whole: &Whole, rng: &mut ChaCha8Rng) -> Damaged {
    let [was, mut length] = [u64::from_le_bytes(*whole.bytes.first_chunk().expect("8 bytes")); 2];
    while length == was {
        length = match rng.random_range(0..4) {
            0 => was ^ (1 << rng.random_range(0..64)),
            1 => rng.random(),
            2 => rng.random_range(0..2 * was),
            _ => u64::MAX - rng.random_range(0..16),
        };
    }
    Damaged { bytes: [&length.to_le_bytes(), &whole.bytes[8..]].concat(), tensor: None }
}

fn header_bit(whole: &Whole, rng: &mut ChaCha8Rng) -> Damaged {
    let mut bytes = whole.bytes.clone();
    bytes[whole.place(rng)] ^= 1 << rng.random_range(0..8);
    Damaged { bytes, tensor: None }
}

fn header_byte(whole: &Whole, rng: &mut ChaCha8Rng) -> Damaged {
    let mut bytes = whole.bytes.clone();
    bytes[whole.place(rng)] ^= rng.random_range(1..=255);
    Damaged { bytes, tensor: None }
}

/// With the length that is then right. A space would do no harm everywhere.
fn byte_more(whole: &Whole, rng: &mut ChaCha8Rng) -> Damaged {
    let mut header = whole.bytes[whole.header()].to_vec();
    header.insert(whole.place(rng) - 8, rng.random_range(b'!'..=b'~'));
    let text = String::from_utf8(header).expect("it is ASCII");
    Damaged { bytes: with_header(&text, &whole.parts.numbers), tensor: None }
}

fn byte_less(whole: &Whole, rng: &mut ChaCha8Rng) -> Damaged {
    let mut header = whole.header_text().to_string();
    header.remove(whole.place(rng) - 8);
    Damaged { bytes: with_header(&header, &whole.parts.numbers), tensor: None }
}

fn renamed(whole: &Whole, rng: &mut ChaCha8Rng) -> Damaged {
    let name = whole.name(rng);
    let mut parts = whole.parts.clone();
    let mut other = name.to_string();
    while whole.names.contains(&other) {
        other = match rng.random_range(0..6) {
            0 => name.replace("ih", "hh"),
            1 => name.replace("l0", "l1"),
            2 => format!("{name}_reverse"),
            3 => format!("gru.{name}"),
            4 => name.to_uppercase(),
            _ => (0..rng.random_range(0..300)).map(|_| rng.random::<char>()).collect(),
        };
    }
    let entries = parts.header.iter_mut();
    entries.filter(|(entry, _)| entry == name).for_each(|(entry, _)| entry.clone_from(&other));
    parts.damaged(name)
}

/// With its bytes or without.
fn left_out(whole: &Whole, rng: &mut ChaCha8Rng) -> Damaged {
    let name = whole.name(rng);
    let mut parts = whole.parts.clone();
    parts.header.retain(|(entry, _)| entry != name);
    if rng.random() {
        parts.numbers.clear();
    }
    parts.damaged(name)
}

/// With bytes of its own, or none.
fn one_more(whole: &Whole, rng: &mut ChaCha8Rng) -> Damaged {
    let name = format!("{}{}", whole.name(rng), rng.random_range(0..10));
    let mut parts = whole.parts.clone();
    let (begin, size) = (parts.numbers.len(), rng.random_range(0..5));
    parts.numbers.extend(random(rng, 4 * size));
    let offsets = [begin, parts.numbers.len()];
    let entry = json!({ "dtype": "F32", "shape": [size], "data_offsets": offsets });
    let place = rng.random_range(0..=parts.header.len());
    parts.header.insert(place, (name.clone(), entry));
    parts.damaged(&name)
}

/// The same again, or another tensor of this name.
fn twice(whole: &Whole, rng: &mut ChaCha8Rng) -> Damaged {
    let name = whole.name(rng);
    let mut parts = whole.parts.clone();
    let from = if rng.random() { name } else { whole.name(rng) };
    let entry = parts.entry(from).clone();
    let place = rng.random_range(0..=parts.header.len());
    parts.header.insert(place, (name.into(), entry));
    parts.damaged(name)
}

/// Two of different shapes: nobody sees others.
fn exchanged(whole: &Whole, rng: &mut ChaCha8Rng) -> Damaged {
    let (a, b) = loop {
        let (a, b) = (whole.name(rng), whole.name(rng));
        if whole.shape(a) != whole.shape(b) {
            break (a, b);
        }
    };
    let mut parts = whole.parts.clone();
    let entry = parts.entry(a).clone();
    let entry = std::mem::replace(parts.entry(b), entry);
    *parts.entry(a) = entry;
    Damaged { bytes: parts.bytes(), tensor: None }
}

fn shape(whole: &Whole, rng: &mut ChaCha8Rng) -> Damaged {
    let name = whole.name(rng);
    let was = whole.shape(name);
    let mut shape = was.clone();
    while shape == was {
        match rng.random_range(0..6) {
            0 => shape.reverse(),
            1 => shape = vec![was.iter().product()],
            2 => shape.push(1),
            3 => shape.insert(0, 1),
            4 => shape.clear(),
            _ => {
                let axis = rng.random_range(0..shape.len());
                shape[axis] = [0, 1, was[axis] + 1, 1 << 40, u64::MAX][rng.random_range(0..5)];
            }
        }
        // More axes than any array can have.
        if rng.random_range(0..20) == 0 {
            shape.extend([1; 1000]);
        }
    }
    let mut parts = whole.parts.clone();
    parts.entry(name)["shape"] = json!(shape);
    parts.damaged(name)
}

fn no_shape(whole: &Whole, rng: &mut ChaCha8Rng) -> Damaged {
    let name = whole.name(rng);
    let mut parts = whole.parts.clone();
    let others = [json!(null), json!("9"), json!([-1]), json!([0.5]), json!([1e30]), json!([[9]])];
    parts.entry(name)["shape"] = others[rng.random_range(0..others.len())].clone();
    parts.damaged(name)
}

fn dtype(whole: &Whole, rng: &mut ChaCha8Rng) -> Damaged {
    const OTHERS: [&str; 12] =
        ["F64", "F16", "BF16", "I32", "U32", "I64", "U8", "BOOL", "C64", "F33", "f32", ""];
    let name = whole.name(rng);
    let mut parts = whole.parts.clone();
    parts.entry(name)["dtype"] = json!(OTHERS[rng.random_range(0..OTHERS.len())]);
    parts.damaged(name)
}

fn offsets(whole: &Whole, rng: &mut ChaCha8Rng) -> Damaged {
    let name = whole.name(rng);
    let mut parts = whole.parts.clone();
    let offsets = &mut parts.entry(name)["data_offsets"];
    let [was, mut new]: [[u64; 2]; 2] =
        [(); 2].map(|()| serde_json::from_value(offsets.clone()).expect("they are two numbers"));
    while new == was {
        let size = was[1] - was[0];
        let by = rng.random_range(1..=2 * size);
        new = match rng.random_range(0..6) {
            0 => [was[0] + by, was[1] + by],
            1 => [was[0].saturating_sub(by), was[0].saturating_sub(by) + size],
            2 => [was[0], was[1] + by],
            3 => [was[1], was[0]],
            4 => [u64::MAX - size, u64::MAX],
            _ => rng.random(),
        };
    }
    *offsets = json!(new);
    // A gap or an overlap may show at the neighbour.
    Damaged { bytes: parts.bytes(), tensor: None }
}

fn fields(whole: &Whole, rng: &mut ChaCha8Rng) -> Damaged {
    const FIELDS: [&str; 3] = ["dtype", "shape", "data_offsets"];
    let name = whole.name(rng);
    let field = FIELDS[rng.random_range(0..3)];
    let mut parts = whole.parts.clone();
    let entry = parts.entry(name);
    match rng.random_range(0..5) {
        0 => entry[field] = json!({ "is": "an object" }),
        1 => entry["strides"] = json!([1]),
        2 => *entry = json!(7),
        3 => *entry = json!([]),
        _ => {
            entry.as_object_mut().expect("it is one").remove(field);
        }
    }
    parts.damaged(name)
}

fn not_finite(whole: &Whole, rng: &mut ChaCha8Rng) -> Damaged {
    const NUMBERS: [f32; 3] = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY];
    let name = whole.name(rng);
    let mut parts = whole.parts.clone();
    let [begin, end]: [usize; 2] =
        serde_json::from_value(parts.entry(name)["data_offsets"].clone()).expect("two numbers");
    let place = begin + 4 * rng.random_range(0..(end - begin) / 4);
    parts.numbers[place..place + 4].copy_from_slice(&NUMBERS[rng.random_range(0..3)].to_le_bytes());
    parts.damaged(name)
}

/// Without a length, or with one that fits.
fn random_bytes(_: &Whole, rng: &mut ChaCha8Rng) -> Damaged {
    let count = rng.random_range(0..4000);
    let random: Vec<u8> = random(rng, count).collect();
    let length = (count as u64).to_le_bytes();
    let length: &[u8] = if rng.random() { &length } else { &[] };
    Damaged { bytes: [length, &random].concat(), tensor: None }
}

fn other_header(whole: &Whole, rng: &mut ChaCha8Rng) -> Damaged {
    let count = rng.random_range(200..20_000);
    let name = whole.name(rng);
    let text = match rng.random_range(0..8) {
        0 => "[".repeat(count),
        1 => format!("{}{}", "[".repeat(count), "]".repeat(count)),
        2 => format!("{}1{}", "{\"a\":".repeat(count), "}".repeat(count)),
        3 => format!("{{\"{name}\":{}{}}}", "[".repeat(count), "]".repeat(count)),
        4 => format!("{{\"{name}\":{{\"shape\":[{}1]}}}}", "[],".repeat(count)),
        5 => format!("{{\"{name}\":{{\"shape\":[{}1]}}}}", "1,".repeat(count)),
        6 => format!("{{\"__metadata__\":{}}}", "9".repeat(count)),
        _ => format!(" {}", whole.header_text()),
    };
    Damaged { bytes: with_header(&text, &whole.parts.numbers), tensor: None }
}

fn random(rng: &mut impl Rng, count: usize) -> impl Iterator<Item = u8> {
    repeat_with(|| rng.random()).take(count)
}
