import Foundation

// The access decision, alone and as the endpoint that proxies ask; `Peers/access.sh` puts load on the latter.

let arguments = CommandLine.arguments.dropFirst()

switch (arguments.first, arguments.count) {
case ("decide", 1): try await decide()
case ("serve", 1): try await serve()
case ("serve", 2) where arguments[2] == "bare": try await serveBare()
case ("people", 2): try await people(in: arguments[2])
case ("people", 3) where arguments[3] == "cluster": try await serveCluster(of: arguments[2])
case ("people", 3) where arguments[3] == "alone": try await peopleAlone(in: arguments[2])
default:
    FileHandle.standardError.write(Data("usage: access-benchmark decide | serve [bare] | people FOLDER [alone | cluster]\n".utf8))
    exit(1)
}
