/// `$(NAME)` in commands, arguments and variables. Pure.
///
/// A name that is not defined stays as written; `$$` is a dollar sign, so `$$(NAME)` is never expanded.
/// <https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#environment-variables>
enum VariableExpansion {
    static func expand(_ text: String, _ lookup: (String) -> String?) -> String {
        guard text.utf8.contains(UInt8(ascii: "$")) else { return text }
        var output = ""
        var rest = text[...]
        while let dollar = rest.firstIndex(of: "$") {
            output += rest[..<dollar]
            rest = rest[rest.index(after: dollar)...]
            switch rest.first {
            case "$":
                output += "$"
                rest = rest.dropFirst()
            case "(":
                guard let close = rest.firstIndex(of: ")") else {
                    output += "$"
                    continue
                }
                let name = String(rest[rest.index(after: rest.startIndex)..<close])
                output += lookup(name) ?? "$(\(name))"
                rest = rest[rest.index(after: close)...]
            default: output += "$"
            }
        }
        return output + rest
    }
}
