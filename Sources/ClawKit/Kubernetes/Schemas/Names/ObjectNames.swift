package import ClawModels

/// Which names objects may have.
/// <https://kubernetes.io/docs/concepts/overview/working-with-objects/names/>
package enum ObjectNames {
    /// What is wrong with a name, in Kubernetes' words; nil where it may stand.
    package static func problem(with name: String, of type: ResourceType) -> String? {
        if type.group == "rbac.authorization.k8s.io" {
            if name == "." || name == ".." { return "may not be '\(name)'" }
            if let bad = name.first(where: { $0 == "/" || $0 == "%" }) { return "may not contain '\(bad)'" }
            return nil
        }
        if type.group.isEmpty, ["namespaces", "services"].contains(type.plural) { return labelProblem(name) }
        return subdomainProblem(name)
    }

    package static func labelProblem(_ name: String) -> String? {
        if name.utf8.count > 63 { return "must be no more than 63 characters" }
        if isLabel(name[...]) { return nil }
        return "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start "
            + "and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is "
            + "'[a-z0-9]([-a-z0-9]*[a-z0-9])?')"
    }

    package static func subdomainProblem(_ name: String) -> String? {
        if name.utf8.count > 253 { return "must be no more than 253 characters" }
        if name.split(separator: ".", omittingEmptySubsequences: false).allSatisfy(isLabel) { return nil }
        return
            "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must "
            + "start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is "
            + "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
    }

    private static func isLabel(_ text: Substring) -> Bool {
        guard let first = text.utf8.first, let last = text.utf8.last else { return false }
        func isAlphanumeric(_ byte: UInt8) -> Bool {
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        }
        return isAlphanumeric(first) && isAlphanumeric(last)
            && text.utf8.allSatisfy { isAlphanumeric($0) || $0 == UInt8(ascii: "-") }
    }
}
