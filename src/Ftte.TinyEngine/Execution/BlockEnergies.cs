namespace Ftte.TinyEngine.Execution;

/// <summary>Adds up the squares of gradients, block by block, in float64 and in the order in which they come.</summary>
/// <remarks>Every block is measured as a whole, so a tile of a gradient is nothing but values of one block.</remarks>
internal sealed class BlockEnergies(ParameterLayout layout)
{
    private readonly int[] _starts = [.. layout.Blocks.Select(b => b.Range.Start)];

    /// <summary>Gets the sum of each block of the layout.</summary>
    public double[] Sums { get; } = new double[layout.Blocks.Length];

    /// <summary>Adds a tile of a block's gradient.</summary>
    /// <param name="start">The block's first coordinate.</param>
    /// <param name="gradient">The tile, in any order.</param>
    public void Add(int start, ReadOnlySpan<float> gradient) =>
        Sums[Array.BinarySearch(_starts, start)] += UpdateMoments.Measure(gradient).SumOfSquares;
}
