//! Weights that are packed once give what they give when they are packed at each call.

use rand::{SeedableRng, rngs::ChaCha8Rng};
use rnn::{Error, Layers};

use crate::recurrent::{
    Arguments, Recurrent, Sizes, arguments, by_reference, network, of_all_cells, run,
};

#[test]
fn a_packed_network_reads_as_the_network_does() -> Result<(), Error> {
    of_all_cells!(reads_as_the_network()?);
    of_all_cells!(f32, reads_as_the_network()?);
    Ok(())
}

#[test]
fn packing_names_a_weight_that_does_not_fit() {
    let mut gru = Layers::<rnn::GruCell<f32>>::from(
        rnn::GruCell::new(3, 4, &mut ChaCha8Rng::seed_from_u64(1)).expect("no size is zero"),
    );
    gru.cells[0].b_hh = ndarray::Array1::zeros(5);
    let error = gru.prepack().expect_err("a bias has another size");
    assert_eq!(error, Error::Shape { name: "b_hh", expected: vec![12], found: vec![5] });
}

fn reads_as_the_network<C: Recurrent>() -> Result<(), Error> {
    let sizes = Sizes { layers: 2, bidirectional: true, ..Sizes::layer(5, 6) };
    let mut rng = ChaCha8Rng::seed_from_u64(2);
    let network = network::<C>(sizes, &mut rng);
    let packed = network.prepack()?;
    for (n, t) in [(1, 1), (3, 7), (70, 300)] {
        let mut given = arguments::<C>((n, t), sizes, &mut rng);
        for lengths in [None, Some((0..n).map(|n| 1 + n % t).collect())] {
            given.lengths = lengths;
            let Arguments { x, lengths, state } = &given;
            let state = state.as_deref().map(by_reference::<C>);
            let (output, states) = match lengths {
                None => packed.forward(x, state)?,
                Some(lengths) => packed.forward_padded(x, lengths, state)?,
            };
            let found: Vec<_> = [output].into_iter().chain(states).collect();
            assert_eq!(found, run(&network, &given)?);
        }
    }
    Ok(())
}
