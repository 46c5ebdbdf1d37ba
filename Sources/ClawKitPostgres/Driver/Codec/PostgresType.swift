/// A type of the database by its object identifier, stable for those that come with PostgreSQL.
public struct PostgresType: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    public let rawValue: UInt32
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// Left to the server: a parameter takes the type of what it is compared with or stored in.
    public static let unknown = PostgresType(rawValue: 0)
    public static let bool = PostgresType(rawValue: 16)
    public static let bytea = PostgresType(rawValue: 17)
    public static let char = PostgresType(rawValue: 18)
    public static let name = PostgresType(rawValue: 19)
    public static let int8 = PostgresType(rawValue: 20)
    public static let int2 = PostgresType(rawValue: 21)
    public static let int4 = PostgresType(rawValue: 23)
    public static let text = PostgresType(rawValue: 25)
    public static let oid = PostgresType(rawValue: 26)
    public static let json = PostgresType(rawValue: 114)
    public static let xml = PostgresType(rawValue: 142)
    public static let float4 = PostgresType(rawValue: 700)
    public static let float8 = PostgresType(rawValue: 701)
    /// What a string literal without a cast is.
    public static let literal = PostgresType(rawValue: 705)
    public static let bpchar = PostgresType(rawValue: 1042)
    public static let varchar = PostgresType(rawValue: 1043)
    public static let date = PostgresType(rawValue: 1082)
    public static let timestamp = PostgresType(rawValue: 1114)
    public static let timestamptz = PostgresType(rawValue: 1184)
    public static let interval = PostgresType(rawValue: 1186)
    public static let numeric = PostgresType(rawValue: 1700)
    public static let void = PostgresType(rawValue: 2278)
    public static let uuid = PostgresType(rawValue: 2950)
    public static let jsonb = PostgresType(rawValue: 3802)

    public static let int4range = PostgresType(rawValue: 3904)
    public static let tsrange = PostgresType(rawValue: 3908)
    public static let tstzrange = PostgresType(rawValue: 3910)
    public static let daterange = PostgresType(rawValue: 3912)
    public static let int8range = PostgresType(rawValue: 3926)

    public static let boolArray = PostgresType(rawValue: 1000)
    public static let byteaArray = PostgresType(rawValue: 1001)
    public static let int2Array = PostgresType(rawValue: 1005)
    public static let int4Array = PostgresType(rawValue: 1007)
    public static let textArray = PostgresType(rawValue: 1009)
    public static let int8Array = PostgresType(rawValue: 1016)
    public static let float4Array = PostgresType(rawValue: 1021)
    public static let float8Array = PostgresType(rawValue: 1022)
    public static let timestampArray = PostgresType(rawValue: 1115)
    public static let dateArray = PostgresType(rawValue: 1182)
    public static let timestamptzArray = PostgresType(rawValue: 1185)
    public static let numericArray = PostgresType(rawValue: 1231)
    public static let uuidArray = PostgresType(rawValue: 2951)
    public static let jsonbArray = PostgresType(rawValue: 3807)
    public static let intervalArray = PostgresType(rawValue: 1187)
    public static let int4rangeArray = PostgresType(rawValue: 3905)
    public static let tsrangeArray = PostgresType(rawValue: 3909)
    public static let tstzrangeArray = PostgresType(rawValue: 3911)
    public static let daterangeArray = PostgresType(rawValue: 3913)
    public static let int8rangeArray = PostgresType(rawValue: 3927)

    public var description: String { "type \(rawValue)" }

    /// The first identifier of types that users and extensions define.
    static let firstUserDefined: UInt32 = 16384

    /// Whether the binary form is UTF-8 text. Enums, citext and other types users defined come as text too; what does
    /// not is refused by its bytes.
    var isText: Bool {
        switch self {
        case .text, .varchar, .bpchar, .name, .literal, .json, .xml, .char: true
        default: rawValue >= Self.firstUserDefined
        }
    }
}
