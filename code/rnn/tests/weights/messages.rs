//! Every error, with the text that a reader sees. The model is as before.

use std::fs;

use ndarray::{ArrayViewD, ArrayViewMutD};
use rnn::{FileError, Linear, Parameters, load_model, read_model, write_model};
use serde_json::json;

use super::damages::{Parts, with_header};
use super::models::Renamed;

/// Two inputs, three outputs, all weights one.
fn model() -> Linear<f32> {
    Linear { weight: ndarray::Array2::ones((3, 2)), bias: ndarray::Array1::ones(3) }
}

/// The file of a model of the same sizes with other weights: `bias` [0, 12], then `weight` [12, 36].
fn file() -> Parts {
    let mut bytes = vec![];
    write_model(&model(), &mut bytes).unwrap();
    let mut parts = Parts::of(&bytes);
    parts.numbers = [0.5_f32; 9].iter().flat_map(|value| value.to_le_bytes()).collect();
    parts
}

/// What the loader says about bytes.
fn complaint(bytes: &[u8]) -> String {
    let mut loaded = model();
    let result = read_model(&mut loaded, bytes);
    assert_eq!(loaded == model(), result.is_err());
    text(result)
}

/// What it says about the file after a change.
fn changed(change: impl FnOnce(&mut Parts)) -> String {
    let mut parts = file();
    change(&mut parts);
    complaint(&parts.bytes())
}

fn header(text: &str) -> String {
    complaint(&with_header(text, &file().numbers))
}

fn text(result: Result<(), FileError>) -> String {
    result.err().map_or_else(|| "no error".into(), |error| error.to_string())
}

fn format(reason: &str) -> String {
    format!("no intact safetensors file: {reason}")
}

#[test]
fn none_for_a_whole_file() {
    assert_eq!(changed(|_| ()), "no error");
    assert_eq!(changed(|file| file.header.reverse()), "no error");
    assert_eq!(changed(|file| file.header.retain(|(name, _)| name != "__metadata__")), "no error");
}

#[test]
fn a_missing_tensor() {
    let missing = changed(|file| file.header.retain(|(name, _)| name != "weight"));
    assert_eq!(missing, "`weight` is missing");
    let renamed = changed(|file| {
        for (name, _) in &mut file.header {
            *name = name.replace("weight", "linear.weight").replace("bias", "linear.bias");
        }
    });
    assert_eq!(
        renamed,
        "`weight` is missing; the file has `linear.bias`, which is not in the model"
    );
}

#[test]
fn an_extra_tensor() {
    let entry = json!({ "dtype": "F32", "shape": [0], "data_offsets": [36, 36] });
    let extra = |name: &str| changed(|file| file.header.push((name.into(), entry.clone())));
    assert_eq!(extra("scale"), "`scale` is in the file, but not in the model");
    assert_eq!(extra("a\nb\u{1b}"), "`a\u{fffd}b\u{fffd}` is in the file, but not in the model");
    assert_eq!(
        extra(&"n".repeat(1000)),
        format!("`{}…` is in the file, but not in the model", "n".repeat(200))
    );
    assert_eq!(extra("bias"), "`bias` is there twice");
}

#[test]
fn another_shape() {
    let shape = |shape| changed(|file| file.entry("weight")["shape"] = shape);
    assert_eq!(shape(json!([2, 3])), "`weight` has shape [2, 3], expected [3, 2]");
    assert_eq!(shape(json!([6])), "`weight` has shape [6], expected [3, 2]");
    assert_eq!(
        shape(json!(vec![1; 1000])),
        format!("`weight` has shape [{}1…, expected [3, 2]", "1, ".repeat(66))
    );
    assert_eq!(
        shape(json!([-1, 2])),
        format("in its header, `weight`: invalid value: integer `-1`, expected usize")
            + " at line 1 column 147"
    );
}

#[test]
fn another_type() {
    let dtype = |dtype| changed(|file| file.entry("bias")["dtype"] = json!(dtype));
    assert_eq!(dtype("F64"), "`bias` has type F64, expected F32");
    assert_eq!(dtype("BF16"), "`bias` has type BF16, expected F32");
    assert_eq!(dtype("float"), "`bias` has type float, expected F32");

    let mut wide =
        Linear { weight: ndarray::Array2::<f64>::ones((3, 2)), bias: ndarray::Array1::ones(3) };
    let error = read_model(&mut wide, file().bytes().as_slice());
    assert_eq!(text(error), "`weight` has type F32, expected F64");
}

#[test]
fn other_offsets() {
    let offsets = |name, offsets| changed(|file| file.entry(name)["data_offsets"] = offsets);
    assert_eq!(
        offsets("weight", json!([12, 40])),
        format("`weight` has 24 bytes, its offsets are 12 and 40")
    );
    assert_eq!(
        offsets("weight", json!([36, 12])),
        format("`weight` has 24 bytes, its offsets are 36 and 12")
    );
    assert_eq!(offsets("weight", json!([0, 24])), format("invalid offset for tensor `weight`"));
    assert_eq!(offsets("weight", json!([16, 40])), format("invalid offset for tensor `weight`"));
}

#[test]
fn a_truncated_file() {
    let bytes = file().bytes();
    let cut = |left: usize| complaint(&bytes[..left]);
    let header = bytes.len() - 36;
    assert_eq!(cut(0), format("it is shorter than the length of a header, 8 bytes"));
    assert_eq!(cut(7), format("it is shorter than the length of a header, 8 bytes"));
    assert_eq!(cut(8), format("it ends after 0 of the 152 bytes of its header"));
    assert_eq!(cut(100), format("it ends after 92 of the 152 bytes of its header"));
    let cut_off = |name, found, of| {
        format!("`{name}` is cut off after {found} of its {of} bytes: the file is not complete")
    };
    assert_eq!(cut(header), cut_off("bias", 0, 12));
    assert_eq!(cut(header + 11), cut_off("bias", 11, 12));
    assert_eq!(cut(header + 12), cut_off("weight", 0, 24));
    assert_eq!(cut(header + 35), cut_off("weight", 23, 24));
    assert_eq!(changed(|file| file.numbers.push(0)), format("bytes follow its last tensor"));
}

#[test]
fn a_header_that_is_none() {
    let no_object = format("its header is not an object of JSON");
    assert_eq!(header(""), no_object);
    assert_eq!(header("[]"), no_object);
    assert_eq!(header(" {}"), no_object);
    assert_eq!(header("{}\n"), no_object);
    assert_eq!(header("{}"), "`weight` is missing");
    assert_eq!(header("{}}"), format("in its header, trailing characters at line 1 column 3"));
    assert_eq!(
        header("{\"weight\":{\"dtype\":\"F32\"}}"),
        format("in its header, `weight`: missing field `shape` at line 1 column 25")
    );
    assert_eq!(
        header("{\"weight\":{\"a\\nb\":\"F32\"}}"),
        format("in its header, `weight`: unknown field `a\u{fffd}b`, expected one of `dtype`, ")
            + "`shape`, `data_offsets` at line 1 column 17"
    );
    assert_eq!(
        header("{\"__metadata__\":{},\"__metadata__\":{}}"),
        format("in its header, duplicate field `__metadata__` at line 1 column 33")
    );
    assert_eq!(
        complaint(&u64::MAX.to_le_bytes()),
        format("it announces a header of 18446744073709551615 bytes, more than 1050624")
    );
}

#[test]
fn a_weight_that_is_not_finite() {
    let not_finite =
        |number: f32| changed(|file| file.numbers[28..32].copy_from_slice(&number.to_le_bytes()));
    assert_eq!(not_finite(f32::NAN), "`weight` is not finite at [2, 0]: NaN");
    assert_eq!(not_finite(f32::NEG_INFINITY), "`weight` is not finite at [2, 0]: -inf");
}

#[test]
fn no_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.safetensors");
    let none = text(load_model(&mut model(), &path));
    assert!(none.starts_with(&format!("in `{}`: ", path.display())), "{none}");
    let no_file = text(load_model(&mut model(), folder.path()));
    assert!(no_file.starts_with(&format!("in `{}`: ", folder.path().display())), "{no_file}");

    fs::write(&path, "{").unwrap();
    assert_eq!(
        text(load_model(&mut model(), &path)),
        format!("in `{}`: ", path.display())
            + &format("it is shorter than the length of a header, 8 bytes")
    );
}

#[test]
fn a_model_without_proper_names() {
    let named = |names: &[&str]| {
        let names = names.iter().map(|&name| name.into()).collect();
        let mut model = Renamed { model: model(), names };
        let written = text(write_model(&model, vec![]));
        assert_eq!(text(read_model(&mut model, file().bytes().as_slice())), written);
        written
    };
    assert_eq!(named(&["weight"]), "the model has 2 arrays, but 1 names");
    assert_eq!(named(&["weight", "weight"]), "`weight` is there twice");
}

/// A model of nothing is a file of nothing.
#[test]
fn a_model_without_arrays() {
    #[derive(Default)]
    struct Nothing;
    impl Parameters<f32> for Nothing {
        fn parameters(&self) -> Vec<ArrayViewD<'_, f32>> {
            vec![]
        }
        fn parameters_mut(&mut self) -> Vec<ArrayViewMutD<'_, f32>> {
            vec![]
        }
        fn names(&self) -> Vec<String> {
            vec![]
        }
    }
    let mut bytes = vec![];
    write_model(&Nothing, &mut bytes).unwrap();
    read_model(&mut Nothing, bytes.as_slice()).unwrap();
    let extra = text(read_model(&mut Nothing, file().bytes().as_slice()));
    assert_eq!(extra, "`bias` is in the file, but not in the model");
}
