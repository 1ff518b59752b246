package import Bytes
package import Inventory

/// Holds a record against the inventory, and writes the findings into it.
package final class FindingStage: RecordStage {
    package let engine: FindingEngine

    package init(_ index: InventoryIndex) { engine = FindingEngine(index) }

    package func apply(to line: inout ByteBuffer, _ record: inout PassingRecord) {
        engine.splice(into: &line)
    }
}
