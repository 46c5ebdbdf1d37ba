import ClawModels

/// Waits for a user in the place of a program that has to know its user when it begins.
///
/// It listens where the program will, so that the pod's probes are content, and ends when the pod is somebody's. The
/// container's next run finds the bundle there, has its files and variables put in place, and becomes the program: with a
/// start, probes and restarts of its own, as if the pod had been made for the user.
public struct BundleWaiter: Sendable, Hashable {
    /// A program of the image that runs what it is given as an argument: `node -e`.
    var interpreter: String
    /// With the argument `ask DIRECTORY` it writes the files of the bundle there and commands for a shell that set its
    /// variables to its output, or exits with 75 where the pod is nobody's; with `wait` it waits for that to change.
    var source: String

    /// For images with Node.js 18 or later.
    public static let node = BundleWaiter(interpreter: "node -e", source: nodeSource)
    /// For images with Python 3.
    public static let python = BundleWaiter(interpreter: "python3 -c", source: pythonSource)

    static let sourceVariable = "CLAW_WAITER"
    static let preparationVariable = "CLAW_PREPARATION"

    /// Shells know fewer names than environments, and keep some for themselves.
    static func canSet(_ name: String) -> Bool {
        guard let first = name.utf8.first, !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) else { return false }
        return name.utf8.allSatisfy { isOfName($0) } && !kept.contains(name)
    }

    private static func isOfName(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "_") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }

    private static let kept: Set = ["UID", "EUID", "PPID", "SHELLOPTS", "BASHOPTS", "BASH_VERSINFO", "OPTIND", "IFS"]

    // MARK: the pod

    /// The same pod, with this in the place of the program and of what prepares its files: that comes afterwards.
    /// - Returns: nil where another image prepares them.
    func waiting(for shape: RuntimeShape) -> RuntimeShape? {
        var steps: [String] = []
        for preparation in shape.preparations {
            guard preparation.image == shape.image, preparation.command.starts(with: ["sh", "-c"]),
                preparation.command.count == 3, preparation.env.isEmpty
            else { return nil }
            steps.append("(\n\(preparation.command[2])\n)")
        }
        var waiting = shape
        waiting.preparations = []
        let directory = shape.filesDirectory ?? "/tmp"
        if let files = shape.filesDirectory { waiting.scratch.append(files) }
        waiting.command = ["sh", "-c", script, "runtime", directory] + shape.command
        waiting.variables += [
            EnvVar(name: Self.sourceVariable, value: source),
            EnvVar(name: Self.preparationVariable, value: steps.joined(separator: " &&\n")),
        ]
        return waiting
    }

    /// Where the bundle's variables stand nothing of the shell's own may be asked for any more: they may have its name.
    /// (Not a word with a dollar sign and a parenthesis: those are Kubernetes' to replace.)
    private var script: String {
        """
        given=`\(interpreter) "$\(Self.sourceVariable)" ask "$1"`
        case $? in
            0) ;;
            75) exec \(interpreter) "$\(Self.sourceVariable)" wait ;;
            *) exit 1 ;;
        esac
        shift
        eval "$given"
        [ -z "$\(Self.preparationVariable)" ] || sh -c "$\(Self.preparationVariable)" || exit 1
        unset \(Self.sourceVariable) \(Self.preparationVariable)
        exec "$@"
        """
    }
}
