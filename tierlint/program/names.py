"""What a bare name stands for: the scopes around it, and what a file imports."""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING

from tierlint.model import CallId
from tierlint.program.modules import Module
from tierlint.program.values import (
    ClassValue,
    ConstantValue,
    External,
    FunctionValue,
    ModuleValue,
    Scope,
    Value,
    Values,
    unique,
)

if TYPE_CHECKING:
    from tierlint.program.resolver import Resolver

# How many results and items of unknown things are followed before they count as just anything.
MOST_UNKNOWNS = 2
_ANYTHING = External("()")
_BUILTIN_NAMES = frozenset(dir(builtins))


def name(resolver: Resolver, path: str, scope: Scope) -> Values:
    """A name or a dotted name."""
    root, _, rest = path.partition(".")
    found = lookup(resolver, root, scope)
    if rest:
        return (*resolver.attributes(found, rest.split(".")), *dotted(resolver, path, scope))
    return found


def dotted(resolver: Resolver, path: str, scope: Scope) -> Values:
    """`app.state.client = ...` anywhere in the same file, and what is asked of it: `app.state.client.responses`."""
    module = resolver.modules[scope.path]
    module.bindings(0, -1)
    if not module.dotted or path.startswith(("self.", "cls.")):
        return ()
    found: list[Value] = []
    parts = path.split(".")
    for known in range(2, len(parts) + 1):
        bindings = module.dotted.get(".".join(parts[:known]))
        if bindings is not None:
            values = tuple(value for binding in bindings for value in resolver.bound(binding, module))
            found += resolver.attributes(values, parts[known:])
    return tuple(found)


def lookup(resolver: Resolver, name: str, scope: Scope) -> Values:
    """A bare name, from the innermost scope outwards."""
    module = resolver.modules[scope.path]
    if scope.owner >= 0:
        found = class_body(resolver, name, module, scope.owner)
        if found:
            return found
    function = scope.function
    while function >= 0:
        if name in module.names(function):
            return in_function(resolver, name, module, function)
        function = module.function(function).parent
    for star in reversed(module.stars):  # the last one wins
        target = import_target(resolver, module.path, star.module, star.level)
        if isinstance(target, ModuleValue):
            found = module_attribute(resolver, target.path, name)
            if found:
                return found
    if name in _BUILTIN_NAMES:
        return (External(f"builtins.{name}"),)
    if name == "__name__":
        return (ConstantValue(module.name),)
    for star in module.stars:
        target = import_target(resolver, module.path, star.module, star.level)
        if isinstance(target, External):
            return (external(resolver, f"{target.name}.{name}"),)
    return ()


def class_body(resolver: Resolver, name: str, module: Module, owner: int) -> Values:
    """What a class body binds a name to."""
    found: list[Value] = []
    found += [FunctionValue(module.path, index) for index in module.methods(owner).get(name, ())]
    found += [ClassValue(module.path, index) for index in module.classes(0, owner).get(name, ())]
    for binding in module.bindings(0, owner).get(name, ()):
        found += resolver.bound(binding, module)
    return unique(found)


def in_function(resolver: Resolver, name: str, module: Module, function: int) -> Values:
    """What a function body (0: the file's) binds a name to."""
    found: list[Value] = []
    for index in module.functions(function).get(name, ()):
        found.append(FunctionValue(module.path, index))
    for index in module.classes(function).get(name, ()):
        found.append(ClassValue(module.path, index))
    for item in module.imports(function).get(name, ()):
        found += imported(resolver, module.path, item.module, item.level, item.attribute)
    for binding in module.bindings(function, -1).get(name, ()):
        found += resolver.bound(binding, module)
    for place, parameter in enumerate(module.function(function).parameters):
        if parameter.name == name:
            found += resolver.parameter(module, function, parameter, place)
    return unique(found)


def import_target(
    resolver: Resolver, importer: str, name: str, level: int, attribute: str | None = None
) -> ModuleValue | External | None:
    """The module that an import names; attribute: what is asked of it."""
    if level:
        path = resolver.finder.relative(importer, level, name)
        return ModuleValue(path) if path is not None else None
    path = resolver.finder.absolute(importer, name)
    if path is not None:
        return ModuleValue(path)
    # A script's own `agents.py` comes before the SDK of that name, where it has what is asked of it.
    near = resolver.finder.namesake(importer, name) if attribute is not None else None
    if near is not None and attribute in resolver.modules[near].names(0):
        return ModuleValue(near)
    outside = External("")
    for part in name.split("."):
        outside = external(resolver, f"{outside.name}.{part}" if outside.name else part)
    return outside


def imported(resolver: Resolver, importer: str, name: str, level: int, attribute: str | None) -> Values:
    """What an import binds its name to."""
    target = import_target(resolver, importer, name, level, attribute)
    if target is None:
        return ()
    if attribute is None:
        return (target,)
    if isinstance(target, External):
        # A namespace package may hold `a/b.py` where nothing is known of `a`.
        path = resolver.finder.absolute(importer, f"{name}.{attribute}")
        return (ModuleValue(path),) if path else (external(resolver, f"{target.name}.{attribute}"),)
    found = module_attribute(resolver, target.path, attribute)
    return found if found or not _is_closed(resolver, target.path) else (_generated(resolver, target.path, attribute),)


def _is_closed(resolver: Resolver, path: str) -> bool:
    """Whether a package has nothing but what its files say: what else is imported from it is generated elsewhere."""
    module = resolver.modules.get(path)
    if module is None or not path.endswith("__init__.py"):
        return path.endswith("/")
    return not module.stars and not module.names(0) & {"__getattr__"}


def _generated(resolver: Resolver, path: str, name: str) -> External:
    package = path.removesuffix("__init__.py").strip("/").replace("/", ".")
    return external(resolver, f"{package}.{name}")


def module_attribute(resolver: Resolver, path: str, name: str) -> Values:
    """A name of another file, or a file of a package."""
    module = resolver.modules.get(path)
    if module is None:  # a namespace package
        return submodule(resolver, path, name)
    found = resolver.global_name(module, name)
    if not found and path.endswith("__init__.py"):
        return submodule(resolver, path.removesuffix("__init__.py"), name)
    return found


def global_name(resolver: Resolver, module: Module, name: str) -> Values:
    """A name at the top of a file."""
    if name in module.names(0):
        return in_function(resolver, name, module, 0)
    found: Values = ()
    for star in module.stars:
        target = import_target(resolver, module.path, star.module, star.level)
        if isinstance(target, ModuleValue) and target.path != module.path:
            found = unique((*found, *module_attribute(resolver, target.path, name)))
        elif isinstance(target, External) and not found:
            found = (external(resolver, f"{target.name}.{name}"),)
    return found


def submodule(resolver: Resolver, directory: str, name: str) -> Values:
    """The file of this name in a directory."""
    parts = tuple(part for part in directory.split("/") if part)
    path = resolver.finder.at((*parts, name))
    return (ModuleValue(path),) if path is not None else ()


def external(resolver: Resolver, name: str, made: CallId | None = None, options: tuple[CallId, ...] = ()) -> External:
    """Something of the outside world, under the name that the tables know it by."""
    if name.endswith((")", "]")) and name.count("(") + name.count("[") > MOST_UNKNOWNS:
        return _ANYTHING  # the item of an attribute of a result of ...: nobody will know it by its name
    seen = 0
    while name in resolver.aliases and seen < 5:
        name = resolver.aliases[name]
        seen += 1
    return External(name, made, None, options)
