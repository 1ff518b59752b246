import Corpus
import Warehouse

/// What a server answers that may not be ClickHouse.
func fuzzWarehouse(_ bytes: [UInt8]) {
    _ = try? WarehouseAnswer.rows(bytes) { row throws(WarehouseError) in
        (try row.text(0), try row.integer(1), try row.texts(2), try row.optionalText(3))
    }
    var query = WarehouseQuery()
    let text = String(decoding: bytes, as: UTF8.self)
    let name = query.value(text)
    precondition(name == "{p0:String}" && query.parameters.count == 1)
    precondition(!query.parameters[0].1.utf8.contains { $0 == 0x0a || $0 == 0x09 || $0 == 0 })
}

func warehouseSeeds() -> [[UInt8]] {
    [
        #"{"meta":[{"name":"c","type":"String"}],"data":[["a","12",["x","y"],""],["b",7,[],"z"]],"rows":2}"#,
        #"{"data":[[null,1.5,{}]],"rows":"1"}"#, "a\t\\'\0\n",
    ].map { Array($0.utf8) }
}
