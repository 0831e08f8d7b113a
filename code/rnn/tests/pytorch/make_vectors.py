"""Makes the vectors that the crate is tested against: what PyTorch computes.

    pip install torch==2.15.0 numpy==2.4.6
    python make_vectors.py

Weights and inputs are multiples of 1/1024: exact in float32, so that both precisions start from
the same numbers. Arrays are flat, row by row; the shapes stand in the module that makes them.

The files are the same, byte for byte, whenever the same versions run on the same kind of
processor.
"""

import torch

import attention
import layers
import recurrent
import training
from common import write


def main():
    torch.set_num_threads(1)
    write("rnn.json", recurrent.forward_vectors("rnn"))
    write("lstm.json", recurrent.forward_vectors("lstm"))
    write("gru.json", recurrent.forward_vectors("gru"))
    write("gradients.json", recurrent.gradient_vectors())
    write("stacks.json", recurrent.stack_vectors())
    write("linear.json", layers.linear_vectors())
    write("conv1d.json", layers.conv1d_vectors())
    write("fnn.json", layers.fnn_vectors())
    write("attention.json", attention.attention_vectors())
    write("embedding.json", attention.embedding_vectors())
    write("mse.json", training.mse_vectors())
    write("cross_entropy.json", training.cross_entropy_vectors())
    write("sgd.json", training.sgd_vectors())
    write("adam.json", training.adam_vectors())
    write("clip.json", training.clip_vectors())


if __name__ == "__main__":
    main()
