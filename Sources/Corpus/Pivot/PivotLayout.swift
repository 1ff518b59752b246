import Foundation

/// Where the nodes of a graph stand, by springs and repulsion (Fruchterman and Reingold), begun from a
/// spiral, so that the same graph always gives the same picture.
///
/// Every node pushes every other away in each step; the steps are fewer the more nodes there are, so that
/// no picture takes long.
struct PivotLayout {
    /// The places of eight nodes each; what fills the last up stands far away from all.
    private typealias Block = SIMD8<Float>

    private var xs: [Block]
    private var ys: [Block]
    private let count: Int

    /// So many pairs of nodes are looked at in all the steps, as long as there are enough of these.
    static let mostPairs = 2_500_000
    static let fewestSteps = 20
    private static let mostSteps = 200
    /// How far the nodes may go in the last step, in parts of the first.
    private static let cooling = 0.01
    /// Farther than any node comes; its square is still a number.
    private static let faraway: Float = 1e15

    /// Lays out so many nodes.
    ///
    /// - Parameter edges: which nodes draw each other nearer.
    static func places(_ count: Int, _ edges: some Collection<(from: Int, to: Int)>) -> [(
        x: Double, y: Double
    )] {
        guard count > 0 else { return [] }
        var layout = PivotLayout(count)
        let side = layout.side
        let ideal: Float = Float(0.7 * side / Double(count).squareRoot())
        let steps = steps(of: count)
        let factor = pow(cooling, 1 / Double(steps))
        var heat = side / 8
        for _ in 0..<steps {
            layout.step(edges, ideal, Float(heat))
            heat *= factor
        }
        return (0..<count).map { layout.place(of: $0) }
    }

    static func steps(of count: Int) -> Int {
        min(max(mostPairs / (count * count), fewestSteps), mostSteps)
    }

    private func place(of node: Int) -> (x: Double, y: Double) {
        let (x, y): (Float, Float) = (xs[node / 8][node % 8], ys[node / 8][node % 8])
        return (Double(x), Double(y))
    }

    /// The length of the picture's sides.
    private var side: Double { (Double(count) * 9000).squareRoot() + 200 }

    private init(_ count: Int) {
        self.count = count
        let blocks = (count + 7) / 8
        xs = Array(repeating: Block(repeating: Self.faraway), count: blocks)
        ys = xs
        let half = side / 2
        for index in 0..<count {
            let angle = Double(index) * 2.399963229728653
            let radius = half * (Double(index + 1) / Double(count)).squareRoot()
            xs[index / 8][index % 8] = Float(half + radius * cos(angle))
            ys[index / 8][index % 8] = Float(half + radius * sin(angle))
        }
    }

    private mutating func step(
        _ edges: some Collection<(from: Int, to: Int)>,
        _ ideal: Float,
        _ heat: Float
    ) {
        var moves = [(x: Float, y: Float)](repeating: (0, 0), count: count)
        let strength = Block(repeating: ideal * ideal)
        for node in 0..<count {
            let x = Block(repeating: xs[node / 8][node % 8])
            let y = Block(repeating: ys[node / 8][node % 8])
            var (sumX, sumY) = (Block.zero, Block.zero)
            for block in xs.indices {
                let (dx, dy) = (x - xs[block], y - ys[block])
                // One more than the distance: those that stand at one place don't fly apart.
                let force = strength / (dx * dx + dy * dy + 1)
                sumX += dx * force
                sumY += dy * force
            }
            moves[node] = (sumX.sum(), sumY.sum())
        }
        for (from, to) in edges {
            let dx: Float = xs[from / 8][from % 8] - xs[to / 8][to % 8]
            let dy: Float = ys[from / 8][from % 8] - ys[to / 8][to % 8]
            let force = (dx * dx + dy * dy).squareRoot() / ideal
            moves[from].x -= dx * force
            moves[from].y -= dy * force
            moves[to].x += dx * force
            moves[to].y += dy * force
        }
        for (node, move) in moves.enumerated() {
            let length = max(1, (move.x * move.x + move.y * move.y).squareRoot())
            let reach = min(length, heat) / length
            xs[node / 8][node % 8] += move.x * reach
            ys[node / 8][node % 8] += move.y * reach
        }
    }
}
