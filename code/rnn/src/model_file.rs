//! Models in files, under PyTorch's names.

mod error;
mod header;

use std::collections::{HashMap, HashSet};
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::iter::zip;
use std::ops::Range;
use std::path::{Path, PathBuf};

use ndarray::ArrayViewD;
use safetensors::tensor::TensorView;
use tempfile::NamedTempFile;

pub use error::FileError;
use header::{Header, read_up_to};

use crate::{Parameters, Real};

/// An array of the model, as it is called in a file.
struct Tensor {
    name: String,
    shape: Vec<usize>,
}

/// Saves the weights and biases of a model in a file, under the [names](Parameters::names) that
/// they have in PyTorch.
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
/// A file that is already there is replaced in one moment: the weights are written to a file beside
/// it, which then takes its name and its permissions. Whatever interrupts that, the old file stays
/// whole; and an error leaves nothing else behind. (A program that is killed meanwhile leaves a
/// file `.tmp…` in the folder.) A symbolic link stays one, and leads to the new file.
///
/// # Errors
///
/// [`FileError::File`] names the file, and then
///
/// - [`FileError::Io`] where the operating system cannot write; also where `path` is a folder, a
///   device or a file that is read-only.
/// - Those of [`write_model`].
///
/// Source: `save_model` of the Python package `safetensors.torch`.
pub fn save_model<F: Real>(
    model: &impl Parameters<F>,
    path: impl AsRef<Path>,
) -> Result<(), FileError> {
    let path = path.as_ref();
    encode(model).and_then(|bytes| Ok(replace(path, &bytes)?)).map_err(|error| error.in_file(path))
}

/// As [`save_model`], into a writer.
///
/// # Errors
///
/// - [`FileError::Io`] where the writer fails.
/// - [`FileError::NonFinite`] where a weight is: no layer could compute with it.
/// - [`FileError::Names`] and [`FileError::Duplicate`] where the names of the model are not one for
///   each array.
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
/// [names](Parameters::names), shapes and type, and no others. On an error the model is as before.
///
/// The format has no check sum. A file that is damaged in its header, or too short or too long, is
/// an error, and so is a weight that is not finite; but where one number became another, nothing
/// shows it.
///
/// No file makes this hold more memory than a small multiple of the model's and of a megabyte.
///
/// # Errors
///
/// [`FileError::File`] names the file, and then
///
/// - [`FileError::Io`] where the operating system cannot read.
/// - [`FileError::Format`] where the header is damaged, or bytes follow the last tensor.
/// - [`FileError::Missing`], [`FileError::Extra`] and [`FileError::Duplicate`] where the file has
///   not each tensor of the model once, and no others.
/// - [`FileError::Shape`] and [`FileError::Dtype`] where a tensor has another shape or type than in
///   the model.
/// - [`FileError::Truncated`] where the file ends too early.
/// - [`FileError::NonFinite`] where a weight is.
/// - [`FileError::Names`] where the names of the model are not one for each array.
///
/// Sources: `load_model` of the Python package `safetensors.torch`, and PyTorch's
/// `load_state_dict` with `strict=True`.
pub fn load_model<F: Real>(
    model: &mut impl Parameters<F>,
    path: impl AsRef<Path>,
) -> Result<(), FileError> {
    let path = path.as_ref();
    File::open(path)
        .map_err(FileError::from)
        .and_then(|file| read_model(model, file))
        .map_err(|error| error.in_file(path))
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
    let tensors = tensors(model)?;
    let places = Header::read(&mut reader, tensors.len())?.places(&tensors, F::DTYPE)?;
    let numbers = read_numbers(reader, &tensors, &places)?;
    for (tensor, place) in zip(&tensors, &places) {
        check_finite(tensor, F::from_file(&numbers[place.clone()]))?;
    }
    // Nothing can fail from here on.
    for (mut array, place) in zip(model.parameters_mut(), places) {
        for (weight, number) in zip(&mut array, F::from_file(&numbers[place])) {
            *weight = number;
        }
    }
    Ok(())
}

/// The bytes behind the header: those of all tensors, and no more.
fn read_numbers(
    reader: impl Read,
    tensors: &[Tensor],
    places: &[Range<usize>],
) -> Result<Vec<u8>, FileError> {
    let length = places.iter().map(|place| place.end).max().unwrap_or(0);
    let bytes = read_up_to(reader, length as u64 + 1)?;
    if bytes.len() > length {
        return Err(FileError::format("bytes follow its last tensor"));
    }
    let cut_off = zip(tensors, places)
        .filter(|(_, place)| place.end > bytes.len())
        .min_by_key(|(_, place)| place.start);
    match cut_off {
        None => Ok(bytes),
        Some((tensor, place)) => Err(FileError::Truncated {
            name: tensor.name.clone(),
            expected: place.len(),
            found: bytes.len().saturating_sub(place.start),
        }),
    }
}

/// The bytes of a file with the weights of this model.
fn encode<F: Real>(model: &impl Parameters<F>) -> Result<Vec<u8>, FileError> {
    let tensors = tensors(model)?;
    let arrays = model.parameters();
    for (tensor, array) in zip(&tensors, &arrays) {
        check_finite(tensor, array.iter().copied())?;
    }
    let bytes =
        |array: &ArrayViewD<'_, F>| array.iter().flat_map(|value| value.to_file()).collect();
    let bytes: Vec<Vec<u8>> = arrays.iter().map(bytes).collect();
    // What PyTorch's own files say about themselves; some programs ask for it.
    let metadata = HashMap::from([("format".into(), "pt".into())]);
    zip(tensors, &bytes)
        .map(|(tensor, bytes)| Ok((tensor.name, TensorView::new(F::DTYPE, tensor.shape, bytes)?)))
        .collect::<Result<Vec<_>, _>>()
        .and_then(|views| safetensors::serialize(views, Some(metadata)))
        .map_err(|error| FileError::format(error.to_string()))
}

/// Puts a file with these bytes in the place of `path`, or leaves everything as it is.
fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let path = target(path)?;
    let old = existing(&path)?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let mut file = temporary_file(folder.unwrap_or(Path::new(".")))?;
    if let Some(old) = old {
        file.as_file().set_permissions(old.permissions())?;
    }
    file.write_all(bytes)?;
    // Without this, a crash of the machine could leave the new name with an empty file.
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}

/// Where links lead to, so that the file is replaced and not the link.
fn target(path: &Path) -> io::Result<PathBuf> {
    match path.canonicalize() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(path.into()),
        result => result,
    }
}

/// The file that is to be replaced. A folder or a device cannot be; a file that is read-only could,
/// but shall not.
fn existing(path: &Path) -> io::Result<Option<fs::Metadata>> {
    match fs::metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
        Ok(old) if !old.is_file() => {
            Err(io::Error::new(io::ErrorKind::InvalidInput, "this is not a regular file"))
        }
        Ok(old) if old.permissions().readonly() => {
            Err(io::Error::new(io::ErrorKind::PermissionDenied, "this file is read-only"))
        }
        Ok(old) => Ok(Some(old)),
    }
}

/// A file that is removed unless it gets another name.
fn temporary_file(folder: &Path) -> io::Result<NamedTempFile> {
    #[cfg_attr(not(unix), expect(unused_mut))]
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // Those of every new file, less what the user's `umask` takes. A temporary file would
        // otherwise be its owner's alone.
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    // The text of the error would show a name that nobody knows.
    builder.tempfile_in(folder).map_err(|error| error.kind().into())
}

/// The names and shapes of the model's arrays.
fn tensors<F: Real>(model: &impl Parameters<F>) -> Result<Vec<Tensor>, FileError> {
    let (names, arrays) = (model.names(), model.parameters());
    if names.len() != arrays.len() {
        return Err(FileError::Names { arrays: arrays.len(), names: names.len() });
    }
    check_unique(names.iter().map(String::as_str))?;
    Ok(zip(names, arrays)
        .map(|(name, array)| Tensor { name, shape: array.shape().to_vec() })
        .collect())
}

fn check_unique<'a>(mut names: impl Iterator<Item = &'a str>) -> Result<(), FileError> {
    let mut seen = HashSet::new();
    match names.find(|name| !seen.insert(*name)) {
        None => Ok(()),
        Some(name) => Err(FileError::Duplicate { name: name.into() }),
    }
}

/// Checks numbers that lie row by row.
fn check_finite<F: Real>(
    Tensor { name, shape }: &Tensor,
    numbers: impl Iterator<Item = F>,
) -> Result<(), FileError> {
    let Some((place, value)) = numbers.enumerate().find(|(_, value)| !value.is_finite()) else {
        return Ok(());
    };
    let mut index = vec![0; shape.len()];
    let mut left = place;
    for (index, size) in zip(&mut index, shape).rev() {
        (*index, left) = (left % size, left / size);
    }
    Err(FileError::NonFinite { name: name.clone(), index, value: value.into() })
}
