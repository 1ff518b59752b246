import Foundation
import Synchronization
import TestSupport
import Testing

/// Every command with every kind of input that can't be read: it ends with 1, says so with the file's name,
/// and counts nothing as looked at that was not.
@Suite struct FaultMatrixTests {
    private static func make() throws -> Scratch {
        let scratch = Scratch()
        let pair = try TestCertificate(subject: "/CN=matrix.example")
        try FileManager.default.copyItem(atPath: pair.certificate, toPath: scratch.file("pem"))
        try scratch.write("sweep", FaultMatrix.record)
        try scratch.write("assets", "address,ports\n203.0.113.7,443\n127.0.0.1,1\n")
        try scratch.write("targets", "127.0.0.1:1\n127.0.0.2:1\n")
        try scratch.write(
            "ssl.log",
            """
            {"ts":1790000000.5,"uid":"C1","id.orig_h":"192.0.2.9","id.orig_p":5000,"id.resp_h":"203.0.113.7",\
            "id.resp_p":443,"version":"TLSv12","cipher":"TLS_RSA_WITH_AES_128_CBC_SHA","established":true}

            """
        )
        let digest = String(repeating: "0f", count: 32)
        try scratch.write("log.csv", "ip,port,sha256\n203.0.113.7,443,\(digest)\n")
        try scratch.write(
            "map.yaml",
            """
            name: own
            title: own log
            product: own
            format: csv
            input: csv
            fields:
              server.ip: ip
              server.port: port
              tls.server.hash.sha256: sha256

            """
        )
        try scratch.write("keyfile", String(repeating: "0123456789abcdef", count: 4) + "\n")
        try scratch.write("scope", "name: a\nauthorization: b\ninclude: [127.0.0.0/8]\n")
        let rule = try #require(
            FileManager.default.subpathsOfDirectory(atPath: projectFolder + "/signatures/tunnel").sorted()
                .first { $0.hasSuffix(".yml") }
        )
        let script = """
            cd "$0"; cp "$2" rule.yml; head -c 68000000 /dev/zero | tr '\\0' a > line
            "$1" corpus add sweep --corpus corpus 2> /dev/null
            "$1" roots audit pem --baseline pem --records audit --no-default-signatures --signatures rule.yml -q > /dev/null
            "$1" scan 127.0.0.1:1 --no-signatures -q --retries 0 --checkpoint checkpoint -o out || :
            sqlite3 corpus 'PRAGMA journal_mode = DELETE' > /dev/null
            \(furtherFiles)
            """
        try check(
            "bash",
            ["-ec", script, scratch.path, Program.path, projectFolder + "/signatures/tunnel/" + rule]
        )
        return scratch
    }

    /// Makes what the rows of `FaultMatrix.furtherRoles` read.
    private static let furtherFiles = """
        echo 203.0.113.7 > iocs; printf 'when,what\\n2026-01-01,203.0.113.7\\n' > iocs.csv
        printf 'feed: Ours\\nvalues:\\n  - {column: what, kind: ip}\\ndate: {column: when}\\n' > iocs.yaml
        printf '{"rrname":"a.example.","rrtype":"A","rdata":"203.0.113.7","time_first":1790000000,"time_last":1790000100}\\n' > names
        echo 203.0.113.0/24 > ranges
        printf '// ===BEGIN ICANN DOMAINS===\\ncom\\nexample\\n// ===END ICANN DOMAINS===\\n' > suffixes
        "$1" decide 203.0.113.9:443 monitor --because test --by me --decisions decisions 2> /dev/null
        echo 0123456789abcdef0123456789abcdef > token; echo user:password > login
        printf 'scan:\\n  rate: 20\\n' > hallmark.yaml; printf -- '- example.com\\n' > watched
        printf 'address,ports\\nexample.com,443\\n' > own
        "$1" scan 127.0.0.1:1 --no-signatures -q --retries 0 --summary summary -o out2 || :
        "$1" compare sweep --inventory assets --format ndjson -q > findings || :
        openssl ecparam -name prime256v1 -genkey -noout -out log.key; openssl ec -in log.key -pubout -out log.pub 2> /dev/null
        key=$(openssl ec -in log.key -pubout -outform DER 2> /dev/null | base64 -w 0)
        id=$(base64 -d <<< "$key" | openssl dgst -sha256 -binary | base64 -w 0)
        printf '{"version":"1","log_list_timestamp":"%s","operators":[{"name":"o","email":[],"logs":[{"description":"a",\
        "log_id":"%s","key":"%s","mmd":86400,"state":{"usable":{"timestamp":"2026-01-01T00:00:00Z"}},"url":"http://127.0.0.1:1/a/"}],\
        "tiled_logs":[]}]}\\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$id" "$key" > logs
        printf '\\0\\x34\\0\\x32\\0%040d\\0\\0\\4\\3\\0\\3abc' 0 > scts
        "$1" ct authorize --state ct.state pem 2> /dev/null; echo none > ct.state
        openssl genpkey -algorithm ed25519 -out job.key; openssl pkey -in job.key -pubout -out job.pub
        "$1" fleet broker-config broker 2> /dev/null > /dev/null; cp broker/work.nk seed; rm -r broker
        printf -- '-----BEGIN NATS USER JWT-----\\nx\\n------END NATS USER JWT------\\n-----BEGIN USER NKEY SEED-----\\n%s\\n' "$(cat seed)" > creds
        openssl req -x509 -newkey ed25519 -nodes -keyout broker.key -out broker.pem -subj /CN=broker 2> /dev/null
        minisign -G -W -p release.pub -s release.key > /dev/null
        """

    /// Runs one cell in a folder of its own.
    ///
    /// - Parameter fault: nil for the good file itself.
    private static func run(_ role: FaultMatrix.Role, _ fault: FaultMatrix.Fault?, _ folder: String) throws
        -> CommandResult
    {
        // Root may read what nobody may, unless it gives that up.
        let careful = geteuid() == 0 ? "setpriv --bounding-set=-dac_override,-dac_read_search " : ""
        let script = """
            cell=$(mktemp -d); trap 'rm -rf "$cell"' EXIT; cd "$1"; ln -s "$PWD"/* "$cell"; cd "$cell"
            cp --remove-destination "$1/corpus" corpus; cp --remove-destination "$1/checkpoint" checkpoint
            for own in decisions ct.state ct.state.authorized; do cp --remove-destination "$1/$own" "$own"; done
            set -- "$1/\(role.good)" FILE "${@:2}"
            \(fault.map(\.script) ?? "cp \"$1\" \"$2\"")
            export SWIFT_BACKTRACE=enable=no
            timeout -s KILL 60 \(careful)"$0" "${@:3}" < \(role.tries == .input ? "FILE" : "/dev/null"); status=$?
            # Bash begins to open a pipe again after a signal that it may handle.
            [ -n "${writer:-}" ] && kill -KILL "$writer" 2> /dev/null
            exit $status
            """
        return try TestSupport.run(
            "bash",
            ["-c", script, Program.path, folder] + role.command,
            environment: ["HALLMARK_SIGNATURES": projectFolder + "/signatures", "NO_COLOR": "1"]
        )
    }

    @Test func whatCannotBeReadIsSaidByEveryCommand() throws {
        let scratch = try Self.make()
        let cells = FaultMatrix.cells
        let problems = Mutex<[String]>([])
        DispatchQueue.concurrentPerform(iterations: cells.count) { index in
            let (role, fault) = cells[index]
            let cell = "\(role.name), \(fault?.name ?? "good")"
            do {
                let result = try Self.run(role, fault, scratch.path)
                guard let problem = Self.problem(role, fault?.name, result) else { return }
                problems.withLock {
                    $0.append(
                        "\(cell): \(problem): \(result.status) \(result.errors.prefix(300))\n\(result.text.prefix(200))"
                    )
                }
            } catch { problems.withLock { $0.append("\(cell): \(error)") } }
        }
        let found = problems.withLock { $0.sorted() }
        #expect(found.isEmpty, "\(found.joined(separator: "\n"))")
    }

    /// What is wrong with the outcome of a cell.
    private static func problem(_ role: FaultMatrix.Role, _ fault: String?, _ result: CommandResult)
        -> String?
    {
        guard let fault else {
            if role.goodEnds == .elsewhere {
                return !result.errors.contains("FILE") && !result.errors.contains("Usage:")
                    ? nil : "is refused"
            }
            // Nothing else shares a mark with the certificate, and nobody listens.
            return [0, role.good == "pem" || role.good == "corpus" ? 2 : 0].contains(result.status)
                ? nil : "is refused"
        }
        // Cut inside of an address it is a fault, behind one it is a shorter file.
        let isCutHere = fault == "cut" && result.status == 1
        if role.allowed[fault] != nil, !isCutHere { return result.status == 0 ? nil : "is refused" }
        if result.status != 1 { return "ends with \(result.status)" }
        // What these find is their output.
        let said =
            ["signatures lint", "signatures test"].contains(role.name)
            ? result.text + result.errors : result.errors
        let names = role.tries == .input ? ["standard input", "/dev/stdin", "-:"] : ["FILE"]
        if !names.contains(where: said.contains) { return "is not named" }
        if result.errors.contains("Usage:") { return "is called a mistake of usage" }
        return nil
    }
}
