/// # Expressions
///
/// The Common Expression Language, as Kubernetes speaks it: rules of custom resources, admission policies, selectors
/// of devices. Language: <https://github.com/google/cel-spec/blob/master/doc/langdef.md>; what Kubernetes adds:
/// <https://kubernetes.io/docs/reference/using-api/cel/>.
///
/// - `Syntax/`: text to tree; macros become comprehensions here.
/// - `Types/`: what values there are to the checker, and types derived from OpenAPI schemas.
/// - `Checking/`: finds the overloads that a call can mean, and everything that can be known to be wrong beforehand.
/// - `Evaluation/`: values, which read JSON documents where they lie, and the interpreter, which counts its cost.
/// - `Library/`: the functions.
/// - `Cost/`: what an expression may cost at most, known before it runs.
/// - `Patterns/`: regular expressions in RE2's syntax, in time linear in the text.
///
/// An ``Expression`` is compiled once in an ``Environment`` and evaluated as often as one likes, from any thread.
