import ClawBase
import HTTPTypes

/// The frame of the few HTML pages the control plane has. No scripts, nothing from elsewhere.
struct Page: Sendable {
    var title: String
    /// HTML; every text in it has gone through ``escape(_:)``.
    var content: String
    /// Loads the page again after this time.
    var refresh: Duration?
    /// Where its forms may lead, besides this origin.
    var formTargets: [String] = []

    func response(_ status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]) -> Response {
        var all: HTTPFields = [
            .contentType: "text/html; charset=utf-8", .cacheControl: "no-store",
            .contentSecurityPolicy: "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; "
                + "frame-ancestors 'none'; form-action \((["'self'"] + formTargets).joined(separator: " "))",
            .xContentTypeOptions: "nosniff", .referrerPolicy: "same-origin",
        ]
        for field in headers { all[field.name] = field.value }
        return Response(status: status, headers: all, body: .string(html))
    }

    private var html: String {
        let again = refresh.map { "<meta http-equiv=\"refresh\" content=\"\(max(1, $0.components.seconds))\">" } ?? ""
        return """
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>\(Self.escape(title))</title>
            \(again)<style>\(Self.style)</style>
            </head>
            <body>
            <main>
            \(content)
            </main>
            </body>
            </html>

            """
    }

    /// Text as HTML text or as an attribute's value in double quotes.
    static func escape(_ text: some StringProtocol) -> String {
        var out = ""
        for character in text.unicodeScalars {
            switch character {
            case "&": out += "&amp;"
            case "<": out += "&lt;"
            case ">": out += "&gt;"
            case "\"": out += "&quot;"
            case "'": out += "&#39;"
            default: out.unicodeScalars.append(character)
            }
        }
        return out
    }

    private static let style = """
        :root { color-scheme: light dark; --line: #8884; --accent: #2f6fdd; --bad: #c0362c }
        * { box-sizing: border-box }
        body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1.5rem;
          font: 16px/1.5 system-ui, sans-serif }
        main { width: 100%; max-width: 26rem; padding: 2rem; border: 1px solid var(--line); border-radius: 12px }
        h1 { margin: 0 0 1rem; font-size: 1.35rem; line-height: 1.25 }
        p { margin: 0 0 1rem } p:last-child { margin-bottom: 0 }
        label { display: block; margin-bottom: .35rem; font-weight: 600 }
        input[type=password], input[type=text] { width: 100%; padding: .6rem .7rem; margin-bottom: 1rem; border: 1px solid var(--line);
          border-radius: 8px; font: inherit; background: transparent; color: inherit }
        button { padding: .6rem 1.1rem; border: 0; border-radius: 8px; background: var(--accent); color: #fff;
          font: inherit; font-weight: 600; cursor: pointer }
        form + form { margin-top: 1.5rem; padding-top: 1.5rem; border-top: 1px solid var(--line) }
        :focus-visible { outline: 3px solid var(--accent); outline-offset: 2px }
        ul { list-style: none; margin: 0 0 1.25rem; padding: 0 }
        li { padding: .5rem 0; border-top: 1px solid var(--line) }
        a { color: var(--accent) } .muted { opacity: .7 } .bad { color: var(--bad); font-weight: 600 }
        """
}

extension HTTPField.Name {
    // Valid tokens, so the initialisers cannot fail.
    static let referrerPolicy = HTTPField.Name("Referrer-Policy")!
}

/// Says to a person's browser why there is no runtime to see, and tries again by itself where that may help.
enum StatusPage {
    static func response(_ finding: Finding, _ status: HTTPResponse.Status, retryAfter: Duration? = nil) -> Response {
        let title =
            switch status {
            case .forbidden: "Not yours"
            case .notFound: "Nothing here"
            case .serviceUnavailable: "One moment"
            default: "That did not work"
            }
        var headers: HTTPFields = [:]
        if let retryAfter { headers[.retryAfter] = String(max(1, retryAfter.components.seconds)) }
        return Page(
            title: title,
            content: """
                <h1>\(title)</h1>
                <p>\(Page.escape(finding.message))</p>
                <p class="muted">\(Page.escape(finding.code.rawValue))</p>
                """,
            refresh: retryAfter
        ).response(status, headers: headers)
    }
}
