//! PyTorch's names, one for each array.

use rand::{SeedableRng, rngs::ChaCha8Rng};
use rnn::{
    Conv1d, Embedding, Error, Fnn, Gru, GruCell, Linear, Lstm, LstmCell, Parameters, Positions,
    Rnn, RnnCell, SelfAttention,
};

fn names(model: &impl Parameters<f32>) -> String {
    let names: Vec<_> = model.named_parameters().into_iter().map(|(name, _)| name).collect();
    names.join(" ")
}

#[test]
fn of_cells_and_layers() -> Result<(), Error> {
    let rng = &mut ChaCha8Rng::seed_from_u64(1);
    let cell = "weight_ih weight_hh bias_ih bias_hh";
    let (rnn, lstm) = (RnnCell::new(2, 3, rng)?, LstmCell::new(2, 3, rng)?);
    assert_eq!([names(&rnn), names(&lstm), names(&GruCell::new(2, 3, rng)?)], [cell; 3]);

    let layer = "weight_ih_l0 weight_hh_l0 bias_ih_l0 bias_hh_l0";
    let (rnn, lstm) = (Rnn::new(2, 3, rng)?, Lstm::new(2, 3, rng)?);
    assert_eq!([names(&rnn), names(&lstm), names(&Gru::new(2, 3, rng)?)], [layer; 3]);

    assert_eq!(names(&Linear::new(2, 3, rng)?), "weight bias");
    assert_eq!(names(&Fnn::new(2, 3, 4, rng)?), "weight bias");
    assert_eq!(names(&Conv1d::new(2, 3, 4, rng)?), "weight bias");
    assert_eq!(names(&Embedding::new(2, 3, rng)?), "weight");
    assert_eq!(
        names(&SelfAttention::new(2, 3, true, rng)?),
        "query.weight query.bias key.weight key.bias value.weight value.bias"
    );
    let with_table = SelfAttention::new(2, 3, true, rng)?.with_positions(Positions::learned(4));
    assert_eq!(
        names(&with_table),
        "query.weight query.bias key.weight key.bias value.weight value.bias position_bias"
    );
    Ok(())
}

#[test]
fn of_several_layers() -> Result<(), Error> {
    let rng = &mut ChaCha8Rng::seed_from_u64(1);
    let stacked = "weight_ih_l0 weight_hh_l0 bias_ih_l0 bias_hh_l0 \
                   weight_ih_l1 weight_hh_l1 bias_ih_l1 bias_hh_l1";
    let both_ways = "weight_ih_l0 weight_hh_l0 bias_ih_l0 bias_hh_l0 \
                     weight_ih_l0_reverse weight_hh_l0_reverse bias_ih_l0_reverse bias_hh_l0_reverse \
                     weight_ih_l1 weight_hh_l1 bias_ih_l1 bias_hh_l1 \
                     weight_ih_l1_reverse weight_hh_l1_reverse bias_ih_l1_reverse bias_hh_l1_reverse";
    for (bidirectional, expected) in [(false, stacked), (true, both_ways)] {
        assert_eq!(names(&Rnn::stacked(2, 3, 2, bidirectional, rng)?), expected);
        assert_eq!(names(&Lstm::stacked(2, 3, 2, bidirectional, rng)?), expected);
        assert_eq!(names(&Gru::stacked(2, 3, 2, bidirectional, rng)?), expected);
    }
    Ok(())
}

#[test]
fn of_models() -> Result<(), Error> {
    let rng = &mut ChaCha8Rng::seed_from_u64(1);
    let (words, rnn) = (Embedding::new(5, 2, rng)?, Rnn::new(2, 3, rng)?);
    let head = Linear::new(3, 1, rng)?;
    assert_eq!(
        names(&(rnn.clone(), head.clone())),
        "0.weight_ih_l0 0.weight_hh_l0 0.bias_ih_l0 0.bias_hh_l0 1.weight 1.bias"
    );
    assert_eq!(
        names(&(words.clone(), rnn.clone(), head.clone())),
        "0.weight 1.weight_ih_l0 1.weight_hh_l0 1.bias_ih_l0 1.bias_hh_l0 2.weight 2.bias"
    );
    assert_eq!(
        names(&(words, (rnn, head))),
        "0.weight 1.0.weight_ih_l0 1.0.weight_hh_l0 1.0.bias_ih_l0 1.0.bias_hh_l0 \
         1.1.weight 1.1.bias"
    );
    Ok(())
}
