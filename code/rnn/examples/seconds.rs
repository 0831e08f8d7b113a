//! How long a layer takes: reads lines such as `rnn backward 32 100 100 128` and answers each with
//! seconds, the median of many runs. `benches/layers_beside_pytorch.py` asks it in turn with
//! PyTorch.

use std::hint::black_box;
use std::io::{self, BufRead, Write};
use std::time::{Duration, Instant};

use ndarray::Array3;
use rand::{RngExt, SeedableRng, rngs::ChaCha8Rng};
use rnn::{Cell, Error, GruCell, Layers, LstmCell, RnnCell};

/// How long one question is measured.
const ENOUGH: Duration = Duration::from_millis(300);

fn main() -> Result<(), Box<dyn std::error::Error>> {
    for line in io::stdin().lock().lines() {
        let line = line?;
        let words: Vec<&str> = line.split_whitespace().collect();
        let [network, pass, sizes @ ..] = &words[..] else { return Err(usage(&line)) };
        let sizes: Vec<usize> = sizes.iter().map(|size| size.parse()).collect::<Result<_, _>>()?;
        let &[n, t, d, h] = &sizes[..] else { return Err(usage(&line)) };
        println!("{}", seconds(network, pass, [n, t, d, h])?);
        io::stdout().flush()?;
    }
    Ok(())
}

fn usage(line: &str) -> Box<dyn std::error::Error> {
    format!("`{line}`: expected a network, forward or backward, N, T, D and H").into()
}

fn seconds(
    network: &str,
    pass: &str,
    sizes: [usize; 4],
) -> Result<f64, Box<dyn std::error::Error>> {
    Ok(match network {
        "rnn" => seconds_of::<RnnCell<f32>>(pass, sizes)?,
        "lstm" => seconds_of::<LstmCell<f32>>(pass, sizes)?,
        "gru" => seconds_of::<GruCell<f32>>(pass, sizes)?,
        _ => return Err(format!("no such network: {network}").into()),
    })
}

/// The median of the runs: forward alone, or forward and back from a gradient of ones.
fn seconds_of<C: Cell<Real = f32>>(
    pass: &str,
    [n, t, d, h]: [usize; 4],
) -> Result<f64, Box<dyn std::error::Error>> {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let x = Array3::from_shape_simple_fn((n, t, d), || rng.random_range(-1.7..1.7_f32));
    let d_output = Array3::ones((n, t, h));
    let layers = Layers::<C>::new(d, h, &mut rng)?;
    Ok(match pass {
        "forward" => median(|| layers.forward(&x, None))?,
        "backward" => {
            median(|| layers.forward_saving(&x, None, None)?.backward(Some(&d_output), None))?
        }
        _ => return Err(format!("no such pass: {pass}").into()),
    })
}

fn median<T>(run: impl Fn() -> Result<T, Error>) -> Result<f64, Error> {
    black_box(run()?);
    let (start, mut times) = (Instant::now(), Vec::new());
    while start.elapsed() < ENOUGH || times.len() < 3 {
        let before = Instant::now();
        black_box(run()?);
        times.push(before.elapsed().as_secs_f64());
    }
    times.sort_by(f64::total_cmp);
    Ok(times[times.len() / 2])
}
