//! # A layer on top
//!
//! Goal: build a stack of layers out of cells.
//! Section: ch06-shapes.md#layers-on-top-of-each-other
//! Time: 15 minutes
//!
//! Each layer has a cell of its own, and reads the states of the layer below as its inputs. All begin at a
//! state of zeros.

use ndarray::{Array1, Array2};
use rnn::{Error, RnnCell};

/// The states `[T, H]` of the top layer, from the inputs `x` `[T, D]`. The first of the cells is the
/// lowest layer.
fn top(cells: &[RnnCell<f64>], x: &Array2<f64>) -> Result<Array2<f64>, Error> {
    // Every layer has as many units as the lowest.
    let h_0 = Array1::<f64>::zeros(cells[0].hidden_size());
    // --- Your code begins here.
    // gap| // TODO: run one layer after the other over the whole sequence.
    // gap| todo!()
    let mut read = x.clone();
    for cell in cells {
        let mut h = h_0.clone();
        let mut states = Array2::zeros((x.nrows(), h.len()));
        for (x, mut state) in std::iter::zip(read.rows(), states.rows_mut()) {
            h = cell.step(&x, &h)?;
            state.assign(&h);
        }
        read = states;
    }
    Ok(read)
    // --- Your code ends here.
}

fn main() {}

#[cfg(test)]
mod tests {
    use exercises::{Slip, ch06};

    #[test]
    fn ch06_layers() -> Result<(), Slip> {
        ch06::layers(super::top)
    }
}
