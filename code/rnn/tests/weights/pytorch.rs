//! What PyTorch saved, and what PyTorch is to load.

use std::error::Error;
use std::path::Path;
use std::{env, fs};

use ndarray::ShapeBuilder;
use rnn::{Parameters, Real, Rnn, load_model, read_model, save_model, write_model};
use serde_json::json;

use super::models::{Renamed, Vector, vector, vectors};
use crate::pytorch::arrays::agrees;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Runs something in the precision of a vector.
macro_rules! in_its_precision {
    ($run:ident, $vector:expr) => {
        if $vector.precision == "float32" { $run::<f32>($vector) } else { $run::<f64>($vector) }
    };
}

#[test]
fn outputs_agree() -> Result<()> {
    fn deviation<F: Real>(vector: &Vector) -> Result<f64> {
        Ok(vector.loaded::<F>()?.run(vector)?.deviation(&vector.outcome))
    }
    for precision in ["float32", "float64"] {
        let mut of_precision = vectors();
        of_precision.vectors.retain(|vector| vector.precision == precision);
        assert_eq!(of_precision.vectors.len(), 3);
        let tolerance = of_precision.vectors[0].tolerance();
        let deviation = |vector: &Vector| in_its_precision!(deviation, vector);
        agrees(&of_precision, |vector| &vector.file, deviation, tolerance)?;
    }
    Ok(())
}

/// So what the crate saves is what PyTorch would load, without PyTorch at hand.
#[test]
fn the_same_file_comes_out_byte_for_byte() -> Result<()> {
    fn written<F: Real>(vector: &Vector) -> Result<Vec<u8>> {
        let mut bytes = vec![];
        write_model(&vector.loaded::<F>()?, &mut bytes)?;
        Ok(bytes)
    }
    for vector in &vectors().vectors {
        assert!(in_its_precision!(written, vector)? == vector.bytes(), "{}", vector.file);
    }
    Ok(())
}

/// Leaves files for `weights.py --check`: models of the crate, and what the crate computes with
/// them.
#[test]
fn files_for_pytorch() -> Result<()> {
    fn saved<F: Real>(vector: &Vector, folder: &Path) -> Result<Vector> {
        let model = vector.drawn::<F>(2)?;
        save_model(&model, folder.join(&vector.file))?;
        Ok(Vector { outcome: model.run(vector)?, ..vector.clone() })
    }
    // The test lies in `target/debug/deps`, wherever that has been copied to.
    let target = env::current_exe()?.ancestors().nth(3).map(Path::to_path_buf);
    let folder = target.ok_or("the test lies in no target folder")?.join("tmp/weights");
    fs::create_dir_all(&folder)?;
    let mut all = vec![];
    for vector in &vectors().vectors {
        let saved = if vector.precision == "float32" { saved::<f32> } else { saved::<f64> };
        all.push(saved(vector, &folder)?);
    }
    let json = folder.join("models.json");
    fs::write(&json, serde_json::to_string(&json!({ "vectors": all }))?)?;
    println!("python code/rnn/tests/pytorch/weights.py --check {}", json.display());
    Ok(())
}

/// Would the outputs show that two tensors were mistaken for each other? Any two of the same shape
/// are exchanged here; biases of the same gates too, which only a GRU does not just add up.
#[test]
fn any_two_tensors_exchanged_are_seen() -> Result<()> {
    let vector = vector("gru", "float64");
    let model = vector.loaded::<f64>()?;
    let names = model.names();
    let shapes: Vec<_> = model.parameters().iter().map(|array| array.shape().to_vec()).collect();
    let mut exchanged = 0;
    for a in 0..names.len() {
        for b in (0..a).filter(|&b| shapes[a] == shapes[b]) {
            let mut names = names.clone();
            names.swap(a, b);
            let mut other = Renamed { model: vector.drawn::<f64>(1)?, names };
            read_model(&mut other, vector.bytes().as_slice())?;
            let deviation = other.model.run(&vector)?.deviation(&vector.outcome);
            assert!(deviation > 1e-3, "{} and {}: {deviation:e}", other.names[a], other.names[b]);
            exchanged += 1;
        }
    }
    assert_eq!(exchanged, 8 * 7 / 2 + 4 * 3 / 2 + 2);
    Ok(())
}

/// Numbers go to the file row by row, however they lie in memory, and back.
#[test]
fn layouts_make_no_difference() -> Result<()> {
    let vector = vector("rnn", "float32");
    let rnn = {
        let mut rnn = Rnn::<f32>::new(vector.d, vector.h, &mut rng())?;
        load_model(&mut rnn, vector.path())?;
        rnn
    };
    let mut by_columns = rnn.clone();
    let cell = &mut by_columns.cells[0];
    for matrix in [&mut cell.w_ih, &mut cell.w_hh] {
        let mut columns = ndarray::Array2::zeros(matrix.dim().f());
        columns.assign(matrix);
        *matrix = columns;
    }
    // From its end in memory to its beginning.
    cell.b_ih.invert_axis(ndarray::Axis(0));
    cell.b_ih.assign(&rnn.cells[0].b_ih);
    assert!(!cell.w_hh.is_standard_layout() && !cell.b_ih.is_standard_layout());

    let mut bytes = vec![];
    write_model(&by_columns, &mut bytes)?;
    assert!(bytes == vector.bytes());

    for mut array in by_columns.parameters_mut() {
        array.fill(0.0);
    }
    read_model(&mut by_columns, bytes.as_slice())?;
    assert!(!by_columns.cells[0].w_hh.is_standard_layout());
    assert_eq!(by_columns, rnn);
    Ok(())
}

/// Every finite number comes back as it was, the sign of zero included.
#[test]
fn extreme_numbers_come_back() -> Result<()> {
    let numbers = [f64::MAX, f64::MIN, f64::MIN_POSITIVE, 5e-324, -0.0, 1.0 / 3.0];
    let mut model = rnn::Linear::<f64>::new(5, 1, &mut rng())?;
    model.weight.iter_mut().chain(&mut model.bias).zip(numbers).for_each(|(to, from)| *to = from);
    let mut bytes = vec![];
    write_model(&model, &mut bytes)?;
    let mut other = rnn::Linear::<f64>::new(5, 1, &mut rng())?;
    read_model(&mut other, bytes.as_slice())?;
    let bits = |value: &f64| value.to_bits();
    assert!(other.weight.iter().chain(&other.bias).map(bits).eq(numbers.iter().map(bits)));
    Ok(())
}

fn rng() -> rand::rngs::ChaCha8Rng {
    rand::SeedableRng::seed_from_u64(3)
}
