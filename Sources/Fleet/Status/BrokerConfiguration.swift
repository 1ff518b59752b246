/// A configuration of nats-server for a fleet: four users, each of whom may do what its role takes and no
/// more.
package struct BrokerConfiguration {
    /// Who connects to a broker.
    package enum Role: String, CaseIterable, Sendable { case submit, work, collect, watch }

    package var keys: [Role: NKey] = [:]
    /// What the broker listens at.
    package var listen = "127.0.0.1:4222"
    /// Where it keeps its streams.
    package var store = "/var/lib/hallmark-broker"
    /// Its certificate and key; nil for no TLS.
    package var certificate: String?
    package var key: String?

    /// Makes a key for each role.
    package init() throws(FleetError) {
        for role in Role.allCases { keys[role] = try NKey() }
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
        text += "authorization {\n  users: [\n"
        for role in Role.allCases {
            guard let user = keys[role] else { continue }
            text += """
                    # \(role.rawValue)
                    { nkey: \(user.publicText)
                      permissions: {
                        publish: { allow: [\(Self.list(Self.publishes(role)))] }
                        subscribe: { allow: ["_INBOX.>"] }
                      } }

                """
        }
        return text + "  ]\n}\n"
    }

    private static func list(_ subjects: [String]) -> String {
        subjects.map { "\"\($0)\"" }.joined(separator: ", ")
    }

    private static func quoted(_ text: String) -> String {
        "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }

    /// What a role sends: its own subjects, and the questions to JetStream that it has.
    static func publishes(_ role: Role) -> [String] {
        func api(_ questions: [String], _ stream: String) -> [String] {
            questions.map { "$JS.API.\($0.replacing("*", with: stream))" }
        }
        // Who lists keys reads them by a consumer of its own, and libnats asks first which streams there are.
        let listing = [
            "CONSUMER.CREATE.*", "CONSUMER.CREATE.*.>", "CONSUMER.DELETE.*.>", "CONSUMER.INFO.*.>",
        ]
        func bucket(_ name: String, writes: Bool = false, lists: Bool = false) -> [String] {
            let stream = "KV_" + name
            return api(["STREAM.INFO.*", "STREAM.MSG.GET.*", "DIRECT.GET.*", "DIRECT.GET.*.>"], stream)
                + (lists ? api(listing, stream) + ["$JS.API.STREAM.NAMES"] : [])
                + (writes ? ["$KV.\(name).>"] : [])
        }
        let buckets = [FleetStreams.jobs, FleetStreams.progress, FleetStreams.workers, FleetStreams.slices]
        let streams = [FleetStreams.work, FleetStreams.results] + buckets.map { "KV_" + $0 }
        let makes =
            streams.flatMap { api(["STREAM.CREATE.*", "STREAM.INFO.*"], $0) }
            + [FleetStreams.work, FleetStreams.results].flatMap {
                api(["CONSUMER.DURABLE.CREATE.*.>", "CONSUMER.CREATE.*.>", "CONSUMER.INFO.*.>"], $0)
            }
        let pulls = ["CONSUMER.INFO.*.>", "CONSUMER.MSG.NEXT.*.>"]
        switch role {
        case .submit:
            return makes + bucket(FleetStreams.jobs, writes: true, lists: true) + ["hallmark.work.>"]
        case .work:
            return api(pulls, FleetStreams.work) + bucket(FleetStreams.jobs)
                + bucket(FleetStreams.workers, writes: true) + bucket(FleetStreams.slices, writes: true)
                + ["hallmark.results.>", "$JS.ACK.\(FleetStreams.work).>"]
        case .collect:
            return makes + api(pulls, FleetStreams.results) + bucket(FleetStreams.jobs, lists: true)
                + bucket(FleetStreams.progress, writes: true)
                // What got lost goes into the queue again.
                + ["hallmark.work.>", "$JS.ACK.\(FleetStreams.results).>"]
        case .watch:
            return [FleetStreams.jobs, FleetStreams.progress, FleetStreams.workers].flatMap {
                bucket($0, lists: true)
            }
                + api(["CONSUMER.INFO.*.>"], FleetStreams.work)
                + api(["CONSUMER.INFO.*.>"], FleetStreams.results)
        }
    }
}
