//! The header of a weight file: which tensors it holds, and where.

use std::collections::HashMap;
use std::fmt;
use std::io::Read;
use std::iter::zip;
use std::ops::Range;

use safetensors::Dtype;
use safetensors::tensor::{Metadata, TensorInfo};
use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};

use super::{FileError, Tensor};

/// The key of what a file says about itself. It is no tensor, and nothing depends on it.
const METADATA: &str = "__metadata__";

/// The tensors of a file, in the order of its header.
pub(super) struct Header(Vec<(String, Entry)>);

/// A tensor of the file. The type is text because an error shall show it, whatever it is.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    dtype: String,
    shape: Vec<usize>,
    /// Where its bytes begin behind the header, and where they end.
    data_offsets: (usize, usize),
}

impl Header {
    /// Reads the length of the header and the header, and nothing behind it.
    ///
    /// No file makes this hold more than a header for a model of `tensors` tensors can need.
    pub fn read(mut reader: impl Read, tensors: usize) -> Result<Self, FileError> {
        let length = read_up_to(&mut reader, 8)?;
        let Ok(length) = length.as_slice().try_into().map(u64::from_le_bytes) else {
            return Err(FileError::format("it is shorter than the length of a header, 8 bytes"));
        };
        // A tensor takes some hundred bytes, and what a file says about itself not many more.
        let limit = (1 << 20) + (1 << 10) * tensors as u64;
        if length > limit {
            return Err(FileError::format(format!(
                "it announces a header of {length} bytes, more than {limit}"
            )));
        }
        let header = read_up_to(reader, length)?;
        if (header.len() as u64) < length {
            return Err(FileError::format(format!(
                "it ends after {} of the {length} bytes of its header",
                header.len()
            )));
        }
        Self::parse(&header)
    }

    /// The `safetensors` crate would read the JSON too. But of two tensors with the same name it
    /// keeps one in silence, and its errors do not name the tensor.
    fn parse(header: &[u8]) -> Result<Self, FileError> {
        let spaces = header.iter().rev().take_while(|&&byte| byte == b' ').count();
        let object = &header[..header.len() - spaces];
        if !(object.starts_with(b"{") && object.ends_with(b"}")) {
            return Err(FileError::format("its header is not an object of JSON"));
        }
        let header: Self = serde_json::from_slice(object)
            .map_err(|error| FileError::format(format!("in its header, {error}")))?;
        super::check_unique(header.names())?;
        Ok(header)
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_str())
    }

    /// Where the bytes of the expected tensors lie behind the header, which must have these and no
    /// others.
    pub fn places(
        &self,
        expected: &[Tensor],
        dtype: Dtype,
    ) -> Result<Vec<Range<usize>>, FileError> {
        let of_name: HashMap<_, _> =
            self.0.iter().map(|(name, entry)| (name.as_str(), entry)).collect();
        let extra = self.extra(expected);
        let entries = expected
            .iter()
            .map(|Tensor { name, .. }| {
                of_name.get(name.as_str()).copied().ok_or_else(|| FileError::Missing {
                    name: name.clone(),
                    extra: extra.map(String::from),
                })
            })
            .collect::<Result<Vec<_>, _>>()?;
        if let Some(name) = extra {
            return Err(FileError::Extra { name: name.into() });
        }
        zip(expected, &entries).try_for_each(|(tensor, entry)| entry.check(tensor, dtype))?;
        self.check_offsets(dtype)?;
        Ok(entries.into_iter().map(|entry| entry.data_offsets.0..entry.data_offsets.1).collect())
    }

    /// The first tensor of the file that is not expected.
    fn extra(&self, expected: &[Tensor]) -> Option<&str> {
        let known: std::collections::HashSet<_> =
            expected.iter().map(|tensor| tensor.name.as_str()).collect();
        self.names().find(|name| !known.contains(name))
    }

    /// The bytes of one tensor follow those of another, without a gap and without overlap.
    fn check_offsets(&self, dtype: Dtype) -> Result<(), FileError> {
        let info = |(name, entry): &(String, Entry)| {
            let Entry { shape, data_offsets, .. } = entry;
            let info = TensorInfo { dtype, shape: shape.clone(), data_offsets: *data_offsets };
            (name.clone(), info)
        };
        let mut tensors: Vec<_> = self.0.iter().map(info).collect();
        tensors.sort_by_key(|(_, info)| info.data_offsets);
        match Metadata::new(None, tensors) {
            Ok(_) => Ok(()),
            Err(error) => Err(FileError::format(error.to_string())),
        }
    }
}

impl Entry {
    fn check(&self, tensor: &Tensor, dtype: Dtype) -> Result<(), FileError> {
        let name = || tensor.name.clone();
        if self.dtype != dtype.to_string() {
            let (expected, found) = (dtype.to_string(), self.dtype.clone());
            return Err(FileError::Dtype { name: name(), expected, found });
        }
        if self.shape != tensor.shape {
            let (expected, found) = (tensor.shape.clone(), self.shape.clone());
            return Err(FileError::Shape { name: name(), expected, found });
        }
        let (begin, end) = self.data_offsets;
        let expected = self.shape.iter().product::<usize>() * (dtype.bitsize() / 8);
        if end.checked_sub(begin) != Some(expected) {
            return Err(FileError::format(format!(
                "`{}` has {expected} bytes, its offsets are {begin} and {end}",
                tensor.name
            )));
        }
        Ok(())
    }
}

impl<'de> Deserialize<'de> for Header {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Entries)
    }
}

/// Reads the entries one after the other, to keep two of the same name.
struct Entries;

impl<'de> Visitor<'de> for Entries {
    type Value = Header;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with a tensor for each name")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Header, A::Error> {
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
        Ok(Header(entries))
    }
}

/// The next bytes: so many, or fewer where there are no more. It holds what is there, not what was
/// announced.
pub(super) fn read_up_to(reader: impl Read, length: u64) -> Result<Vec<u8>, FileError> {
    let mut bytes = vec![];
    reader.take(length).read_to_end(&mut bytes)?;
    Ok(bytes)
}
