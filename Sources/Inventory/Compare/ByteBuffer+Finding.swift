import Bytes
import Observations

extension ByteBuffer {
    /// An element of `hallmark.findings`.
    mutating func append(_ finding: Finding, in inventory: Inventory?) {
        element()
        member("name", finding.name.rawValue)
        member("severity", finding.severity.rawValue)
        member("message", finding.message)
        if !finding.about.isEmpty { member("about", finding.about) }
        if let inventory, let number = finding.asset, number < inventory.assets.count {
            let asset = inventory.assets[number]
            member("asset", asset.address)
            if !asset.owner.isEmpty { member("owner", asset.owner) }
            append(labels: asset.labels)
        }
        endObject()
    }
}
