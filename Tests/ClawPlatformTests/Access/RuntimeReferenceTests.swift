import ClawPlatform
import HTTPTypes
import Testing

@Suite("A runtime's address")
struct RuntimeReferenceTests {
    private func names(_ host: String, _ path: String, domain: String? = "claw.test") -> [String] {
        RuntimeReference.candidates(host: host, path: path, domain: domain).map(\.description)
    }

    @Test("is a path below /r/, or a host below the domain")
    func forms() {
        #expect(names("x", "/r/demo/ada/") == ["demo/ada"])
        #expect(names("x", "/r/demo/ada") == ["demo/ada"])
        #expect(names("x", "/r/demo/ada/deep/er?q=/r/a/b") == ["demo/ada"])
        #expect(names("ada-demo.claw.test", "/any") == ["demo/ada"])
        #expect(names("ADA-demo.Claw.Test:8443", "/r/other/one") == ["demo/ada"])
        #expect(names("ada-demo.claw.test", "/r/other/one", domain: nil) == ["other/one"])
    }

    @Test("by host has a candidate for each way to split the name")
    func splits() {
        #expect(names("a-b-c.claw.test", "/") == ["b-c/a", "c/a-b"])
        #expect(names("a--b.claw.test", "/").isEmpty)
    }

    @Test(
        "is nothing else",
        arguments: [
            ("x", "/"), ("x", "/r"), ("x", "/r/demo"), ("x", "/r//ada"), ("x", "//r/demo/ada"), ("x", "/R/demo/ada"),
            ("x", "/r/de%6do/ada"), ("x", "/r/../r/demo"), ("x", "/r/demo/.."), ("x", "/api/r/demo/ada"),
            ("claw.test", "/"), ("ada.claw.test", "/"), ("x.ada-demo.claw.test", "/"), ("ada-demo.claw.test.evil", "/"),
            ("ada-demo-claw.test", "/"), ("ada-demo.evilclaw.test", "/"), ("-.claw.test", "/"), ("", ""),
        ])
    func others(host: String, path: String) {
        #expect(names(host, path).isEmpty)
    }
}

@Suite("Identity headers")
struct IdentityHeadersTests {
    @Test("of the client's are dropped, whatever their spelling; others stay")
    func strip() throws {
        var headers = HTTPFields()
        for name in [
            "X-Claw-User", "x-claw-anything", "X-CLAW-RUNTIME", "X_Claw_User", "X-Forwarded-User", "X-Forwarded-Email",
            "X-Auth-Request-User", "Remote-User", "X-Remote-Group", "X-WebAuth-User",
        ] {
            headers.append(HTTPField(name: try #require(HTTPField.Name(name)), value: "eve"))
        }
        headers[.accept] = "text/html"
        headers[try #require(HTTPField.Name("X-Forwarded-For"))] = "1.2.3.4"
        IdentityHeaders.strip(&headers)
        #expect(headers.map(\.name.rawName).sorted() == ["Accept", "X-Forwarded-For"])
    }
}
