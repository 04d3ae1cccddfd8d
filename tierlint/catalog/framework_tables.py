"""What a table says of a framework: what starts functions, runs them later, or takes an answer on."""

from __future__ import annotations

from msgspec import Struct

from tierlint.catalog.sdk_tables import Alias, Flow


class EntryPattern(Struct, frozen=True, forbid_unknown_fields=True):
    """One way in which the outside world starts a function; exactly one form besides `kind` and `says`.

    decorator: resolved names of the decorator. method_of + method: a method (globs) of a subclass. argument_of +
    argument: the function handed to a call (positions and keywords); with method: the class or object, whose methods
    run. file + function: globs over path and name. main_guard: `if __name__ == "__main__"`. annotation: a parameter of
    this type. module_calls: a script whose module body runs because it calls one of these (globs). named_in: the
    function's dotted name stands as a string in what is assigned to one of these names (globs): a beat schedule, a list
    of jobs; with method: the name of its class, or of the function that gives it back. The function may stand there
    itself: `functions = [resize]` in `class Worker` is `Worker.functions`; only_in: the files (globs over their names)
    in which such a name means that. assigned_to: an attribute (globs) that the function is put into:
    `client.on_message = answer`. given: the decorator or the call has one of these keywords, or an argument that is a
    certain literal (a glob): `type=httpTrigger`, by position or keyword `0/event_type=http`; `()`: it has no argument.

    with_file: a command that starts the file runs the function: `modal run jobs/sort.py`.

    decorator + method: a class that carries it, whose methods run. decorator + inner: functions (globs) that are
    defined in the function which carries it. method_of + named_under: methods whose names are sent as texts under one
    of these keys of a dict, with dots for underscores or without: `{"type": "ship.sunk"}` runs `ship_sunk`.

    argument_of: the argument may also be a text with the function's dotted name, or something that the project deploys
    (`Deployment`). `receiver` is what the call is a method of; `**` any keyword. Where no other argument of the pattern
    is handed over, `annotation` is the type of the parameter whose default the call is, and `file` everything that the
    file around the call defines.
    """

    kind: str
    says: str
    decorator: tuple[str, ...] = ()
    method_of: tuple[str, ...] = ()
    method: tuple[str, ...] = ()
    argument_of: tuple[str, ...] = ()
    argument: tuple[int | str, ...] = ()
    file: tuple[str, ...] = ()
    function: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    main_guard: bool = False
    annotation: tuple[str, ...] = ()
    module_calls: tuple[str, ...] = ()
    named_in: tuple[str, ...] = ()
    only_in: tuple[str, ...] = ()
    assigned_to: tuple[str, ...] = ()
    given: tuple[str, ...] = ()
    inner: tuple[str, ...] = ()
    named_under: tuple[str, ...] = ()
    with_file: bool = False


class Deployment(Struct, frozen=True, forbid_unknown_fields=True):
    """A call that deploys a function of the project under the name of its file; what calls it there is an EntryPattern
    that the result of the call is handed to.

    handler: the arguments (positions, keywords) with the function's name, `file.function` where nothing else names the
    file. directory: those with the directory that is packed, or with a call whose first argument it is. file: those
    with the file. default_handler, default_file: what holds where no argument says it.
    """

    call: tuple[str, ...]
    handler: tuple[int | str, ...]
    directory: tuple[int | str, ...] = ()
    file: tuple[int | str, ...] = ()
    default_handler: str = ""
    default_file: str = ""


class Detach(Struct, frozen=True, forbid_unknown_fields=True):
    """A call after which the caller goes on without waiting.

    call: dotted names; method: method names on a function of the project (`task.delay()`). runs: which argument is
    run: positions and keywords; `receiver` for `method`. takes: `function`, `call` (a coroutine: the argument is the
    call itself), `name` (a dotted string or task name), `function name` (of a task, without its module), `method name`
    (of a class whose name is the argument `of`, spaces apart) or `rest` (what comes after this call in the same
    function, where it is handed what `runs` names). waited_by: what on the handle waits for the answer after all, a
    method, an attribute, or `()`, a call of the handle itself. how: `detached` or `dispatched`.
    decorator: `method` means this on functions that carry one of these, or whose class does; without `method`, their
    plain call does. given: as in EntryPattern, of the method's call.
    """

    says: str
    call: tuple[str, ...] = ()
    method: tuple[str, ...] = ()
    runs: tuple[int | str, ...] = (0,)
    takes: str = "function"
    waited_by: tuple[str, ...] = ()
    how: str = "detached"
    decorator: tuple[str, ...] = ()
    of: tuple[int | str, ...] = ()
    given: tuple[str, ...] = ()


class Launch(Struct, frozen=True, forbid_unknown_fields=True):
    """A call that starts another program of the project: `subprocess.run(["python", "jobs/sort.py"])`.

    command: the arguments (positions, keywords) with a line for the shell or a list of words; words: every argument is
    one of them. then: the arguments with the words that follow. before: what would stand before it in a shell, where
    only the name of a file or command is handed over. waits: the caller goes on when the program has ended; where it
    does not, waited_by: what on the handle waits after all. when: as in the commands of deployment files, where
    something else than the code around says when it runs.
    """

    says: str
    call: tuple[str, ...]
    command: tuple[int | str, ...] = (0,)
    words: bool = False
    then: tuple[int | str, ...] = ()
    before: str = ""
    waits: bool = True
    waited_by: tuple[str, ...] = ()
    when: str = ""


class FanOut(Struct, frozen=True, forbid_unknown_fields=True):
    """A call that runs a function once per item: function and items are positions or keywords (`receiver` too).

    method: method names on a function of the project that carries one of the decorators, where it is the receiver.
    builds: the function may be a class, of which an object is built that is called for each item.
    """

    says: str
    call: tuple[str, ...] = ()
    function: tuple[int | str, ...] = (0,)
    items: tuple[int | str, ...] = (1,)
    method: tuple[str, ...] = ()
    decorator: tuple[str, ...] = ()
    builds: bool = False


class Registration(Struct, frozen=True, forbid_unknown_fields=True):
    """A call that leaves a function with an object, which runs it when one of its methods is called later:
    `graph.add_node("draft", draft)`, then `graph.compile().invoke(state)`.

    function: positions and keywords. keeper: the object is the `receiver` of the call or its `result`. run_by: the
    methods that wait for what the function gives; left_by: those that set it going and go on, left_given: what the
    others do that with, as in EntryPattern; waited_by: what on the handle waits after all. handed_to: the calls that
    run the object when they are handed it. steps: the functions left with one object run one after the other, each with
    what the last one gave. decorator: one that leaves the function with the object that it belongs to: `@flow.task()`.
    """

    says: str
    run_by: tuple[str, ...] = ()
    call: tuple[str, ...] = ()
    function: tuple[int | str, ...] = (0,)
    keeper: str = "receiver"
    steps: bool = False
    decorator: tuple[str, ...] = ()
    left_by: tuple[str, ...] = ()
    left_given: tuple[str, ...] = ()
    waited_by: tuple[str, ...] = ()
    handed_to: tuple[str, ...] = ()


class Hook(Struct, frozen=True, forbid_unknown_fields=True):
    """What a class of the outside world runs of its subclasses: calling a module of a network runs its `forward`.

    base: the class. method: what is called on the object (`__call__`: the object itself). runs: the names of the
    subclass's methods that this runs; decorated: those that carry one of these decorators.
    """

    base: tuple[str, ...]
    method: tuple[str, ...]
    runs: tuple[str, ...] = ()
    decorated: tuple[str, ...] = ()


class Signal(Struct, frozen=True, forbid_unknown_fields=True):
    """What is told of changes runs where they are made: `@receiver(post_save, sender=Ship)` within `ship.save()`.

    decorator: what the receiver carries. signal: the last names of the signals, its first argument. sender: the
    argument with the class. sent_by: the methods of its objects, and of what holds them, that send the signal.
    """

    says: str
    decorator: tuple[str, ...]
    signal: tuple[str, ...]
    sender: str
    sent_by: tuple[str, ...]


class Record(Struct, frozen=True, forbid_unknown_fields=True):
    """Classes whose instances a database holds: `Ship.objects.get(pk=1)` gives a `Ship`, whatever the query is called.

    base: what the classes descend from. attribute: where a class has its instances. keeper: what else has them, as an
    attribute of the class (`afloat = AfloatManager()`) or in an annotation (`QuerySet[Ship]`): the framework's own
    classes, and those derived from them. back: the keyword by which a relation says what it is called from the other
    side; back_unsaid: what is put behind the class's name where it does not say.
    """

    base: tuple[str, ...]
    attribute: tuple[str, ...]
    keeper: tuple[str, ...] = ()
    back: str = ""
    back_unsaid: str = ""


class Wrapper(Struct, frozen=True, forbid_unknown_fields=True):
    """A call that gives back the iterable it was handed: `tqdm(rows)`."""

    call: tuple[str, ...]
    argument: tuple[int | str, ...] = (0,)


class Decorator(Struct, frozen=True, forbid_unknown_fields=True):
    """A decorator that leaves the parameters of a function as they are and hands all of them on: `@retry`."""

    name: tuple[str, ...]


class Stream(Struct, frozen=True, forbid_unknown_fields=True):
    """A call or object that a loop runs over without an end known up front: events, attempts, endless counters.

    key: of what a function is handed, the item with the messages that it is called for.
    """

    says: str
    name: tuple[str, ...] = ()
    key: tuple[str, ...] = ()


class Sink(Struct, frozen=True, forbid_unknown_fields=True):
    """Where an answer can end up. call: dotted names; `*.tail` also fits an unknown receiver. decorator: a
    call of a function of the project that carries one of these. assigned_to: an attribute that it is put into,
    `resp.media = answer`; `*.resp.media` fits where nothing is known of `resp`. address: the call is one of `call`, and
    its first or second argument or `url` is such an address (globs; `{}` stands for a part that is not known).

    kind: `live` (reaches a person now), `response` (what a request is answered with; of what a route returns no table
    says anything, for the return itself does, whatever object it is made into: these are the other ways), `terminal`,
    `mail` (read later: nobody waits for it), `store`, `log`, `queue` (somebody else takes it on). Others say who waits:
    `rejoin` (the function that handed the work over takes the answer back here), `poll` (asks a queue for the answer of
    a task by its id), `conversation` (somebody talks to the function that calls this).
    """

    kind: str
    says: str
    call: tuple[str, ...] = ()
    decorator: tuple[str, ...] = ()
    assigned_to: tuple[str, ...] = ()
    address: tuple[str, ...] = ()


class Prompt(Struct, frozen=True, forbid_unknown_fields=True):
    """A call that asks the person at the terminal or in the page something and waits.

    confirms: it asks for a yes or a no, which is a conversation only where it comes after the answer. confirms_by: what
    it says then (globs over the literal text, in small letters), for a call that can ask anything. tells: nothing is
    asked, but somebody is there to hear it.
    """

    call: tuple[str, ...]
    says: str
    confirms: bool = False
    tells: bool = False
    confirms_by: tuple[str, ...] = ()


class FrameworkTable(Struct, frozen=True, forbid_unknown_fields=True):
    """One file of `frameworks/`."""

    framework: str
    alias: tuple[Alias, ...] = ()
    entry_point: tuple[EntryPattern, ...] = ()
    deployment: tuple[Deployment, ...] = ()
    detach: tuple[Detach, ...] = ()
    launch: tuple[Launch, ...] = ()
    fan_out: tuple[FanOut, ...] = ()
    registration: tuple[Registration, ...] = ()
    hook: tuple[Hook, ...] = ()
    record: tuple[Record, ...] = ()
    signal: tuple[Signal, ...] = ()
    wrapper: tuple[Wrapper, ...] = ()
    decorator: tuple[Decorator, ...] = ()
    stream: tuple[Stream, ...] = ()
    sink: tuple[Sink, ...] = ()
    prompt: tuple[Prompt, ...] = ()
    flow: tuple[Flow, ...] = ()
