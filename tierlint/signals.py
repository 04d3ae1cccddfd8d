"""What runs when an object is saved, in the same step: receivers of signals, and who sends them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tierlint.catalog.framework_tables import Signal
from tierlint.indexing import CALLEE, RECEIVER
from tierlint.model import Call, CallId, CallResult, FunctionId, Name, Sequence
from tierlint.patterns import Names
from tierlint.program import Program, Scope
from tierlint.program.modules import Module
from tierlint.program.values import ClassValue, InstanceValue, StoredValue, argument


class Signals:
    """Looks for the calls that send a signal to a function of the project."""

    def __init__(self, program: Program, tables: Iterable[Signal]) -> None:
        self._program = program
        self._tables = tuple(tables)
        self._names = Names((name, number) for number, table in enumerate(self._tables) for name in table.decorator)

    def sent_to(self, function: FunctionId) -> Iterator[tuple[CallId, Signal]]:
        """The calls that save an object of the class whose signals a function receives."""
        module = self._program.modules[function.path]
        for decorator in module.function(function.index).decorators:
            if isinstance(decorator, CallResult):
                put_on = CallId(function.path, decorator.call)
                for table in (self._tables[number] for number in self._names.of_call(self._program, put_on)):
                    for saved in self._senders(module, module.call(decorator.call), table):
                        yield from ((call, table) for call in self._saving(saved, table))

    def _senders(self, module: Module, record: Call, table: Signal) -> Iterator[ClassValue]:
        """The classes that `@receiver(post_save, sender=Ship)` names, where it is one of the table's signals."""
        told = record.arguments[0] if record.arguments else None
        signals = told.items if isinstance(told, Sequence) else (told,)
        sender = argument(record, table.sender)
        known = any(isinstance(one, Name) and one.path.rpartition(".")[2] in table.signal for one in signals)
        if sender is not None and known:
            values = self._program.resolver.values(sender, Scope(module.path, record.function))
            yield from (value for value in values if isinstance(value, ClassValue))

    def _saving(self, saved: ClassValue, table: Signal) -> Iterator[CallId]:
        """`Ship.objects.create()`, and `ship.save()` in a function that builds a `Ship` or looks for one."""
        name = self._program.modules[saved.path].class_(saved.index).name
        for module, alias in self._program.resolver.mentioning(name):
            functions = set()
            for kind, index in module.mentions(alias):
                if kind in (CALLEE, RECEIVER):
                    functions.add(module.call(index).function)
            for function in sorted(functions):
                for number in module.calls_in(function):
                    call = CallId(module.path, number)
                    if module.call(number).name in table.sent_by and self._is_on(call, saved):
                        yield call

    def _is_on(self, call: CallId, saved: ClassValue) -> bool:
        kinds = (InstanceValue, StoredValue)
        values = self._program.resolver.receivers(call)
        return any(isinstance(v, kinds) and (v.path, v.index) == (saved.path, saved.index) for v in values)
