"""What the adapters share: a model from its name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import unjuran as uj

if TYPE_CHECKING:
    from collections.abc import Callable


def resolved(model: uj.Model | str | None) -> uj.Model:
    """The model itself, the one of this name with default settings, or the default of the package.

    Raises
    ------
    UnknownModelError
        A name that no model has; the error lists the known.
    """
    if isinstance(model, uj.Model):
        return model
    if model is None:
        return uj.BayesETS()
    if isinstance(model, str):
        name, _, variant = model.removesuffix(")").partition("(")  # "Theta(optimised)", "ETS(A,Ad,N)"
        kind = getattr(uj, name, None)
        if isinstance(kind, type) and issubclass(kind, uj.Model) and kind is not uj.Model:
            make: Callable[..., uj.Model] = kind
            return make(variant.replace(",", "")) if variant else make()
    fitted = uj.forecast(uj.Series([1], start=1), h=1, model=model)  # the core says which names there are
    message = f"model {fitted.model!r} has no class of its own"
    raise TypeError(message)
