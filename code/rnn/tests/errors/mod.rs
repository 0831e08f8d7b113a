//! Every error, with the text that a reader sees. Nothing panics, whatever the fields hold.

mod attention;
mod cells;
mod layers;
mod losses;
mod networks;
mod optimisers;

use ndarray::{Array3, ArrayD};
use rand::{SeedableRng, rngs::ChaCha8Rng};
use rnn::{Error, Layers};

use crate::recurrent::{Arguments, Recurrent, Sizes, run, run_back};

fn text<T>(result: Result<T, Error>) -> String {
    result.err().map_or_else(|| "no error".into(), |error| error.to_string())
}

fn rng() -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(1)
}

/// Two inputs and three units, in PyTorch's order of the passes: see `PLACES`.
const TWO_LAYERS_BOTH_WAYS: Sizes = Sizes { d: 2, h: 3, layers: 2, bidirectional: true };

const PLACES: [&str; 4] = ["l0", "l0_reverse", "l1", "l1_reverse"];

/// A network and what it is given, forward and back: right, until a row of a table changes it.
struct Call<C: Recurrent> {
    network: Layers<C>,
    given: Arguments<f64>,
    /// By `output` and the last states.
    d_results: Vec<Array3<f64>>,
}

impl<C: Recurrent<Real = f64>> Call<C> {
    /// Three sequences of four steps.
    fn new(sizes: Sizes) -> Self {
        let states = vec![Array3::zeros((sizes.passes(), 3, sizes.h)); C::STATES];
        let d_output = Array3::zeros((3, 4, sizes.directions() * sizes.h));
        let d_results = [d_output].into_iter().chain(states.clone()).collect();
        let x = Array3::ones((3, 4, sizes.d));
        let network = sizes.drawn(&mut rng()).expect("no size is zero");
        Self { network, given: Arguments { x, lengths: None, state: Some(states) }, d_results }
    }

    /// What the way forward says, whether or not it keeps anything; else what the way back says.
    fn complaint(&self) -> String {
        let forward = text(run(&self.network, &self.given));
        let back = text(run_back(&self.network, &self.given, &self.d_results));
        assert!(forward == "no error" || forward == back, "{forward}, but {back}");
        back
    }
}

/// A cell whose weights are all zero, and whose array of one name has another shape; none where it
/// has no such array.
fn cell<C: Recurrent<Real = f64>>(
    (d, h): (usize, usize),
    other: &str,
    other_shape: &[usize],
) -> Option<C> {
    let rows = C::GATES * h;
    let like: Layers<C> = Sizes::layer(1, 1).drawn(&mut rng()).expect("no size is zero");
    let mut found = false;
    let array = |(name, _)| match String::as_str(&name) {
        name if name == other => {
            found = true;
            ArrayD::zeros(other_shape)
        }
        "weight_ih" => ArrayD::zeros(vec![rows, d]),
        "weight_hh" => ArrayD::zeros(vec![rows, h]),
        _ => ArrayD::zeros(vec![rows]),
    };
    let cell = C::from_arrays(like.cells[0].named_parameters().into_iter().map(array).collect());
    found.then_some(cell)
}
