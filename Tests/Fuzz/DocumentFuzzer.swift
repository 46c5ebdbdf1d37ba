// The parser of documents under libFuzzer, built by Scripts/fuzz.sh together with the sources it tests.

/// Whatever the bytes: no crash, a mistake told inside the text, and what was accepted survives being written.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    documents(bytes)
    quantities(bytes)
    return 0
}

private func documents(_ bytes: [UInt8]) {
    let limits = JSONParser.Limits(depth: 32, bytes: 1 << 20)
    do {
        let json = try JSONParser.parse(bytes, limits: limits)
        let text = json.bytes()
        guard let again = try? JSONParser.parse(text, limits: limits) else { fatalError("what was written is not read") }
        precondition(again.bytes() == text, "a document changes by being written and read")
        touch(json)
        guard let kept = try? JSONParser.parse(bytes, limits: limits, managedFields: .parsed),
            let dropped = try? JSONParser.parse(bytes, limits: limits, managedFields: .dropped)
        else { fatalError("accepted with managed fields read late, refused otherwise") }
        precondition(kept == json, "managed fields read early are others")
        precondition(!text.contains(0x0A), "a document on one line has several")
        touch(dropped)
        change(json)
    } catch {
        precondition((0...bytes.count).contains(error.offset), "a mistake outside of the text")
    }
}

/// Reads everything there is.
private func touch(_ json: JSON) {
    if let object = json.object {
        for (name, value) in object {
            precondition(object[FieldKey(name)] != nil, "a member that is listed is not found")
            touch(value)
        }
    } else if let array = json.array {
        array.forEach(touch)
    } else {
        _ = (json.string, json.integer, json.number, json.bool)
    }
}

/// A changed document has the change, and all else as it was.
private func change(_ json: JSON) {
    guard var object = json.object else { return }
    object["fuzz"] = "x"
    precondition(object["fuzz"]?.string == "x")
    for (name, value) in json.object ?? JSONObject() where name != "fuzz" {
        precondition(object[FieldKey(name)]?.bytes() == value.bytes(), "a change changed something else")
    }
    object["fuzz"] = nil
    precondition(object["fuzz"] == nil)
}

/// A quantity's canonical form is a quantity of the same value, and canonical.
private func quantities(_ bytes: [UInt8]) {
    guard bytes.count < 64, let quantity = Quantity(String(decoding: bytes, as: UTF8.self)),
        let canonical = quantity.canonical
    else { return }
    precondition(canonical.isSameAmount(as: quantity), "the canonical form is another quantity")
    precondition(canonical.canonical?.description == canonical.description, "the canonical form is not canonical")
}
