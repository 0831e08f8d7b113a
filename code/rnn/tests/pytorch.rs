//! The crate computes what PyTorch computes, in both precisions, layer and cell.
//!
//! Which mistakes these vectors would catch is the subject of `mutants.rs`.

mod vectors;

use std::iter::zip;

use approx::AbsDiffEq;
use ndarray::{Array2, Array3, ArrayRef3};
use rnn::{Error, Real, Rnn, RnnCell};
use vectors::{F32_TOLERANCE, F64_TOLERANCE, Outcome, Shape, Vector, Vectors};

#[test]
fn forward_agrees_in_f64() -> Result<(), Error> {
    agrees::<f64>(layer, |vector| &vector.float64, F64_TOLERANCE)
}

#[test]
fn forward_agrees_in_f32() -> Result<(), Error> {
    agrees::<f32>(layer, |vector| &vector.float32, F32_TOLERANCE)
}

#[test]
fn steps_agree_in_f64() -> Result<(), Error> {
    agrees::<f64>(steps, |vector| &vector.float64, F64_TOLERANCE)
}

#[test]
fn steps_agree_in_f32() -> Result<(), Error> {
    agrees::<f32>(steps, |vector| &vector.float32, F32_TOLERANCE)
}

type Run<F> = fn(&RnnCell<F>, &ArrayRef3<F>, Option<&ArrayRef3<F>>) -> Result<States<F>, Error>;
type States<F> = (Array3<F>, Array3<F>);

fn layer<F: Real>(
    cell: &RnnCell<F>,
    x: &ArrayRef3<F>,
    h_0: Option<&ArrayRef3<F>>,
) -> Result<States<F>, Error> {
    Rnn::from(cell.clone()).forward(x, h_0)
}

fn steps<F: Real>(
    cell: &RnnCell<F>,
    x: &ArrayRef3<F>,
    h_0: Option<&ArrayRef3<F>>,
) -> Result<States<F>, Error> {
    let (n, t, _) = x.dim();
    let mut output = Array3::zeros((n, t, cell.hidden_size()));
    let mut h_n = Array3::zeros((1, n, cell.hidden_size()));
    if let Some(h_0) = h_0 {
        h_n.assign(h_0);
    }
    let sequences = zip(x.outer_iter(), output.outer_iter_mut());
    for ((x, mut output), mut h) in zip(sequences, h_n.rows_mut()) {
        for (x, mut output) in zip(x.rows(), output.rows_mut()) {
            let next = cell.step(&x, &h)?;
            output.assign(&next);
            h.assign(&next);
        }
    }
    Ok((output, h_n))
}

fn agrees<F>(run: Run<F>, expected: fn(&Vector) -> &Outcome, tolerance: f64) -> Result<(), Error>
where
    F: Real + AbsDiffEq<Epsilon = F>,
{
    let vectors = Vectors::read();
    let mut widest = 0.0;
    for vector in &vectors.vectors {
        let (x, h_0) = arguments(vector);
        let (output, h_n) = run(&cell(vector), &x, h_0.as_deref())?;
        let (torch_output, torch_h_n) = states::<F>(expected(vector), vector.shape);
        let deviation = deviation(&output, &torch_output).max(deviation(&h_n, &torch_h_n));
        widest = deviation.max(widest);
        assert!(
            output.abs_diff_eq(&torch_output, F::from_f64(tolerance))
                && h_n.abs_diff_eq(&torch_h_n, F::from_f64(tolerance)),
            "{}: off by {deviation:e} from {}, more than {tolerance:e}",
            vector.name,
            vectors.made_with(),
        );
    }
    println!("at most {widest:e} from {}", vectors.made_with());
    Ok(())
}

fn cell<F: Real>(vector: &Vector) -> RnnCell<F> {
    let Shape { d, h, .. } = vector.shape;
    RnnCell {
        w_ih: matrix(&vector.w_ih, [h, d]),
        w_hh: matrix(&vector.w_hh, [h, h]),
        b_ih: numbers(&vector.b_ih).into(),
        b_hh: numbers(&vector.b_hh).into(),
    }
}

fn arguments<F: Real>(vector: &Vector) -> (Array3<F>, Option<Array3<F>>) {
    let Shape { n, t, d, h } = vector.shape;
    let h_0 = vector.h_0.as_ref().map(|h_0| array(h_0, [1, n, h]));
    (array(&vector.x, [n, t, d]), h_0)
}

fn states<F: Real>(outcome: &Outcome, shape: Shape) -> States<F> {
    let Shape { n, t, h, .. } = shape;
    (array(&outcome.output, [n, t, h]), array(&outcome.h_n, [1, n, h]))
}

fn matrix<F: Real>(flat: &[f64], shape: [usize; 2]) -> Array2<F> {
    Array2::from_shape_vec(shape, numbers(flat)).expect("as many numbers as the shape says")
}

fn array<F: Real>(flat: &[f64], shape: [usize; 3]) -> Array3<F> {
    Array3::from_shape_vec(shape, numbers(flat)).expect("as many numbers as the shape says")
}

fn numbers<F: Real>(flat: &[f64]) -> Vec<F> {
    flat.iter().map(|&value| F::from_f64(value)).collect()
}

fn deviation<F: Real>(a: &Array3<F>, b: &Array3<F>) -> f64 {
    (a - b).iter().fold(0.0, |widest, &difference| difference.abs().into().max(widest))
}
