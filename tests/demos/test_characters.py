"""The LSTM against PyTorch's, its numerals against a reader of them, the tables of counts against numbers by hand."""

from __future__ import annotations

import copy
import math
import random
from pathlib import Path

import pytest

from autograd import Value
from demos import characters as demo
from demos import characters_network as network
from demos.report import Verdict
from nn import Adam, EarlyStopping, fit, load
from support.pytorch import ask

WORDS = ["I", "CCCXCIV", "LXXXVIII"]


def test_loss_and_gradients_are_pytorch_s() -> None:
    model = network.Speller(3, 5, seed=4)
    surprises = ask(f"Speller(3, 5, seed=4) at {WORDS}", lambda torch: surprises_of_torch(torch, model))
    neurons = neurons_of(model)
    for word, (surprise, gradients) in zip(WORDS, surprises, strict=True):
        (tokens,), (following,) = network.examples([word])
        model.zero_grad()
        y = network.surprise(model(tokens), following)
        y.backward()
        assert y.data == pytest.approx(surprise, rel=1e-13)
        found = [model.tokens.w, [n.w[:3] for n in neurons], [n.w[3:] for n in neurons], [[n.b for n in neurons]]]
        found += [[n.w for n in model.following.neurons], [[n.b for n in model.following.neurons]]]
        for rows, expected in zip(found, gradients, strict=True):
            for row, slopes in zip(rows, expected, strict=True):
                assert [v.grad for v in row] == pytest.approx(slopes, rel=1e-9, abs=1e-14)
        assert max(abs(slope) for rows in (gradients[3], gradients[5]) for row in rows for slope in row) > 1e-3


def neurons_of(model):
    """Of the cell's gates, in PyTorch's order."""
    gates = (model.cell.input, model.cell.forget, model.cell.candidate, model.cell.output)
    return [neuron for gate in gates for neuron in gate.neurons]


def surprises_of_torch(torch, model):
    """For each word the loss by PyTorch's LSTM with these numbers, and its gradients, as matrices."""
    neurons = neurons_of(model)
    cell = torch.nn.LSTMCell(3, 5, dtype=torch.float64)

    def tensor(rows):
        numbers = [[v.data for v in row] if isinstance(row, list) else row.data for row in rows]
        return torch.tensor(numbers, dtype=torch.float64, requires_grad=True)

    with torch.no_grad():
        cell.weight_ih.copy_(tensor([neuron.w[:3] for neuron in neurons]))
        cell.weight_hh.copy_(tensor([neuron.w[3:] for neuron in neurons]))
        cell.bias_ih.copy_(tensor([neuron.b for neuron in neurons]))
        cell.bias_hh.zero_()
    table = tensor(model.tokens.w)
    weights = tensor([neuron.w for neuron in model.following.neurons])
    biases = tensor([neuron.b for neuron in model.following.neurons])
    held = [table, cell.weight_ih, cell.weight_hh, cell.bias_ih, weights, biases]
    found = []
    for word in WORDS:
        (tokens,), (following,) = network.examples([word])
        h = c = torch.zeros(1, 5, dtype=torch.float64)
        surprise = 0.0
        for token, after in zip(tokens, following, strict=True):
            h, c = cell(table[token][None], (h, c))
            surprise = surprise + torch.nn.functional.cross_entropy(h @ weights.T + biases, torch.tensor([after]))
        gradients = torch.autograd.grad(surprise, held)
        found.append([surprise.item(), [g.reshape(-1, g.shape[-1]).tolist() for g in gradients]])
    return found


def test_a_cell_begins_by_remembering() -> None:
    cell = network.LSTMCell(2, 3, seed=0)
    assert [neuron.b.data for neuron in cell.forget.neurons] == [1.0] * 3
    assert {neuron.b.data for gate in (cell.input, cell.candidate, cell.output) for neuron in gate.neurons} == {0.0}
    assert len(cell.parameters()) == 4 * 3 * (2 + 3 + 1)
    for units, says in ((1, "LSTMCell: units is 1"), (0, "units is 0")):
        with pytest.raises(ValueError, match=says):
            network.LSTMCell(2, units)


def test_what_a_cell_remembers_is_what_its_gates_let_through() -> None:
    cell = network.LSTMCell(1, 2, seed=0)
    for gate, bias in ((cell.input, -40.0), (cell.forget, 40.0), (cell.candidate, 0.0), (cell.output, 40.0)):
        for neuron in gate.neurons:
            neuron.b.data = bias
    said, remembered = cell([0.3], ([0.1, -0.2], [0.75, -2.0]))  # nothing written, all kept, all said
    assert [c.data for c in remembered] == pytest.approx([0.75, -2.0], rel=1e-15)
    assert [h.data for h in said] == pytest.approx([math.tanh(0.75), math.tanh(-2.0)], rel=1e-15)


def test_numerals_are_read_as_the_numbers_they_are() -> None:
    worth = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100}

    def read(word: str) -> int:
        numbers = [worth[letter] for letter in word]
        return sum(-a if a < b else a for a, b in zip(numbers, [*numbers[1:], 0], strict=True))

    assert [read(word) for word in demo.NUMERALS] == list(range(1, 400))
    assert not [word for word in demo.NUMERALS if any(letter * 4 in word for letter in network.LETTERS)]
    assert max(map(len, demo.NUMERALS)) == len("CCCLXXXVIII")


def test_tables_are_counted() -> None:
    words = ["I", "II", "I", "IV"]
    by_itself = 5 * math.log(5 / 10) + math.log(1 / 10) + 4 * math.log(4 / 10)  # of 5 I, 1 V and 4 ends
    after_one = 3 * math.log(3 / 5) + 2 * math.log(1 / 5)  # I ends the word 3 times of 5; I always begins, V ends
    assert network.counted(words, words, 0) == pytest.approx(-by_itself / 4, abs=1e-3)
    assert network.counted(words, words, 1) == pytest.approx(-after_one / 4, abs=1e-3)
    never_seen = math.log(10.0) + 3 * math.log(6.0)  # one added to each of the six counts: L has 1 of 4 + 6
    assert network.counted(words, ["LXX"], 1) == pytest.approx(never_seen, rel=1e-12)


def test_a_table_of_whole_words_knows_them_by_heart_and_nothing_knows_them_better() -> None:
    least = math.log(len(demo.NUMERALS))
    assert network.counted(demo.NUMERALS, demo.NUMERALS, 20) == pytest.approx(least, abs=2e-3)
    for before in range(12):
        assert network.counted(demo.NUMERALS, demo.NUMERALS, before) > least


def test_a_word_that_does_not_end_is_cut_and_the_draw_follows_the_probabilities() -> None:
    model = network.Speller(2, 2, seed=0)
    for neuron in model.following.neurons:
        for weight in neuron.w:
            weight.data = 0.0
    first, last = model.following.neurons[0], model.following.neurons[network.EDGE]
    first.b.data = 500.0
    assert model.spell(random.Random(0)) == "I" * 20
    last.b.data = 500.0 + math.log(3.0)  # an end three times as likely as an I
    words = [model.spell(random.Random(seed), longest=9) for seed in range(1500)]
    assert sum(map(len, words)) / len(words) == pytest.approx(1.0 / 3.0, abs=0.06)
    assert all(parameter.grad == 0.0 for parameter in model.parameters())


def test_recorded_it_is_trained_as_eagerly_and_each_length_counts() -> None:
    pytest.importorskip("llvmlite")
    found = []
    for jit in (False, True):
        model = network.Speller(2, 3, seed=1)
        history = fit(
            model,
            *network.examples(["I", "V", "IX", "XI", "XIV"]),
            loss=network.surprise,
            optimizer=Adam(model.parameters(), 0.02),
            epochs=3,
            batch_size=3,
            seed=0,
            validation=network.examples(["VI", "XVI"]),
            callbacks=[EarlyStopping(5)],
            clip_norm=0.5,
            jit=jit,
        )
        found.append([*history.loss, *history.validation_loss, *(p.data for p in model.parameters())])
    assert found[0] == pytest.approx(found[1], rel=1e-9)


def test_it_is_copied_and_saved(tmp_path: Path) -> None:
    model = network.Speller(2, 3, seed=1)
    model.save(tmp_path / "speller.json")
    (tokens,), _ = network.examples(["XIV"])
    for other in (copy.deepcopy(model), load(tmp_path / "speller.json").model):
        assert [[v.data for v in row] for row in other(tokens)] == [[v.data for v in row] for row in model(tokens)]


def test_every_row_agrees_and_the_parameters_are_those_of_the_best_epoch() -> None:
    pytest.importorskip("llvmlite", reason="without it the training takes minutes")
    rows = [row for section in demo.report() for row in section.rows]
    assert len(rows) == len(demo.CHECKED) + 2 + 2
    assert {row.verdict for row in rows} == {Verdict.AGREES}
    done = demo.trained()
    losses = done.history.validation_loss
    assert len(losses) == min(done.best_epoch + demo.PATIENCE, demo.EPOCHS)
    assert math.fsum(done.surprises(done.apart)) / demo.APART == pytest.approx(min(losses), rel=1e-9)
    assert not set(done.seen) & set(done.apart)
    assert sorted(done.seen + done.apart) == sorted(demo.NUMERALS)


def test_the_picture(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="matplotlib is not installed")
    pytest.importorskip("llvmlite", reason="without it the training takes minutes")
    (path,) = demo.plots(tmp_path)
    assert path.read_bytes().startswith(b"\x89PNG")


def test_output_is_a_step_of_a_cell() -> None:
    def sigmoid(z: float) -> float:
        return 1.0 / (1.0 + math.exp(-z))

    memory = sigmoid(1.0 - 0.125) * -0.5 + sigmoid(0.5 + 0.25) * math.tanh(-1.5 + 0.125)
    output = demo.output()
    assert isinstance(output, Value)
    assert output.data == pytest.approx(sigmoid(0.25 + 0.25) * math.tanh(memory), rel=1e-15)
