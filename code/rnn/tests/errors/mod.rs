//! Every error, with the text that a reader sees. Nothing panics, whatever the fields hold.

mod attention;
mod backward;
mod gated;
mod layers;
mod lengths;
mod losses;
mod optimisers;
mod rnn;
mod stacks;

use ::rnn::Error;

fn text<T>(result: Result<T, Error>) -> String {
    result.err().map_or_else(|| "no error".into(), |error| error.to_string())
}
