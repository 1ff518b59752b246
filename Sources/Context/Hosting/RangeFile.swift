import Foundation
import Observations

/// The ranges that a cloud or a CDN publishes, in its own format.
///
/// The formats, as they are published:
/// - AWS: https://docs.aws.amazon.com/vpc/latest/userguide/aws-ip-syntax.html
/// - Azure: https://learn.microsoft.com/azure/virtual-network/service-tags-overview
/// - Google: https://www.gstatic.com/ipranges/cloud.json and goog.json
/// - Cloudflare: https://www.cloudflare.com/ips-v4, ips-v6, and https://api.cloudflare.com/client/v4/ips
/// - Fastly: https://api.fastly.com/public-ip-list
/// - Oracle: https://docs.oracle.com/iaas/tools/public_ip_ranges.json
struct RangeFile {
    private(set) var ranges: [PublishedRange] = []
    /// Entries that are no prefix, and the first of them.
    private(set) var unread = 0
    private(set) var firstUnread: String?

    static let maximumBytes = 64 << 20
    private static let maximumRanges = 2_000_000

    /// - Parameter argument: a path, or `NAME=PATH` for a list of prefixes that does not say whose it is.
    init(_ argument: String) throws(FileError) {
        let (name, path) = Self.split(argument)
        let bytes = try AwaitedFile.bytes(of: path, limit: Self.maximumBytes)
        try self.init(bytes, called: name ?? path, hasName: name != nil, path: path)
    }

    /// - Parameters:
    ///   - name: what a person calls the list, or its path.
    ///   - hasName: whether it is that name.
    init(_ bytes: [UInt8], called name: String, hasName: Bool, path: String) throws(FileError) {
        guard !bytes.isEmpty else { throw FileError(path, "is empty") }
        let first = bytes.first { !($0 == 0x20 || 0x09...0x0d ~= $0) }
        if first == UInt8(ascii: "{") {
            try readJSON(bytes, path)
        } else {
            try readLines(bytes, name, hasName: hasName, path)
        }
        guard !ranges.isEmpty else {
            throw FileError(path, "is none of the lists of ranges that are known (Docs/context.md)")
        }
    }

    private static func split(_ argument: String) -> (name: String?, path: String) {
        guard let equals = argument.firstIndex(of: "="), !argument[..<equals].contains("/"),
            !FileManager.default.fileExists(atPath: argument)
        else { return (nil, argument) }
        return (String(argument[..<equals]).lowercased(), String(argument[argument.index(after: equals)...]))
    }

    private mutating func add(_ text: String?, _ owner: PublishedRange.Owner) {
        guard let text, let range = PublishedRange(text, owner), ranges.count < Self.maximumRanges else {
            unread += 1
            firstUnread = firstUnread ?? text.map { String($0.prefix(60)) } ?? "an entry without a prefix"
            return
        }
        ranges.append(range)
    }

    // MARK: Lists

    /// Providers that publish plain lists, with the beginning of their files' names.
    private static let plain: [(beginning: String, owner: PublishedRange.Owner)] = [
        ("ips-v4", .init(kind: .cdn, provider: "cloudflare")),
        ("ips-v6", .init(kind: .cdn, provider: "cloudflare")),
        ("cloudflare", .init(kind: .cdn, provider: "cloudflare")),
        ("fastly", .init(kind: .cdn, provider: "fastly")),
    ]
    private static let contentNetworks: Set<String> = [
        "cloudflare", "fastly", "akamai", "cloudfront", "bunny", "cdn77",
    ]

    private mutating func readLines(
        _ bytes: [UInt8],
        _ name: String,
        hasName: Bool,
        _ path: String
    ) throws(FileError) {
        let owner: PublishedRange.Owner
        if hasName {
            owner = .init(kind: Self.contentNetworks.contains(name) ? .cdn : .cloud, provider: name)
        } else {
            let file = URL(fileURLWithPath: path).lastPathComponent.lowercased()
            guard let known = Self.plain.first(where: { file.hasPrefix($0.beginning) }) else {
                throw FileError(path, "does not say whose ranges these are: --hosting NAME=\(path)")
            }
            owner = known.owner
        }
        for line in bytes.split(whereSeparator: { $0 == 0x0a || $0 == 0x0d }) {
            let text = String(decoding: line, as: UTF8.self).prefix { $0 != "#" }
                .trimmingCharacters(in: .whitespaces)
            if !text.isEmpty { add(text, owner) }
        }
    }

    // MARK: JSON

    private mutating func readJSON(_ bytes: [UInt8], _ path: String) throws(FileError) {
        let tree = JSONTree()
        do {
            try bytes.withUnsafeBytes { raw in
                let root = try tree.read(raw)
                if let values = root["values"] {
                    readAzure(values)
                } else if let regions = root["regions"] {
                    readOracle(regions)
                } else if root["prefixes"] != nil || root["ipv6_prefixes"] != nil {
                    readPrefixes(root)
                } else if let result = root["result"],
                    result["ipv4_cidrs"] != nil || result["ipv6_cidrs"] != nil
                {
                    readTexts(
                        result,
                        ["ipv4_cidrs", "ipv6_cidrs"],
                        .init(kind: .cdn, provider: "cloudflare")
                    )
                } else if root["addresses"] != nil {
                    readTexts(root, ["addresses", "ipv6_addresses"], .init(kind: .cdn, provider: "fastly"))
                }
            }
        } catch let error as RecordError {
            throw FileError(path, "is no JSON: \(error.description)")
        } catch {
            throw FileError(path, "is no JSON")
        }
    }

    private mutating func readTexts(_ node: JSONNode, _ names: [String], _ owner: PublishedRange.Owner) {
        for name in names {
            guard let list = node[name] else { continue }
            for part in list.parts { add(part.string, owner) }
        }
    }

    /// AWS has `ip_prefix` and `ipv6_prefix` under two names, Google `ipv4Prefix` and `ipv6Prefix` under one.
    private mutating func readPrefixes(_ root: JSONNode) {
        for name in ["prefixes", "ipv6_prefixes"] {
            guard let list = root[name] else { continue }
            for part in list.parts {
                let service = part["service"]?.string
                if let text = (part["ip_prefix"] ?? part["ipv6_prefix"])?.string {
                    let isCDN = service == "CLOUDFRONT" || service == "CLOUDFRONT_ORIGIN_FACING"
                    add(
                        text,
                        .init(
                            kind: isCDN ? .cdn : .cloud,
                            provider: "aws",
                            service: service,
                            region: part["region"]?.string
                        )
                    )
                } else {
                    add(
                        (part["ipv4Prefix"] ?? part["ipv6Prefix"])?.string,
                        .init(
                            kind: .cloud,
                            provider: "google",
                            service: service,
                            region: part["scope"]?.string
                        )
                    )
                }
            }
        }
    }

    private mutating func readAzure(_ values: JSONNode) {
        for value in values.parts {
            guard let properties = value["properties"], let prefixes = properties["addressPrefixes"] else {
                unread += 1
                firstUnread = firstUnread ?? "a service tag without addressPrefixes"
                continue
            }
            let name = value["name"]?.string
            let region = properties["region"]?.string
            let isCDN = name?.hasPrefix("AzureFrontDoor.Frontend") == true
            let owner = PublishedRange.Owner(
                kind: isCDN ? .cdn : .cloud,
                provider: "azure",
                service: name,
                region: region?.isEmpty == false ? region : nil
            )
            for part in prefixes.parts { add(part.string, owner) }
        }
    }

    private mutating func readOracle(_ regions: JSONNode) {
        for region in regions.parts {
            guard let list = region["cidrs"] else { continue }
            for part in list.parts {
                let tag = part["tags"]?.parts.first { _ in true }?.string
                add(
                    part["cidr"]?.string,
                    .init(kind: .cloud, provider: "oracle", service: tag, region: region["region"]?.string)
                )
            }
        }
    }
}
