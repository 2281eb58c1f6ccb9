"""What is wrong with a request body, told by field and rule, without what was given."""

from collections.abc import Callable
from functools import wraps
from typing import Final, ParamSpec, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails, InitErrorDetails, PydanticCustomError

from hostway_email._core.suggest import nearest
from hostway_email.errors import InvalidRequestError

__all__ = ["hidden", "problem", "refusing"]

P = ParamSpec("P")
T = TypeVar("T")

_HIDDEN: Final = "[hidden]"


def refusing(method: Callable[P, T]) -> Callable[P, T]:
    """Make a method of a body raise `InvalidRequestError`, which keeps nothing of its arguments."""

    @wraps(method)
    def refuse(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return method(*args, **kwargs)
        except ValidationError as error:
            body = args[0]
            refusal = _refused(body if isinstance(body, type) else type(body), error)
        except InvalidRequestError as error:
            refusal = error.with_traceback(None)
        # Raised only here: above, the other error would become its context, and with it the value
        # that was refused. What stays in this frame is shown by tools that report errors.
        del args, kwargs
        raise refusal

    return refuse


def hidden(model: type[BaseModel], error: ValidationError) -> list[InitErrorDetails]:
    """Return the problems of an error, without what was given and what could lead to it."""
    return [
        problem(each["type"], _rule(model, each), *each["loc"], context=each.get("ctx"))
        for each in error.errors(include_url=False, include_input=False)
    ]


def problem(
    kind: str, rule: str, *place: int | str, context: dict[str, object] | None = None
) -> InitErrorDetails:
    """Return one problem, as an error of pydantic is made of it."""
    # The exception that a validator raised is left out: its frames hold the value.
    context = {name: value for name, value in (context or {}).items() if name != "error"}
    told = PydanticCustomError(kind, rule, context)  # pyright: ignore[reportArgumentType] # no literals, on purpose
    return InitErrorDetails(type=told, loc=place, input=_HIDDEN)


def _rule(model: type[BaseModel], found: ErrorDetails) -> str:
    if found["type"] == "extra_forbidden" and len(found["loc"]) == 1:
        near = nearest(str(found["loc"][0]), model.model_fields)
        return f"no such field, {f'did you mean {near!r}?' if near else 'it is not documented'}"
    return found["msg"].removeprefix("Value error, ")


def _refused(model: type, error: ValidationError) -> InvalidRequestError:
    rules = {
        ".".join(map(str, each["loc"])): each["msg"]
        for each in error.errors(include_url=False, include_input=False)
    }
    told = "; ".join(f"{name}: {rule}" if name else rule for name, rule in rules.items())
    rules.pop("", None)
    return InvalidRequestError(f"{model.__name__}: {told}", rules)
