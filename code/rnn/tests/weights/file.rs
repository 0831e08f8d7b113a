//! A weight file in its parts, so that tests can damage it.

use serde_json::{Map, Value, json};

/// The header may have two entries of the same name.
#[derive(Clone)]
pub struct Parts {
    pub header: Vec<(String, Value)>,
    pub numbers: Vec<u8>,
}

impl Parts {
    pub fn of(bytes: &[u8]) -> Self {
        let (length, rest) = bytes.split_first_chunk().expect("the file is whole");
        let (header, numbers) = rest.split_at(u64::from_le_bytes(*length) as usize);
        let header: Map<String, Value> = serde_json::from_slice(header).expect("it is whole");
        Self { header: header.into_iter().collect(), numbers: numbers.to_vec() }
    }

    pub fn bytes(&self) -> Vec<u8> {
        let entries = self.header.iter().map(|(name, entry)| format!("{}:{entry}", json!(name)));
        let header = format!("{{{}}}", entries.collect::<Vec<_>>().join(","));
        with_header(&header, &self.numbers)
    }
}

/// A file whose header is this text, with spaces to a multiple of eight.
pub fn with_header(text: impl AsRef<[u8]>, numbers: &[u8]) -> Vec<u8> {
    let mut header = text.as_ref().to_vec();
    header.resize(header.len().next_multiple_of(8), b' ');
    [&(header.len() as u64).to_le_bytes(), &*header, numbers].concat()
}
