//! Models in files, under PyTorch's names.

mod error;
mod header;
mod replace;

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::{self, Read, Write};
use std::iter::zip;
use std::path::Path;

use ndarray::{ArrayViewD, Dimension};
use safetensors::tensor::TensorView;

pub use error::FileError;
use replace::replace;

use crate::{Parameters, Real};

/// Saves the weights and biases of a model in a file, under the
/// [names](Parameters::named_parameters) that they have in PyTorch.
///
/// The format is *safetensors*: a header that says what the file holds, and then the numbers as they
/// are, `F32` or `F64`, row by row. No number changes on the way to the file and back.
///
/// ```
/// use rand::{SeedableRng, rngs::ChaCha8Rng};
/// use rnn::{Gru, Linear, load_model, save_model};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("model.safetensors");
/// let mut rng = ChaCha8Rng::seed_from_u64(1);
/// let model = (Gru::<f32>::new(3, 8, &mut rng)?, Linear::new(8, 2, &mut rng)?);
/// save_model(&model, &path)?;
///
/// let mut other = (Gru::new(3, 8, &mut rng)?, Linear::new(8, 2, &mut rng)?);
/// load_model(&mut other, &path)?;
/// assert_eq!(other, model);
/// # Ok(())
/// # }
/// ```
///
/// In PyTorch that file belongs to `torch.nn.ModuleList([torch.nn.GRU(3, 8, batch_first=True),
/// torch.nn.Linear(8, 2)])`: `safetensors.torch.load_model(model, "model.safetensors")`.
///
/// The file holds the parameters and no settings: not whether an attention is causal, nor the slope of
/// its positions.
///
/// A file that is already there is replaced in one moment: the weights are written to a file beside
/// it, which then takes its name and its permissions. Whatever interrupts that, the old file stays
/// whole; and an error leaves nothing else behind. (A program that is killed meanwhile leaves a
/// file `.tmp…` in the folder.) A symbolic link to a file stays one, and leads to the new
/// file.
///
/// # Errors
///
/// [`FileError::File`] with one of those of [`write_model`]; also where `path` is a folder, a device
/// or a file that is read-only.
///
/// Source: `save_model` of the Python package `safetensors.torch`.
pub fn save_model<F: Real>(
    model: &impl Parameters<F>,
    path: impl AsRef<Path>,
) -> Result<(), FileError> {
    let path = path.as_ref();
    let saved = encode(model).and_then(|bytes| Ok(replace(path, &bytes)?));
    saved.map_err(|error| FileError::File(path.into(), error.into()))
}

/// As [`save_model`], into a writer.
///
/// # Errors
///
/// - [`FileError::Io`] where the writer fails.
/// - [`FileError::NonFinite`] where a weight is: no layer could compute with it.
/// - [`FileError::Duplicate`] where two arrays of the model have the same name.
pub fn write_model<F: Real>(
    model: &impl Parameters<F>,
    mut writer: impl Write,
) -> Result<(), FileError> {
    writer.write_all(&encode(model)?)?;
    Ok(writer.flush()?)
}

/// Loads the weights and biases of a model from a file that [`save_model`] or PyTorch wrote.
///
/// The model says what is expected: the file must have its tensors, with their
/// [names](Parameters::named_parameters), shapes and type, and no others. On an error the model is
/// as before.
///
/// The format has no check sum. A file that is damaged in its header, or too short or too long, is
/// an error, and so is a weight that is not finite; but where one number became another, nothing
/// shows it.
///
/// No file makes this hold more memory than a small multiple of the model's and of a megabyte.
///
/// # Errors
///
/// [`FileError::File`] with any other [`FileError`]: each says where.
///
/// Sources: `load_model` of the Python package `safetensors.torch`, and PyTorch's
/// `load_state_dict` with `strict=True`.
pub fn load_model<F: Real>(
    model: &mut impl Parameters<F>,
    path: impl AsRef<Path>,
) -> Result<(), FileError> {
    let path = path.as_ref();
    let loaded = File::open(path).map_err(FileError::from).and_then(|file| read_model(model, file));
    loaded.map_err(|error| FileError::File(path.into(), error.into()))
}

/// As [`load_model`], from a reader, such as the bytes of a file.
///
/// # Errors
///
/// Those of [`load_model`], without the file's name.
pub fn read_model<F: Real>(
    model: &mut impl Parameters<F>,
    mut reader: impl Read,
) -> Result<(), FileError> {
    let arrays = model.named_parameters().into_iter();
    let mut loaded = by_name(arrays.map(|(name, array)| (name, array.to_owned())))?;
    let header = header::read(&mut reader, loaded.len())?;
    header::check_names(&header, &loaded)?;
    // The names are the same, in the same order; the bytes may lie in another.
    let mut tensors: Vec<_> = zip(&mut loaded, header.into_values()).collect();
    tensors.sort_by_key(|(_, entry)| entry.data_offsets);
    let mut place = 0;
    for ((name, array), entry) in tensors {
        let end = entry.check(name, F::DTYPE, array.shape(), place)?;
        let bytes = read_part(&mut reader, &format!("`{name}`"), end - place)?;
        zip(&mut *array, F::from_file(&bytes)).for_each(|(weight, number)| *weight = number);
        check_finite(name, &array.view())?;
        place = end;
    }
    if io::copy(&mut reader.take(1), &mut io::sink())? > 0 {
        return Err(FileError::format("bytes follow its last tensor"));
    }
    // Nothing can fail from here on.
    for (name, mut array) in model.named_parameters_mut() {
        array.assign(&loaded[&name]);
    }
    Ok(())
}

/// The next `length` bytes. It holds what is there, not what was announced.
fn read_part(reader: impl Read, part: &str, length: usize) -> Result<Vec<u8>, FileError> {
    let mut bytes = vec![];
    reader.take(length as u64).read_to_end(&mut bytes)?;
    if bytes.len() < length {
        let (part, found) = (part.into(), bytes.len());
        return Err(FileError::Truncated { part, expected: length, found });
    }
    Ok(bytes)
}

/// The bytes of a file with the weights of this model.
fn encode<F: Real>(model: &impl Parameters<F>) -> Result<Vec<u8>, FileError> {
    let mut tensors = vec![];
    for (name, array) in by_name(model.named_parameters())? {
        check_finite(&name, &array)?;
        let bytes: Vec<u8> = array.iter().flat_map(|value| value.to_file()).collect();
        tensors.push((name, array.shape().to_vec(), bytes));
    }
    let view = |shape: &Vec<usize>, bytes| TensorView::new(F::DTYPE, shape.clone(), bytes);
    let views = tensors.iter().map(|(name, shape, bytes)| Ok((name, view(shape, bytes)?)));
    // What PyTorch's own files say about themselves; some programs ask for it.
    let metadata = HashMap::from([("format".into(), "pt".into())]);
    views
        .collect::<Result<Vec<_>, _>>()
        .and_then(|views| safetensors::serialize(views, Some(metadata)))
        .map_err(FileError::format)
}

/// Of two values with the same name a map alone would keep one in silence.
fn by_name<T>(
    values: impl IntoIterator<Item = (String, T)>,
) -> Result<BTreeMap<String, T>, FileError> {
    let mut map = BTreeMap::new();
    for (name, value) in values {
        if map.contains_key(&name) {
            return Err(FileError::Duplicate(name));
        }
        map.insert(name, value);
    }
    Ok(map)
}

fn check_finite<F: Real>(name: &str, array: &ArrayViewD<'_, F>) -> Result<(), FileError> {
    match array.indexed_iter().find(|(_, value)| !value.is_finite()) {
        None => Ok(()),
        Some((index, &value)) => Err(FileError::NonFinite {
            name: name.into(),
            index: index.as_array_view().to_vec(),
            value: value.into(),
        }),
    }
}
