"""Callbacks of `fit`: what they are given, how they stop it, early stopping, plateaus, and what goes wrong in them."""

import math

import pytest

import nn
from nn import SGD, Adam, EarlyStopping, Epoch, ReduceLROnPlateau, schedules
from support.pytorch import ask
from support.training import EXAMPLES, LABELS, assert_alike, mlp, trained

numpy = pytest.importorskip("numpy")
pytest.importorskip("llvmlite")

OTHERS = ([[0.3, -0.2], [-0.5, 0.9], [0.1, 0.1]], [1, 1, 2])
BOTH = pytest.mark.parametrize("jit", [False, True])


def numbers_of(model):
    return [p.data for p in model.parameters()]


@BOTH
def test_they_are_called_in_order_after_each_epoch_with_all_there_is_to_know(jit):
    model, met = mlp(), []

    def note(name):
        def callback(epoch):
            assert isinstance(epoch, Epoch)
            assert epoch.model is model
            assert len(epoch.history.loss) == epoch.number
            assert epoch.history.metrics["size"][-1] == 11.0
            met.append((name, epoch.number, epoch.loss, epoch.validation_loss, epoch.optimizer.steps))

        return callback

    history, *_ = trained(
        jit, model, callbacks=[note("a"), note("b")], validation=OTHERS, metrics={"size": lambda p, t: float(len(p))}
    )
    expected = [(i + 1, history.loss[i], history.validation_loss[i], 3 * (i + 1)) for i in range(3)]
    assert met == [(name, *what) for what in expected for name in "ab"]


@BOTH
def test_without_validation_there_is_no_validation_loss(jit):
    seen = []
    trained(jit, callbacks=(lambda epoch: seen.append(epoch.validation_loss),))
    assert seen == [None] * 3


@BOTH
@pytest.mark.parametrize("true", [True, numpy.bool_(True)])
def test_true_stops_after_all_have_been_called(jit, true):
    met = []
    history, numbers, optimizer = trained(
        jit,
        epochs=9,
        callbacks=[lambda epoch: true if epoch.number == 2 else numpy.bool_(False), lambda epoch: met.append(epoch)],
    )
    assert len(history.loss) == len(met) == 2
    assert optimizer.steps == 6
    assert numbers == trained(jit, epochs=2)[1]


@BOTH
def test_what_a_callback_changes_is_trained_on(jit):
    def halve(epoch):
        for p in epoch.model.parameters():
            p.data *= 0.5
        epoch.optimizer.learning_rate *= 0.5

    assert_alike(lambda: {"callbacks": [halve]})
    _, numbers, optimizer = trained(jit, callbacks=[halve], epochs=1)
    assert optimizer.learning_rate == 0.05
    assert numbers == [0.5 * x for x in trained(jit, epochs=1)[1]]


class Broken:
    def __init__(self, where):
        self.where = where

    def __call__(self, epoch):
        if self.where == "call" and epoch.number == 2:
            raise KeyError("lost")

    def on_train_end(self, epoch):
        if self.where == "end":
            raise KeyError("lost")


@BOTH
@pytest.mark.parametrize(("where", "epochs"), [("call", 2), ("end", 3)])
def test_one_that_raises_is_named_and_keeps_the_last_step(jit, where, epochs):
    model = mlp()
    with pytest.raises(KeyError, match="lost") as caught:
        trained(jit, model, callbacks=[lambda epoch: None, Broken(where)])
    (note,) = caught.value.__notes__
    assert note == f"fit: this is callbacks[1] after epoch {epochs}"
    assert numbers_of(model) == trained(jit, epochs=epochs)[1]
    assert not any(p.grad for p in model.parameters())


@BOTH
def test_what_one_changes_before_it_raises_stays(jit):
    def change(epoch):
        epoch.model.parameters()[0].data = 7.0
        raise KeyError("lost")

    model = mlp()
    with pytest.raises(KeyError, match="lost"):
        trained(jit, model, callbacks=[change])
    assert numbers_of(model) == [7.0, *trained(jit, epochs=1)[1][1:]]


BAD = [
    ({"callbacks": print}, TypeError, r"callbacks must be a list of functions of an Epoch, such as \[EarlyStopping"),
    ({"callbacks": [3]}, TypeError, "callbacks must be a list of functions"),
    ({"callbacks": None}, TypeError, "callbacks must be a list of functions"),
    ({"callbacks": [EarlyStopping]}, TypeError, r"the class EarlyStopping; make one: EarlyStopping\(\)"),
    ({"callbacks": [EarlyStopping()]}, ValueError, "EarlyStopping watches the validation loss.*pass validation=0.2"),
    ({"callbacks": [ReduceLROnPlateau()]}, ValueError, "ReduceLROnPlateau watches the validation loss"),
]


@pytest.mark.parametrize(("changes", "error", "message"), BAD)
def test_bad_callbacks_are_refused_before_any_step(changes, error, message):
    model = mlp()
    with pytest.raises(error, match=f"^fit: .*{message}"):
        trained(False, model, **changes)
    assert numbers_of(model) == numbers_of(mlp())


@BOTH
@pytest.mark.parametrize("answer", [0.3, 1, "stop", [], numpy.float64(1.0)])
def test_an_answer_that_is_no_answer_is_refused(jit, answer):
    """`lambda epoch: epoch.loss` would stop at once."""
    model = mlp()
    with pytest.raises(TypeError, match=r"^fit: callbacks\[0\] returned .* after epoch 1; return True to stop"):
        trained(jit, model, callbacks=[lambda epoch: answer])
    assert numbers_of(model) == trained(jit, epochs=1)[1]


# -- early stopping ---------------------------------------------------------------------------------------------------


def losses_of(*losses):
    """A loss whose validation part follows a script, and moves no parameter otherwise than without it."""
    rest = iter([losses[0], *losses])  # the first is the trial before the first step
    return lambda model: lambda p, t: nn.cross_entropy_with_logits(p, t) if model.training else next(rest)


@pytest.mark.parametrize(
    ("patience", "min_delta", "losses", "epochs", "best"),
    [
        (1, 0.0, [3.0, 2.0, 1.0, 1.5], 4, 3),
        (1, 0.0, [3.0, 3.0], 2, 1),
        (2, 0.0, [3.0, 4.0, 2.0, 5.0, 5.0], 5, 3),
        (3, 0.0, [3.0, 4.0, 5.0, 2.0, 3.0, 2.0, 2.0], 7, 4),
        (2, 0.5, [3.0, 2.6, 2.7], 3, 1),
        (2, 0.5, [3.0, 2.6, 2.4, 2.3, 2.2], 5, 3),
        (9, 0.0, [3.0, 1.0, 2.0, 2.5], 4, 2),  # nobody stops: the epochs are over
    ],
)
def test_early_stopping_gives_back_the_best(patience, min_delta, losses, epochs, best):
    model, stopping, seen = mlp(), EarlyStopping(patience, min_delta), []
    history, numbers, _ = trained(
        False,
        model,
        loss=losses_of(*losses)(model),
        validation=([[0.0, 0.0]], [0]),
        batch_size=None,
        callbacks=[stopping, lambda epoch: seen.append(numbers_of(model))],
        epochs=len(losses),
    )
    assert history.validation_loss == losses[:epochs]
    assert (stopping.best_epoch, stopping.best_loss) == (best, losses[best - 1])
    assert numbers == seen[best - 1]


def test_both_kinds_of_training_stop_at_the_same_epoch():
    made = []

    def make():
        made.append(EarlyStopping(patience=2))
        return {"callbacks": [made[-1]], "optimizer": lambda p: Adam(p, 0.3)}

    assert_alike(make, validation=OTHERS, epochs=60)
    eager, replayed = made
    assert eager.best_epoch == replayed.best_epoch < 58
    assert eager.best_loss == pytest.approx(replayed.best_loss, rel=1e-12)


@BOTH
def test_the_best_come_back_when_another_callback_stops(jit):
    seen = []

    def stop(epoch):
        seen.append(numbers_of(epoch.model))
        return epoch.number == 3

    model = mlp()
    history, numbers, _ = trained(
        jit,
        model,
        callbacks=[stop, EarlyStopping(patience=50)],
        validation=OTHERS,
        epochs=60,
        optimizer=lambda p: SGD(p, 3.0),
    )
    assert len(history.loss) == 3
    assert numbers == seen[history.validation_loss.index(min(history.validation_loss))]


@BOTH
def test_after_an_error_the_last_step_stays(jit):
    def broken(epoch):
        if epoch.number == 4:
            raise KeyError

    model = mlp()
    options = {"validation": OTHERS, "optimizer": lambda p: SGD(p, 3.0)}
    with pytest.raises(KeyError):
        trained(jit, model, callbacks=[EarlyStopping(50), broken], epochs=9, **options)
    assert numbers_of(model) == trained(jit, epochs=4, **options)[1]


def test_it_may_be_used_again():
    stopping, found = EarlyStopping(2), []
    for _ in range(2):
        history, numbers, _ = trained(False, validation=OTHERS, callbacks=[stopping], epochs=40)
        found.append((history, numbers, stopping.best_epoch, stopping.best_loss))
    assert found[0] == found[1]


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"patience": 0}, ValueError, "EarlyStopping: patience is 0, but must be at least 1"),
        ({"patience": 2.5}, TypeError, "EarlyStopping: patience must be a whole number"),
        ({"min_delta": -1.0}, ValueError, "EarlyStopping: min_delta is -1.0"),
        ({"min_delta": math.nan}, ValueError, "EarlyStopping: min_delta is nan"),
    ],
)
def test_early_stopping_checks_its_arguments(arguments, error, message):
    with pytest.raises(error, match=f"^{message}"):
        EarlyStopping(**arguments)


# -- plateaus ---------------------------------------------------------------------------------------------------------

PLATEAU = [3.0, 2.0, 2.0, 2.5, 1.0, 1.5, 1.5, 1.5, 1.5]


def rates_of(callback, rate, losses=PLATEAU):
    model, rates = mlp(), []
    trained(
        False,
        model,
        loss=losses_of(*losses)(model),
        validation=([[0.0, 0.0]], [0]),
        batch_size=None,
        callbacks=[callback, lambda epoch: rates.append(epoch.optimizer.rate_at(epoch.optimizer.steps))],
        optimizer=lambda p: SGD(p, rate),
        epochs=len(losses),
    )
    return rates


def test_the_rate_falls_on_a_plateau_as_in_pytorch():
    """PyTorch waits an epoch longer than its patience says, hence the 1."""

    def theirs(torch):
        optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.8)
        schedule = torch.optim.lr_scheduler.ReduceLROnPlateau(
            optimizer, factor=0.5, patience=1, threshold=0.0, threshold_mode="abs"
        )
        rates = []
        for loss in PLATEAU:
            optimizer.step()
            schedule.step(loss)
            rates.append(optimizer.param_groups[0]["lr"])
        return rates

    expected = ask(f"ReduceLROnPlateau at losses {PLATEAU}", theirs)
    assert rates_of(ReduceLROnPlateau(factor=0.5, patience=2), 0.8) == expected
    assert expected[-1] == 0.8 * 0.5**3


def test_a_schedule_goes_on_lower():
    schedule = schedules.exponential_decay(0.8, 0.9)
    plain = rates_of(lambda epoch: None, schedule)
    found = rates_of(ReduceLROnPlateau(factor=0.5, patience=2), schedule)
    assert [a / b for a, b in zip(found, plain, strict=True)] == pytest.approx(
        [1.0, 1.0, 1.0, 0.5, 0.5, 0.5, 0.25, 0.25, 0.125]
    )


def test_min_delta_asks_for_more():
    assert rates_of(ReduceLROnPlateau(0.5, 1, min_delta=0.9), 0.8, [3.0, 2.0, 1.5, 1.05]) == [0.8, 0.8, 0.4, 0.4]


def test_it_may_be_used_again_too():
    callback = ReduceLROnPlateau(0.5, 2)
    assert rates_of(callback, 0.8) == rates_of(callback, 0.8)


@pytest.mark.parametrize("rate", [0.4, schedules.step_decay(0.4, 0.9, 5)])
def test_both_kinds_of_training_reduce_alike(rate):
    assert_alike(
        lambda: {"callbacks": [ReduceLROnPlateau(0.1, 1)], "optimizer": lambda p: Adam(p, rate)},
        validation=(EXAMPLES[:3], LABELS[3:6]),
        epochs=25,
    )


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"factor": 1.0}, ValueError, "factor is 1.0, but must be between 0 and 1"),
        ({"factor": 0}, ValueError, "factor is 0.0"),
        ({"factor": -0.1}, ValueError, "factor is -0.1"),
        ({"patience": 0}, ValueError, "patience is 0"),
        ({"min_delta": math.inf}, ValueError, "min_delta is inf"),
        ({"factor": "0.1"}, TypeError, "factor must be a real number"),
    ],
)
def test_plateaus_check_their_arguments(arguments, error, message):
    with pytest.raises(error, match=f"^ReduceLROnPlateau: {message}"):
        ReduceLROnPlateau(**arguments)


@pytest.mark.parametrize("callback", [EarlyStopping(3, 0.25), ReduceLROnPlateau(0.5, 3, 0.25)])
def test_their_repr_makes_the_same_again(callback):
    again = eval(repr(callback), {"EarlyStopping": EarlyStopping, "ReduceLROnPlateau": ReduceLROnPlateau})
    assert type(again) is type(callback)
    assert vars(again) == vars(callback)


def test_called_by_others_without_a_validation_they_say_so():
    epoch = Epoch(1, nn.History(loss=[1.0]), mlp(), SGD(mlp().parameters(), 0.1))
    for callback in (EarlyStopping(), ReduceLROnPlateau()):
        with pytest.raises(ValueError, match="there is no validation loss to watch"):
            callback(epoch)
