/// What this program runs on, in Go's words, as Kubernetes has them.
package enum Machine {
    package static var operatingSystem: String {
        #if os(Linux)
        "linux"
        #else
        "darwin"
        #endif
    }

    package static var architecture: String {
        #if arch(x86_64)
        "amd64"
        #elseif arch(arm64)
        "arm64"
        #else
        "unknown"
        #endif
    }
}
