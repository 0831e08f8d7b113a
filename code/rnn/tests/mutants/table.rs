//! Which vectors reject which mutant, and which accept the right formula.

use crate::vectors::{F32_TOLERANCE, F64_TOLERANCE, Outcome, Shape, Vector, Vectors};

/// A mutant is rejected where it is off by this much: a thousand times what the tests allow in f32.
pub const REJECTION: f64 = 1000.0 * F32_TOLERANCE;

/// A name, the shapes that hide the mistake (others end in an error), and the wrong formula.
pub type Mutant = (&'static str, fn(Shape) -> bool, fn(&Vector) -> Outcome);

pub fn any(_: Shape) -> bool {
    true
}

pub fn d_is_h(shape: Shape) -> bool {
    shape.d == shape.h
}

pub fn n_is_t(shape: Shape) -> bool {
    shape.n == shape.t
}

pub fn accept(vectors: &Vectors<Vector>, formula: impl Fn(&Vector) -> Outcome) {
    for vector in &vectors.vectors {
        let outcome = formula(vector);
        let wide = outcome.deviation(&vector.float64);
        let narrow = outcome.deviation(&vector.float32);
        assert!(
            wide <= F64_TOLERANCE && narrow <= F32_TOLERANCE,
            "{}: off by {wide:e} and {narrow:e} from {}",
            vector.name,
            vectors.made_with(),
        );
    }
}

pub fn reject_all(vectors: &[Vector], mutants: &[Mutant]) {
    for &(name, fits, mutant) in mutants {
        let fitting: Vec<_> = vectors.iter().filter(|vector| fits(vector.shape)).collect();
        reject(&fitting, name, mutant);
    }
}

pub fn reject(vectors: &[&Vector], name: &str, mutant: impl Fn(&Vector) -> Outcome) {
    let differs = |vector: &&&Vector| mutant(vector).deviation(&vector.float64) > REJECTION;
    count(vectors.iter().filter(differs).count(), vectors.len(), name);
}

/// Prints a line of the table.
pub fn count(rejected: usize, total: usize, name: &str) {
    println!("{name:<40} rejected by {rejected:>2} of {total}");
    assert!(rejected > 0, "no vector tells `{name}` from the right formula");
}
