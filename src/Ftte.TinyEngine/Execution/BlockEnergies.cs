namespace Ftte.TinyEngine.Execution;

/// <summary>Sums the squares of gradients for each block, in float64 and in the order of arrival.</summary>
/// <remarks>Every block is measured as a whole, so all values of a tile belong to one block.</remarks>
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
