/// The stable name of something that is wrong, the same in errors, HTTP bodies, conditions, events and exit messages.
///
/// An open set of constants: each layer adds its own in an extension. Codes starting `E_` refuse, `W_` warn.
public struct FindingCode: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public var description: String { rawValue }

    public static let badRequest = FindingCode(rawValue: "E_BAD_REQUEST")
    public static let bodyTooLarge = FindingCode(rawValue: "E_BODY_TOO_LARGE")
    public static let badName = FindingCode(rawValue: "E_NAME")
    public static let badConfig = FindingCode(rawValue: "E_CONFIG")
    public static let unknownRoute = FindingCode(rawValue: "E_NO_ROUTE")
    public static let methodNotAllowed = FindingCode(rawValue: "E_METHOD")
    public static let notFound = FindingCode(rawValue: "E_NOT_FOUND")
    public static let alreadyExists = FindingCode(rawValue: "E_EXISTS")
    public static let conflict = FindingCode(rawValue: "E_ACTION_CONFLICT")
    public static let internalError = FindingCode(rawValue: "E_INTERNAL")
    public static let unreachable = FindingCode(rawValue: "E_UNREACHABLE")
    public static let storage = FindingCode(rawValue: "E_STORAGE")
}
