public import HTTPTypes

/// The form of errors in HTTP bodies: `{"code":"E_…","message":"…","field":"…"?,"details":{…}?}`.
extension Finding: Body.Value {
    public func encodedBytes() -> [UInt8] {
        var out = Array("{\"code\":".utf8)
        out += quoted(code.rawValue) + Array(",\"message\":".utf8) + quoted(message)
        if let field { out += Array(",\"field\":".utf8) + quoted(field) }
        if !details.isEmpty {
            let members = details.sorted { $0.key < $1.key }.map { quoted($0.key) + Array(":".utf8) + quoted($0.value) }
            out += Array(",\"details\":{".utf8) + members.joined(separator: Array(",".utf8)) + Array("}".utf8)
        }
        return out + Array("}".utf8)
    }
}

extension Response {
    /// An error response with the finding as its JSON body.
    public static func finding(
        _ finding: Finding, status: HTTPResponse.Status, headers: HTTPFields = [:]
    ) -> Response {
        var headers = headers
        headers[.contentType] = "application/json"
        return Response(status: status, headers: headers, body: .value(finding))
    }
}

/// A JSON string (RFC 8259, section 7). Base stands below the JSON tree, and this is all it ever writes.
private func quoted(_ text: String) -> [UInt8] {
    var out: [UInt8] = [UInt8(ascii: "\"")]
    for byte in text.utf8 {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): out += [UInt8(ascii: "\\"), byte]
        case 0..<0x20: out += Array("\\u00".utf8) + Hex.encode([byte]).utf8
        default: out.append(byte)
        }
    }
    return out + [UInt8(ascii: "\"")]
}
