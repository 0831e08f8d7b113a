"""The first example of chapter 6 in PyTorch.

    pip install torch==2.15.0
    python code/ch06/first_example.py
"""

# ANCHOR: example
import torch

rnn = torch.nn.RNN(10, 20, nonlinearity="tanh", batch_first=True)
head = torch.nn.Linear(20, 3)  # three classes

output, h_n = rnn(torch.ones(2, 5, 10))
logits = head(h_n[0])

assert output.shape == (2, 5, 20) and h_n.shape == (1, 2, 20)
assert torch.equal(output[:, -1], h_n[0])
assert logits.shape == (2, 3)
# ANCHOR_END: example
