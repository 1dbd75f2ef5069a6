"""A panic of ours is an exception that says so, and leaves the interpreter sound."""

import pickle

import pytest

import unjuran as uj
from unjuran import _core, errors


@pytest.mark.parametrize("threads", [None, 0, 1, 2], ids=["a long fit", "a getter", "one thread", "two threads"])
def test_a_panic_is_an_internal_error_that_says_it_is_our_bug(threads, cases):
    expected = uj.forecast(cases, h=3)
    for _ in range(3):
        with pytest.raises(errors.InternalError) as caught:
            _core._panic(threads)
        assert isinstance(caught.value, uj.UnjuranError)
        assert isinstance(caught.value, Exception), "what `except Exception` does not see ends a server"
        assert "a bug of unjuran" in str(caught.value)
        assert "on purpose" in str(caught.value)
        assert caught.value.kind == "Internal"
    assert uj.forecast(cases, h=3) == expected
    assert len(uj.forecast(uj.Panel([cases]), h=3, threads=2)) == 1


def test_an_internal_error_survives_pickling():
    error = errors.InternalError("index out of bounds")
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), str(again), again.kind) == (errors.InternalError, str(error), "Internal")
