//! The header of a weight file: which tensors it holds, and where.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::io::Read;

use safetensors::Dtype;
use serde::de::{Deserializer, Error, MapAccess, Visitor};

use super::{FileError, by_name, read_part};

/// The key of what a file says about itself. It is no tensor, and nothing depends on it.
const METADATA: &str = "__metadata__";

/// A tensor of the file. The type is text because an error shall show it, whatever it is.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Entry {
    dtype: String,
    shape: Vec<usize>,
    /// Where its bytes begin behind the header, and where they end.
    pub data_offsets: (usize, usize),
}

/// Reads the length of the header and the header, and nothing behind it: the tensors by their names.
///
/// No file makes this hold more than a header for a model of `tensors` tensors can need.
pub(super) fn read(
    mut reader: impl Read,
    tensors: usize,
) -> Result<BTreeMap<String, Entry>, FileError> {
    let length = read_part(&mut reader, "the length of the header", 8)?;
    let length = u64::from_le_bytes(length.try_into().expect("these are 8 bytes"));
    // A tensor takes some hundred bytes, and what a file says about itself not many more.
    let limit = (1 << 20) + (1 << 10) * tensors as u64;
    if length > limit {
        let reason = format_args!("it announces a header of {length} bytes, more than {limit}");
        return Err(FileError::format(reason));
    }
    let header = read_part(reader, "the header", length as usize)?;
    let object = str::from_utf8(&header).unwrap_or_default().trim_end_matches(' ');
    if !(object.starts_with('{') && object.ends_with('}')) {
        return Err(FileError::format("its header is not an object of JSON"));
    }
    let mut json = serde_json::Deserializer::from_str(object);
    let entries = json.deserialize_map(Entries).and_then(|entries| json.end().map(|()| entries));
    by_name(entries.map_err(|error| FileError::format(format_args!("in its header, {error}")))?)
}

/// The tensors of the file are those of the model, and no others.
pub(super) fn check_names<T>(
    file: &BTreeMap<String, Entry>,
    model: &BTreeMap<String, T>,
) -> Result<(), FileError> {
    let missing = model.keys().find(|&name| !file.contains_key(name)).cloned();
    let extra = file.keys().find(|&name| !model.contains_key(name)).cloned();
    match (missing, extra) {
        (Some(name), extra) => Err(FileError::Missing { name, extra }),
        (None, Some(name)) => Err(FileError::Extra(name)),
        (None, None) => Ok(()),
    }
}

impl Entry {
    /// Checks that the tensor has this type and shape and begins behind `begin` bytes: then where it
    /// ends.
    pub fn check(
        self,
        name: &str,
        dtype: Dtype,
        shape: &[usize],
        begin: usize,
    ) -> Result<usize, FileError> {
        let (name, expected) = (name.to_string(), dtype.to_string());
        if self.dtype != expected {
            return Err(FileError::Dtype { name, expected, found: self.dtype });
        }
        if self.shape != shape {
            return Err(FileError::Shape { name, expected: shape.into(), found: self.shape });
        }
        let end = begin + shape.iter().product::<usize>() * dtype.bitsize() / 8;
        if self.data_offsets != (begin, end) {
            let found = self.data_offsets;
            let reason = format_args!("`{name}` lies at {found:?}, expected {:?}", (begin, end));
            return Err(FileError::format(reason));
        }
        Ok(end)
    }
}

/// Reads the entries one after the other. The `safetensors` crate would read them too; but of two
/// tensors with the same name it keeps one in silence, and its errors do not name the tensor.
struct Entries;

impl<'de> Visitor<'de> for Entries {
    type Value = Vec<(String, Entry)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with a tensor for each name")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let (mut entries, mut metadata) = (vec![], None);
        while let Some(name) = map.next_key::<String>()? {
            let of_tensor = |error| A::Error::custom(format_args!("`{name}`: {error}"));
            if name != METADATA {
                let entry = map.next_value().map_err(of_tensor)?;
                entries.push((name, entry));
            } else if metadata.is_none() {
                metadata = Some(map.next_value::<HashMap<String, String>>().map_err(of_tensor)?);
            } else {
                return Err(A::Error::duplicate_field(METADATA));
            }
        }
        Ok(entries)
    }
}
