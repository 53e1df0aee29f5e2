using System.Collections.Immutable;
using System.Globalization;

namespace Ftte.Selection;

/// <summary>Represents the importance of training each block. Importance is additive to first order, so a part of a block has its share of the block's importance.</summary>
public sealed class BlockImportance
{
    // Below 2^991, the sum of 2^31 blocks does not overflow; above 2^-900, a part of a block is not rounded to a subnormal number.
    private const int MaxExponent = 991;
    private const int MinExponent = -900;

    private BlockImportance? _scaled;

    /// <summary>Creates an importance from one value per block.</summary>
    /// <param name="layout">The model's layout.</param>
    /// <param name="values">The importance of each block in the order of the layout: finite and not negative, in any unit.</param>
    /// <exception cref="ArgumentException">There is not one value per block, or a value is negative or not finite.</exception>
    public BlockImportance(ParameterLayout layout, params ReadOnlySpan<double> values)
    {
        ArgumentNullException.ThrowIfNull(layout);
        if (values.Length != layout.Blocks.Length)
        {
            throw new ArgumentException($"The layout has {layout.Blocks.Length} blocks, but there are {values.Length} values. Specify one value per block.", nameof(values));
        }

        for (int i = 0; i < values.Length; i++)
        {
            if (!double.IsFinite(values[i]) || values[i] < 0)
            {
                throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"The importance of block '{layout.Blocks[i].Name}' is {values[i]}. It must be finite and not negative."), nameof(values));
            }
        }

        Layout = layout;
        Values = [.. values];
    }

    private BlockImportance(BlockImportance original, int exponent)
    {
        Layout = original.Layout;
        Values = [.. original.Values.Select(value => Math.ScaleB(value, exponent))];
        Exponent = exponent;
    }

    /// <summary>Gets the model's layout.</summary>
    public ParameterLayout Layout { get; }

    /// <summary>Gets the importance of each block, in the order of the layout.</summary>
    public ImmutableArray<double> Values { get; }

    /// <summary>Creates an importance from a gradient: the sum of squares over each block, which is to first order proportional to the loss reduction of a small gradient step.</summary>
    /// <param name="layout">The model's layout.</param>
    /// <param name="gradient">A loss gradient over representative data, one value per parameter.</param>
    /// <returns>The importance.</returns>
    /// <exception cref="ArgumentException">The gradient's length is not the layout's, or a value is not finite.</exception>
    public static BlockImportance FromGradient(ParameterLayout layout, ReadOnlySpan<float> gradient)
    {
        ArgumentNullException.ThrowIfNull(layout);
        if (gradient.Length != layout.ParameterCount)
        {
            throw new ArgumentException($"The layout has {layout.ParameterCount} parameters, but the gradient has {gradient.Length} values. Specify one value per parameter.", nameof(gradient));
        }

        double[] energies = new double[layout.Blocks.Length];
        for (int i = 0; i < energies.Length; i++)
        {
            ParameterRange range = layout.RangeOf(i);
            energies[i] = UpdateMoments.Measure(gradient.Slice(range.Start, range.Length)).SumOfSquares;
        }

        return new BlockImportance(layout, energies);
    }

    /// <summary>Sums the importance of coordinates. A part of a block counts as its share of the block.</summary>
    /// <param name="ranges">Disjoint ranges of the flat vector.</param>
    /// <returns>The importance; <see cref="double.MaxValue"/> if the sum is larger.</returns>
    public double Of(IEnumerable<ParameterRange> ranges)
    {
        ArgumentNullException.ThrowIfNull(ranges);
        double sum = 0;
        foreach (ParameterRange range in ranges)
        {
            for (int i = FirstBlockEndingAfter(range.Start); i < Values.Length && Layout.RangeOf(i).Start < range.End; i++)
            {
                ParameterRange block = Layout.RangeOf(i);
                int shared = Math.Min(range.End, block.End) - Math.Max(range.Start, block.Start);
                double product = Values[i] * shared;
                sum += double.IsFinite(product) ? product / block.Length : Values[i] / block.Length * shared;
            }
        }

        return Math.Min(sum, double.MaxValue);
    }

    /// <summary>Gets the power of two by which <see cref="Scaled"/> multiplied the values; 0 if this is not a scaled copy.</summary>
    internal int Exponent { get; private init; }

    /// <summary>Gets the same importance in a unit in which sums do not overflow and parts of a block are not rounded to 0; usually the object itself.</summary>
    internal BlockImportance Scaled => _scaled ??= CreateScaled();

    /// <summary>Converts an importance from the scaled unit to the unit of <see cref="Values"/>.</summary>
    internal double Unscale(double scaled) => Math.Min(Math.ScaleB(scaled, -Scaled.Exponent), double.MaxValue);

    /// <summary>Converts an importance from the unit of <see cref="Values"/> to the scaled unit.</summary>
    internal double Scale(double importance) => Math.ScaleB(importance, Scaled.Exponent);

    private BlockImportance CreateScaled()
    {
        double max = Values.Max();
        return max == 0 || Exponent != 0 ? this
            : Math.ILogB(max) > MaxExponent ? new BlockImportance(this, MaxExponent - Math.ILogB(max))
            : Math.ILogB(max) < MinExponent ? new BlockImportance(this, -MinExponent)
            : this;
    }

    private int FirstBlockEndingAfter(int coordinate)
    {
        int low = 0, high = Values.Length;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            (low, high) = Layout.RangeOf(middle).End > coordinate ? (low, middle) : (middle + 1, high);
        }

        return low;
    }
}
