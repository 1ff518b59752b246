/// A configuration of nats-server for a fleet: four users, each of whom may do what its role takes and no
/// more.
///
/// Each role has an account of its own, and the streams are in that of `submit`. What the others ask for
/// comes to them as services of it. Permissions alone would not do: a broker sends its answer to whatever
/// subject the question names, so that who may only ask could have it write a job or cancel one. An answer to
/// another account stays in that account.
package struct BrokerConfiguration {
    package var keys: [BrokerRole: NKey] = [:]
    /// What the broker listens at.
    package var listen = "127.0.0.1:4222"
    /// Where it keeps its streams.
    package var store = "/var/lib/hallmark-broker"
    /// Its certificate and key; nil for no TLS.
    package var certificate: String?
    package var key: String?

    /// Makes a key for each role.
    package init() throws(FleetError) {
        for role in BrokerRole.allCases { keys[role] = try NKey() }
    }

    /// What the broker reads.
    package var text: String {
        var text = """
            # For nats-server: the broker of a fleet of hallmark (Docs/fleet.md).
            listen: \(Self.quoted(listen))
            max_payload: 8MB
            jetstream {
              store_dir: \(Self.quoted(store))
              max_file_store: 64GB
            }

            """
        if let certificate, let key {
            text += "tls {\n  cert_file: \(Self.quoted(certificate))\n  key_file: \(Self.quoted(key))\n}\n"
        }
        text += "accounts {\n"
        for role in BrokerRole.allCases {
            guard let user = keys[role] else { continue }
            text += """
                  # \(role.rawValue)
                  \(role.account) {
                    users: [
                      { nkey: \(user.publicText)
                        permissions: {
                          publish: { allow: [\(Self.publishes(role).map(Self.quoted).joined(separator: ", "))] }
                          subscribe: { allow: ["\(role.inbox).>"] }
                        } }
                    ]
                \(role == .submit ? "    jetstream: enabled\n" + Self.exports : Self.imports(role))
                  }

                """
        }
        return text + "}\n"
    }

    private static func quoted(_ text: String) -> String {
        "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }

    /// What the account with the streams does for the others.
    private static var exports: String {
        var takers: [String: [BrokerRole]] = [:]
        for role in BrokerRole.allCases where role != .submit {
            for subject in services(role) { takers[subject, default: []].append(role) }
        }
        let lines = takers.sorted { $0.key < $1.key }.map { subject, roles in
            // Who pulls gets many messages for one question.
            let response = subject.contains(".MSG.NEXT.") ? ", response_type: stream" : ""
            let accounts = roles.map(\.account).joined(separator: ", ")
            return "      { service: \(quoted(subject)), accounts: [\(accounts)]\(response) }"
        }
        return "    exports: [\n" + lines.joined(separator: "\n") + "\n    ]"
    }

    /// What a role's account gets from the one with the streams.
    ///
    /// The first is a sign for the broker: without it, an account without JetStream has the broker itself
    /// answer every question to JetStream, that there is none.
    private static func services(_ role: BrokerRole) -> [String] { ["$JS.API.INFO"] + publishes(role) }

    private static func imports(_ role: BrokerRole) -> String {
        let lines = services(role).map {
            "      { service: { account: \(BrokerRole.submit.account), subject: \(quoted($0)) } }"
        }
        return "    imports: [\n" + lines.joined(separator: "\n") + "\n    ]"
    }

    /// What a role sends: its own subjects, and the questions to JetStream that it has.
    static func publishes(_ role: BrokerRole) -> [String] {
        func api(_ questions: [String], _ stream: String) -> [String] {
            questions.map { "$JS.API.\($0.replacing("*", with: stream))" }
        }
        func bucket(_ name: String, writes: Bool = false) -> [String] {
            api(["STREAM.INFO.*", "STREAM.MSG.GET.*", "DIRECT.GET.*", "DIRECT.GET.*.>"], "KV_" + name)
                + (writes ? ["$KV.\(name).>"] : [])
        }
        let buckets = [FleetStreams.jobs, FleetStreams.progress, FleetStreams.workers, FleetStreams.slices]
        let streams = [FleetStreams.work, FleetStreams.results]
        let makes =
            streams.flatMap {
                api(
                    [
                        "STREAM.CREATE.*", "STREAM.INFO.*", "CONSUMER.DURABLE.CREATE.*.>",
                        "CONSUMER.CREATE.*.>",
                        "CONSUMER.INFO.*.>",
                    ],
                    $0
                )
            } + buckets.flatMap { api(["STREAM.CREATE.*"], "KV_" + $0) }
        func all(_ written: [String]) -> [String] {
            buckets.flatMap { bucket($0, writes: written.contains($0)) }
        }
        switch role {
        case .submit: return makes + all([FleetStreams.jobs]) + ["hallmark.work.>"]
        case .work:
            return api(["CONSUMER.INFO.*.>", "CONSUMER.MSG.NEXT.*.>"], FleetStreams.work)
                + bucket(FleetStreams.jobs) + bucket(FleetStreams.workers, writes: true)
                + bucket(FleetStreams.slices, writes: true)
                + ["hallmark.results.>", "$JS.ACK.\(FleetStreams.work).>"]
        case .collect:
            return makes + api(["CONSUMER.MSG.NEXT.*.>"], FleetStreams.results) + all([FleetStreams.progress])
                // What got lost goes into the queue again.
                + ["hallmark.work.>", "$JS.ACK.\(FleetStreams.results).>"]
        case .watch:
            return [FleetStreams.jobs, FleetStreams.progress, FleetStreams.workers].flatMap { bucket($0) }
                + streams.flatMap { api(["CONSUMER.INFO.*.>"], $0) }
        }
    }
}
