//! What PyTorch saved, and what PyTorch is to load.

use std::error::Error;
use std::path::Path;
use std::{env, fs};

use ndarray::{Axis, arr2};
use rand::{SeedableRng, rngs::ChaCha8Rng};
use rnn::{Embedding, Parameters, Real, Rnn, load_model, read_model, save_model, write_model};
use serde_json::json;

use super::file::Parts;
use super::models::{Vector, vector, vectors};
use crate::vectors::{F32_TOLERANCE, F64_TOLERANCE};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Runs something in the precision of a vector.
macro_rules! in_its_precision {
    ($run:ident, $vector:expr $(, $more:expr)?) => {
        if $vector.precision == "float32" {
            $run::<f32>($vector $(, $more)?)
        } else {
            $run::<f64>($vector $(, $more)?)
        }
    };
}

#[test]
fn outputs_agree() -> Result<()> {
    fn deviation<F: Real>(vector: &Vector) -> Result<f64> {
        Ok(vector.loaded::<F>()?.run(vector)?.deviation(&vector.outcome))
    }
    for vector in &vectors().vectors {
        let deviation = in_its_precision!(deviation, vector)?;
        let tolerance = if vector.precision == "float32" { F32_TOLERANCE } else { F64_TOLERANCE };
        assert!(deviation <= tolerance, "{}: off by {deviation:e}", vector.file);
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
        all.push(in_its_precision!(saved, vector, &folder)?);
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
    let file = Parts::of(&vector.bytes());
    let mut exchanged = 0;
    for (a, (name, entry)) in file.header.iter().enumerate() {
        for (b, (other, _)) in file.header[..a]
            .iter()
            .enumerate()
            .filter(|(_, (_, other))| other["shape"] == entry["shape"])
        {
            let mut file = file.clone();
            file.header[a].0.clone_from(other);
            file.header[b].0.clone_from(name);
            let mut model = vector.drawn::<f64>(1)?;
            read_model(&mut model, file.bytes().as_slice())?;
            let deviation = model.run(&vector)?.deviation(&vector.outcome);
            assert!(deviation > 1e-3, "{name} and {other}: {deviation:e}");
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
    let mut rnn = Rnn::<f32>::new(vector.d, vector.h, &mut rng())?;
    load_model(&mut rnn, vector.path())?;
    let mut by_columns = rnn.clone();
    let cell = &mut by_columns.cells[0];
    cell.w_hh = cell.w_hh.t().as_standard_layout().into_owned().reversed_axes();
    // From its end in memory to its beginning.
    cell.b_ih.invert_axis(Axis(0));
    cell.b_ih.assign(&rnn.cells[0].b_ih);
    assert!(!cell.w_hh.is_standard_layout() && !cell.b_ih.is_standard_layout());
    let mut bytes = vec![];
    write_model(&by_columns, &mut bytes)?;
    assert!(bytes == vector.bytes());

    by_columns.parameters_mut().iter_mut().for_each(|array| array.fill(0.0));
    read_model(&mut by_columns, bytes.as_slice())?;
    assert!(!by_columns.cells[0].w_hh.is_standard_layout());
    assert_eq!(by_columns, rnn);
    Ok(())
}

/// Every finite number comes back as it was, the sign of zero included.
#[test]
fn extreme_numbers_come_back() -> Result<()> {
    let numbers = [f64::MAX, f64::MIN, f64::MIN_POSITIVE, 5e-324, -0.0, 1.0 / 3.0];
    let model = Embedding { weight: arr2(&[numbers]) };
    let mut bytes = vec![];
    write_model(&model, &mut bytes)?;
    let mut other = Embedding::<f64>::new(1, 6, &mut rng())?;
    read_model(&mut other, bytes.as_slice())?;
    assert_eq!(other.weight.map(|value| value.to_bits()), arr2(&[numbers.map(f64::to_bits)]));
    Ok(())
}

fn rng() -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(3)
}
