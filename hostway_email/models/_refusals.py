"""Validation errors of request bodies, by field and rule, without the invalid values."""

from collections.abc import Callable
from functools import wraps
from typing import Final, ParamSpec, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails, InitErrorDetails, PydanticCustomError

from hostway_email._core.suggest import nearest
from hostway_email.errors import InvalidRequestError
from hostway_email.transports.error_chain import forgetting_arguments

__all__ = ["hidden", "problem", "refusing"]

P = ParamSpec("P")
T = TypeVar("T")

_HIDDEN: Final = "[hidden]"


def refusing(method: Callable[P, T]) -> Callable[P, T]:
    """Make a method of a body raise `InvalidRequestError`; no frame of it holds an argument."""

    @forgetting_arguments
    @wraps(method)
    def refuse(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return method(*args, **kwargs)
        except ValidationError as error:
            body = args[0]
            failure = _invalid_request(body if isinstance(body, type) else type(body), error)
        # Raised outside of the `except`: the context would hold the invalid value.
        raise failure

    return refuse


def hidden(model: type[BaseModel], error: ValidationError) -> list[InitErrorDetails]:
    """Return the problems of an error without the values that were given."""
    return [
        problem(each["type"], _rule(model, each), *each["loc"], context=each.get("ctx"))
        for each in error.errors(include_url=False, include_input=False)
    ]


def problem(
    kind: str, rule: str, *location: int | str, context: dict[str, object] | None = None
) -> InitErrorDetails:
    """Return a problem in the form that pydantic creates errors from."""
    # Without the exception of a validator, as its frames hold the value.
    context = {name: value for name, value in (context or {}).items() if name != "error"}
    error_type = PydanticCustomError(kind, rule, context)  # pyright: ignore[reportArgumentType] # no literals, on purpose
    return InitErrorDetails(type=error_type, loc=location, input=_HIDDEN)


def _rule(model: type[BaseModel], found: ErrorDetails) -> str:
    if found["type"] == "extra_forbidden" and len(found["loc"]) == 1:
        similar = nearest(str(found["loc"][0]), model.model_fields)
        return (
            f"no such field, {f'did you mean {similar!r}?' if similar else 'it is not documented'}"
        )
    return found["msg"].removeprefix("Value error, ")


def _invalid_request(model: type, error: ValidationError) -> InvalidRequestError:
    rules = {
        ".".join(map(str, each["loc"])): each["msg"]
        for each in error.errors(include_url=False, include_input=False)
    }
    message = "; ".join(f"{name}: {rule}" if name else rule for name, rule in rules.items())
    rules.pop("", None)
    return InvalidRequestError(f"{model.__name__}: {message}", rules)
