//! Every error, with the text that a reader sees. The model is as before.

use std::fs;

use ndarray::{Array1, Array2, ArrayD, ArrayViewD, ArrayViewMutD};
use rnn::{FileError, Linear, Parameters, load_model, read_model, write_model};

use super::file::with_header;

/// Of the file of [`model`].
const HEADER: &str = concat!(
    r#"{"__metadata__":{"format":"pt"},"#,
    r#""bias":{"dtype":"F32","shape":[3],"data_offsets":[0,12]},"#,
    r#""weight":{"dtype":"F32","shape":[3,2],"data_offsets":[12,36]}}"#,
);

/// Two inputs, three outputs, all weights one.
fn model() -> Linear<f32> {
    Linear { weight: Array2::ones((3, 2)), bias: Array1::ones(3) }
}

/// A file with other weights.
fn file(header: &str) -> Vec<u8> {
    with_header(header, &[0.5_f32; 9].map(f32::to_le_bytes).concat())
}

/// What the loader says about bytes.
fn complaint(bytes: &[u8]) -> String {
    let mut loaded = model();
    let result = read_model(&mut loaded, bytes);
    assert_eq!(loaded == model(), result.is_err());
    text(result)
}

fn text(result: Result<(), FileError>) -> String {
    result.err().map_or_else(|| "no error".into(), |error| error.to_string())
}

/// What it says where this stands in the header in the place of that.
fn changed(that: &str, this: &str) -> String {
    assert!(HEADER.contains(that), "{that}");
    complaint(&file(&HEADER.replacen(that, this, 1)))
}

#[test]
fn none_for_a_whole_file() {
    let mut written = vec![];
    write_model(&model(), &mut written).unwrap();
    assert_eq!(written, with_header(HEADER, &[1_f32; 9].map(f32::to_le_bytes).concat()));
    assert_eq!(complaint(&file(HEADER)), "no error");
    assert_eq!(changed(r#""__metadata__":{"format":"pt"},"#, ""), "no error");
    let (bias, weight) = HEADER[32..HEADER.len() - 1].split_once(",\"w").unwrap();
    assert_eq!(complaint(&file(&format!("{{\"w{weight},{bias}}}"))), "no error");
}

#[test]
fn of_tensors_that_are_not_the_models() {
    for (that, this, message) in [
        ("[3,2]", "[2,3]", "`weight` has shape [2, 3], expected [3, 2]"),
        ("[3,2]", "[6]", "`weight` has shape [6], expected [3, 2]"),
        ("[3]", "[]", "`bias` has shape [], expected [3]"),
        ("F32", "BF16", "`bias` has type BF16, expected F32"),
        ("F32", r"a\tb", "`bias` has type a\u{fffd}b, expected F32"),
        (r#""weight""#, r#""bias""#, "`bias` is there twice"),
        ("bias", "b", "`bias` is missing; the file has `b`, which is not in the model"),
        ("bias", r"\n", "`bias` is missing; the file has `\u{fffd}`, which is not in the model"),
    ] {
        assert_eq!(changed(that, this), message);
    }
    let bias = HEADER[32..].split_inclusive("},").next().unwrap();
    assert_eq!(changed(bias, ""), "`bias` is missing");
    let more = r#"{"scale":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},"#;
    assert_eq!(changed("{", more), "`scale` is in the file, but not in the model");
    let mut wide = Linear { weight: Array2::<f64>::ones((3, 2)), bias: Array1::ones(3) };
    let wide = text(read_model(&mut wide, file(HEADER).as_slice()));
    assert_eq!(wide, "`bias` has type F32, expected F64");
}

/// What a file says may be very long.
#[test]
fn is_shortened() {
    let ones = format!("[{}1]", "1,".repeat(1000));
    let shown = format!("`weight` has shape [{}1…, expected [3, 2]", "1, ".repeat(66));
    assert_eq!(changed("[3,2]", &ones), shown);
    let missing = changed("bias", &"n".repeat(1000));
    assert!(missing.contains(&format!("`{}…`", "n".repeat(200))), "{missing}");
}

#[test]
fn of_a_damaged_header() {
    let no_object = "its header is not an object of JSON";
    for (that, this, reason) in [
        (HEADER, "", no_object),
        (HEADER, "[]", no_object),
        ("{", " {", no_object),
        ("}}", "}}\n", no_object),
        ("}}", "}}}", "trailing characters"),
        ("]}}", "]}", "EOF while parsing an object"),
        ("[12,36]", "[12,40]", "`weight` lies at (12, 40), expected (12, 36)"),
        ("[12,36]", "[36,12]", "`weight` lies at (36, 12), expected (12, 36)"),
        ("[12,36]", "[0,24]", "`weight` lies at (0, 24), expected (12, 36)"),
        ("[12,36]", "[16,40]", "`weight` lies at (16, 40), expected (12, 36)"),
        ("shape", "sha", "`bias`: unknown field `sha`, expected"),
        ("shape", r"\n", "`bias`: unknown field `\u{fffd}`, expected"),
        (r#""shape":[3],"#, "", "`bias`: missing field `shape`"),
        ("[3,2]", "[-3,2]", "`weight`: invalid value: integer `-3`, expected usize"),
        ("[3,2]", "[0.5,2]", "`weight`: invalid type: floating point `0.5`, expected usize"),
        (r#""pt""#, "7", "`__metadata__`: invalid type: integer `7`, expected a string"),
        ("bias", "__metadata__", "duplicate field `__metadata__`"),
    ] {
        let message = changed(that, this);
        let text = message.strip_prefix("no intact safetensors file: ").unwrap_or(&message);
        assert!(text.trim_start_matches("in its header, ").starts_with(reason), "{message}");
    }
    assert_eq!(
        complaint(&u64::MAX.to_le_bytes()),
        "no intact safetensors file: it announces a header of 18446744073709551615 bytes, \
         more than 1050624"
    );
}

#[test]
fn of_a_file_of_another_length() {
    let whole = file(HEADER);
    let header = whole.len() - 36;
    for (left, part, found, expected) in [
        (0, "the length of the header", 0, 8),
        (7, "the length of the header", 7, 8),
        (8, "the header", 0, 152),
        (100, "the header", 92, 152),
        (header, "`bias`", 0, 12),
        (header + 11, "`bias`", 11, 12),
        (header + 12, "`weight`", 0, 24),
        (header + 35, "`weight`", 23, 24),
    ] {
        let bytes = format!("{found} of its {expected} bytes: the file is not complete");
        assert_eq!(complaint(&whole[..left]), format!("{part} is cut off after {bytes}"));
    }
    let longer = complaint(&[&*whole, &[0]].concat());
    assert_eq!(longer, "no intact safetensors file: bytes follow its last tensor");
}

#[test]
fn of_a_weight_that_is_not_finite() {
    for (place, number, message) in [
        (28, f32::NAN, "`weight` is not finite at [2, 0]: NaN"),
        (4, f32::NEG_INFINITY, "`bias` is not finite at [1]: -inf"),
    ] {
        let mut bytes = file(HEADER);
        let place = bytes.len() - 36 + place;
        bytes[place..place + 4].copy_from_slice(&number.to_le_bytes());
        assert_eq!(complaint(&bytes), message);
    }
}

#[test]
fn names_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.safetensors");
    for none in [&path, folder.path()] {
        let message = text(load_model(&mut model(), none));
        assert!(message.starts_with(&format!("in `{}`: ", none.display())), "{message}");
    }
    fs::write(&path, "{").unwrap();
    let message = text(load_model(&mut model(), &path));
    assert!(message.starts_with(&format!("in `{}`: the length of", path.display())), "{message}");
}

/// A model of arrays under any names.
struct Arrays(Vec<(&'static str, ArrayD<f32>)>);

impl Parameters<f32> for Arrays {
    fn named_parameters(&self) -> Vec<(String, ArrayViewD<'_, f32>)> {
        self.0.iter().map(|(name, array)| (name.to_string(), array.view())).collect()
    }

    fn named_parameters_mut(&mut self) -> Vec<(String, ArrayViewMutD<'_, f32>)> {
        self.0.iter_mut().map(|(name, array)| (name.to_string(), array.view_mut())).collect()
    }
}

#[test]
fn of_a_model_with_the_same_name_twice() {
    let mut model = Arrays(vec![("weight", ArrayD::zeros(vec![1])); 2]);
    assert_eq!(text(write_model(&model, vec![])), "`weight` is there twice");
    assert_eq!(text(read_model(&mut model, &[][..])), "`weight` is there twice");
}

/// A model of nothing is a file of nothing.
#[test]
fn none_for_a_model_without_arrays() {
    let mut bytes = vec![];
    write_model(&Arrays(vec![]), &mut bytes).unwrap();
    read_model(&mut Arrays(vec![]), bytes.as_slice()).unwrap();
    let extra = text(read_model(&mut Arrays(vec![]), file(HEADER).as_slice()));
    assert_eq!(extra, "`bias` is in the file, but not in the model");
}
